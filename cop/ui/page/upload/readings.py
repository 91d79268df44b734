"""The readings that the numbers of a file allow: each on one map, and the choice between them."""

from collections.abc import Callable
from html import escape

import streamlit as st

from cop.model.upload import Bounds, Fix, Reading, UploadFinding
from cop.query.border import Points, read_border
from cop.ui.component.context import use_context
from cop.ui.component.frame import page_theme
from cop.ui.page.upload.locator import build_locator, hue, letter
from cop.ui.page.upload.work import Incoming

Offer = Callable[[Incoming, Fix, str], None]
_BORDER = "upload-border"


def say_bounds(bounds: Bounds) -> str:
    """Return bounds in degrees, south-west to north-east."""
    west, south, east, north = bounds
    return f"{south:.4f}, {west:.4f} to {north:.4f}, {east:.4f}"


def render_readings(incoming: Incoming, finding: UploadFinding, *, offer: Offer) -> None:
    """Draw all readings on one map, and under it each with where it lies and its button."""
    theme = page_theme()
    if any(reading.bounds for reading in finding.readings):
        border, title = read_own_border()
        drawn = build_locator(finding.readings, theme, border=border, title=title)
        st.image(drawn, width="stretch")
        st.caption("Coastlines: GSHHG. Choose one of these readings.")
    for place, reading in enumerate(finding.readings):
        words, button = st.columns([3, 2], vertical_alignment="center")
        with words:
            st.html(
                f'<div class="cop-reading"><b style="background:{hue(place, theme)}">'
                f"{letter(place)}</b><span>{escape(describe_reading(reading))}</span></div>"
            )
        if reading.fix is not None:
            with button:
                offer(incoming, reading.fix, f"reading-{finding.code}-{place}")


def describe_reading(reading: Reading) -> str:
    """Describe where the numbers of a file lie in a reading."""
    if reading.bounds is not None:
        return f"{reading.name}: {say_bounds(reading.bounds)}"
    if reading.numbers is None:
        return f"{reading.name}: not on the earth"
    x, y, to_x, to_y = reading.numbers
    return f"{reading.name}: not on the earth (x {x:.8g} to {to_x:.8g}, y {y:.8g} to {to_y:.8g})"


def read_own_border() -> tuple[list[Points], str]:
    """Return the border line and its region's title; the page caches it by version."""
    snapshot = use_context().service.snapshot
    title = snapshot.region.title if snapshot.region else ""
    digest = snapshot.catalogue.digest("segments")
    kept = st.session_state.get(_BORDER)
    if kept is None or kept[0] != digest:
        kept = st.session_state[_BORDER] = (digest, read_border(snapshot))
    return list(kept[1]), title
