"""The server: Streamlit and our routes in one process, behind the gate."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

from cop.ingest.feed import read_feeds
from cop.settings import ROOT, StoreSettings, WebSettings
from cop.store.recovery import clean_up
from cop.web.feed import FEED_PATH, Intake
from cop.web.gate import Gate, build_headers
from cop.web.route import OPEN_PATHS, OPEN_PREFIXES, assets, build_routes
from cop.web.service import Refresher, open_service
from cop.web.upkeep import Upkeep

SCRIPT = ROOT / "cop" / "ui" / "app.py"
PAGES = ROOT / "pages"


def build_app(store: StoreSettings, web: WebSettings) -> st.App:
    """Open the warehouse and give the ASGI app over it."""
    assets()
    clean_up(store)
    service = open_service(store, web)
    feeds = read_feeds(web.feeds) if web.feeds else ()
    intakes = [Intake(store, feeds, most_mb=web.feed_mb)] if feeds else []
    refresher = Refresher(service, every_s=web.poll_seconds)
    upkeep = Upkeep(service, every_s=web.compact_seconds)

    @asynccontextmanager
    async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
        refresher.start()
        upkeep.start()
        yield {}
        upkeep.stop()
        refresher.stop()

    index = Path(st.__file__).parent / "static" / "index.html"
    gate = Middleware(
        Gate,
        headers=build_headers(index),
        paths=(*OPEN_PATHS, *page_paths()),
        prefixes=OPEN_PREFIXES,
        posted=[FEED_PATH for _ in intakes],
    )
    routes = build_routes(*(intake.route for intake in intakes))
    return st.App(SCRIPT, routes=routes, middleware=[gate], lifespan=lifespan)


def page_paths() -> tuple[str, ...]:
    """Give the addresses of the pages, /Wall for pages/Wall.py."""
    return tuple(f"/{path.stem}" for path in sorted(PAGES.glob("[!_]*.py")))


def serve(store: StoreSettings, web: WebSettings) -> None:
    """Serve until stopped; prints the address."""
    app = build_app(store, web)
    host = f"[{web.host}]" if ":" in web.host else web.host
    print(f"cop: the picture is at http://{host}:{web.port}", flush=True)  # noqa: T201 the address
    app.run(
        config={
            "server.address": web.host,
            "server.port": web.port,
            "server.headless": True,
            "browser.gatherUsageStats": False,
        }
    )
