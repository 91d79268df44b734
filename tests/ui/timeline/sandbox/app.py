"""A server for the timeline's browser tests: one page, behind the gate's own headers."""

from pathlib import Path

import streamlit
from starlette.middleware import Middleware
from streamlit.starlette import App

from cop.server.allowlist import RouteAllowlist, build_headers

INDEX = Path(streamlit.__file__).parent / "static" / "index.html"

app = App(
    Path(__file__).with_name("page.py"),
    middleware=[Middleware(RouteAllowlist, headers=build_headers(INDEX), paths=(), prefixes=())],
)
