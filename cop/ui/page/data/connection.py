"""The section of the Data page with the address that other programs are given."""

from collections.abc import Collection
from typing import Final

import streamlit as st

from cop.access.room_key import KEY_HEADER
from cop.exchange.ogc.link import ROOT, STAC_ROOT
from cop.ui.component.context import use_context
from cop.ui.page.handout import own_base

PROGRAMS: Final = (
    ("QGIS", "Layer > Add Layer > Add WFS / OGC API - Features Layer > New"),
    ("ArcGIS Pro", "Insert > Connections > Server > New OGC API Server"),
)


def render_connection() -> None:
    """Draw the address, with a line for each program."""
    base = own_base()
    access = use_context().access
    st.markdown("## Use in other programs")
    st.code(f"{base}{ROOT}", language=None)
    st.markdown(describe_programs(base))
    words = describe_sign_in(access.sign_in, has_key=access.room_key is not None)
    if words:
        st.caption(words)


def describe_programs(base: str) -> str:
    """Return where each program takes the address, in Markdown."""
    lines = [f"- **{name}**: {steps}, paste the address." for name, steps in PROGRAMS]
    lines.append(f'- **GDAL**: `ogrinfo "OAPIF:{base}{ROOT}"`')
    lines.append(f"- **STAC**, for stored files by version: `{base}{STAC_ROOT}`")
    return "\n".join(lines)


def describe_sign_in(ways: Collection[str], *, has_key: bool) -> str:
    """Return how a program says who it is of; empty where nobody is asked."""
    means = [f"the room key in the header {KEY_HEADER}"] if has_key else []
    if "certificate" in ways:
        means.append("the certificate of its user")
    if "local" in ways:
        means.append("a token from who runs this server, as the password of Basic or as Bearer")
    if means:
        return f"A program sends {' or '.join(means)}: it reads what its user may read."
    if ways:
        return (
            "Programs need a room key, a certificate or a token of a local account, which this "
            "server does not take: ask its operator."
        )
    return ""
