"""The frame of every page: marking, SYNTHETIC, errors, theme."""

from collections.abc import Callable
from html import escape
from typing import Literal

import streamlit as st

from cop.errors import CopError
from cop.model.filter import Filter
from cop.model.marking import highest_marking
from cop.model.moment import format_age, format_dtg, utc_now
from cop.store.warehouse import Edition

_CSS = """
<style>
[data-testid="stMainBlockContainer"] { padding: 4rem 1rem 1rem; max-width: none; }
[data-testid="stSidebarUserContent"] { padding-top: 0.5rem; }
[data-testid="stMetric"] { padding: 0; }
[data-testid="stMetric"] > div { gap: 0; }
[data-testid="stMetricDelta"] { font-size: 0.78rem; }
[data-testid="stMetricDelta"] svg { display: none; }
[data-testid="stMetricValue"] { font-size: 1.55rem; font-variant-numeric: tabular-nums; }
[data-testid="stVerticalBlock"] { gap: 0.6rem; }
.cop-strip { display: flex; flex-wrap: wrap; gap: 0.5rem 0.9rem; align-items: center;
  font-size: 0.82rem; line-height: 1.5; }
.cop-strip b { font-weight: 650; }
.cop-chip { padding: 0 0.5rem; border-radius: 3px; font-weight: 700; letter-spacing: 0.04em;
  background: #000; color: #fff; border: 1px solid #5a6470; }
.cop-synthetic { background: #e69f00; color: #1b1200; border-color: #e69f00; }
.cop-muted { opacity: 0.72; }
.cop-spring { flex: 1; }
</style>
"""
_MARKING_COLORS = {
    "TLP:CLEAR": "#ffffff",
    "TLP:GREEN": "#33ff00",
    "TLP:AMBER": "#ffc000",
    "TLP:AMBER+STRICT": "#ffc000",
    "TLP:RED": "#ff2b2b",
}

Theme = Literal["dark", "light"]


def render_page(content: Callable[[], None]) -> None:
    """Draw a page; an error of ours is shown with its remedy and the program goes on."""
    st.html(_CSS)
    try:
        content()
    except CopError as fault:
        st.error(str(fault), icon=":material/error:")
        if st.query_params:
            st.button("Open the default picture", on_click=st.query_params.clear)


def page_theme() -> Theme:
    """Give the viewer's theme."""
    return "light" if st.context.theme.type == "light" else "dark"


def render_strip(edition: Edition, wanted: Filter) -> None:
    """Draw the strip above the picture: marking, region, window, newest record, version."""
    records = wanted.records or "real"
    chips = [_marking_chip(edition, wanted)]
    if records == "synthetic":
        chips.append('<span class="cop-chip cop-synthetic">SYNTHETIC</span>')
    title = edition.region.title if edition.region else "no region"
    words = [*chips, f"<b>{escape(title)}</b>"]
    if wanted.window.start and wanted.window.end:
        words.append(
            f"<span>{format_dtg(wanted.window.start)} to {format_dtg(wanted.window.end)}</span>"
        )
    newest = edition.newest(records)
    words.append('<span class="cop-spring"></span>')
    if newest is not None:
        words.append(
            f'<span class="cop-muted">newest {records} record {format_dtg(newest)}, '
            f"{format_age(utc_now() - newest)} old</span>"
        )
    words.append(
        f'<span class="cop-muted">version {edition.version}, '
        f"{format_dtg(edition.snapshot.published_at)}</span>"
    )
    st.html(f'<div class="cop-strip">{"".join(words)}</div>')


def page_marking(edition: Edition, wanted: Filter) -> str:
    """Give the highest marking of the sources that can be on the screen."""
    shown = [
        s.source.marking
        for name, s in edition.sources.items()
        if s.source.synthetic == (wanted.records == "synthetic")
        and (not wanted.sources or name in wanted.sources)
    ]
    return highest_marking(shown)


def marking_color(marking: str) -> str:
    """Give the colour of a marking on black, as TLP 2.0 sets it."""
    return _MARKING_COLORS[marking]


def _marking_chip(edition: Edition, wanted: Filter) -> str:
    marking = page_marking(edition, wanted)
    return f'<span class="cop-chip" style="color:{marking_color(marking)}">{marking}</span>'
