"""The Wall page: the picture for a room, without chrome; it follows the newest version."""

from html import escape

import streamlit as st

from cop.model.marking import marking_color
from cop.model.moment import format_age, format_dtg
from cop.model.picture import Picture
from cop.store.warehouse import Edition
from cop.tiles.headline import Figure, build_figures
from cop.tiles.picture import PictureService
from cop.tiles.standing import page_marking
from cop.ui.address import follow_board
from cop.ui.clock import render_clock
from cop.ui.frame import page_theme
from cop.ui.known import open_picture
from cop.ui.map import render_map
from cop.ui.overlay import build_map

REFRESH_SECONDS = 30
NO_CHANGE = "\u00a0"
_MAP_KEY = "wall-map"
_CSS = """
<style>
header[data-testid="stHeader"], [data-testid="stSidebar"], [data-testid="stToolbar"],
[data-testid="stStatusWidget"], [data-testid="stDecoration"] { display: none !important; }
[data-testid="stMainBlockContainer"] { padding: 0 !important; }
[data-testid="stVerticalBlock"] { gap: 0 !important; }
.stApp { overflow: hidden; }
.wall { display: flex; align-items: stretch; gap: 1.2vw; padding: 1.1vh 0 1.1vh 1.2vw; height: 13vh;
  box-sizing: border-box; font-variant-numeric: tabular-nums; white-space: nowrap; }
.wall-title { display: flex; flex-direction: column; justify-content: center; gap: 0.6vh; }
.wall-title b { font-size: 2.4vh; font-weight: 650; }
.wall-title span { font-size: 1.5vh; opacity: 0.8; }
.wall-chip { font-size: 1.9vh; font-weight: 750; letter-spacing: 0.05em; padding: 0 0.7vw;
  border-radius: 3px; background: #000; display: inline-block; margin-right: 0.5vw;
  border: 1px solid #5a6470; opacity: 1 !important; }
.wall-synthetic { background: #e69f00; color: #1b1200; border-color: #e69f00; }
.wall-known { background: #cc79a7; color: #000; border-color: #cc79a7; }
.wall-figure { display: flex; flex-direction: column; justify-content: center; }
.wall-figure b { font-size: 4.2vh; line-height: 1; font-weight: 600; }
.wall-figure span { font-size: 1.55vh; opacity: 0.8; }
.wall-figures { display: flex; flex: 1; gap: 1vw; justify-content: space-between; }
</style>
"""


def render_wall() -> None:
    """Draw the wall for the Picture in the address; without a window there, the last 30 days."""
    st.html(_CSS)
    _render_live()


@st.fragment(run_every=REFRESH_SECONDS)
def _render_live() -> None:
    service, picture = open_picture()
    edition = service.edition
    figures = build_figures(service, picture)
    left, right = st.columns([81, 19], gap=None)
    left.html(f'<div class="wall">{_title(edition, picture)}{_figures(figures)}</div>')
    with right:
        render_clock(key="wall-clock")
    _render_map(service, picture)


def _render_map(service: PictureService, picture: Picture) -> None:
    spec = build_map(service, picture, page_theme(), wall=True)
    state = render_map(spec, key=_MAP_KEY, height="87vh")
    if state.followed is not None and follow_board(state.followed):
        st.rerun()


def _title(edition: Edition, picture: Picture) -> str:
    wanted = picture.wanted
    marking = page_marking(edition, wanted)
    chips = f'<span class="wall-chip" style="color:{marking_color(marking)}">{marking}</span>'
    if wanted.records == "synthetic":
        chips += '<span class="wall-chip wall-synthetic">SYNTHETIC</span>'
    if edition.known_at is not None:
        known = f"AS KNOWN AT {format_dtg(edition.known_at)} \N{EN DASH} NOT THE PRESENT"
        chips += f'<span class="wall-chip wall-known">{known}</span>'
    title = escape(edition.region.title) if edition.region else "no region"
    window, newest = wanted.window, edition.newest(wanted.records or "real")
    span = ""
    if window.start and window.end:
        span = f"{format_dtg(window.start)} to {format_dtg(window.end)}"
    age = "no record yet" if newest is None else f"newest {format_age(edition.now - newest)} old"
    return (
        f'<div class="wall-title"><div>{chips}</div><b>{title}</b><span>{span} · {age}</span></div>'
    )


def _figures(figures: tuple[Figure, ...]) -> str:
    cells = "".join(
        f'<div class="wall-figure"><span>{escape(figure.title)}</span>'
        f"<b>{escape(figure.value)}</b><span>{escape(figure.change or NO_CHANGE)}</span></div>"
        for figure in figures
    )
    return f'<div class="wall-figures">{cells}</div>'
