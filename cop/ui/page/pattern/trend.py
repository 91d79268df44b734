"""The classes of hot-spot trends in words: how many cells have each, and which they are."""

from html import escape

import pandas as pd

from cop.analysis.hotspot import CLASSES, NONE
from cop.model.place import format_mgrs
from cop.model.style import Shape, StyleClass, Theme
from cop.query.hotspot import HotspotFigures
from cop.ui.page.pattern.word import format_p
from layers.hotspot import CLASSES as STYLES

MOST_CELLS = 200
GLYPHS: dict[Shape, str] = {
    "star": "★",
    "plus": "✚",
    "triangle": "▲",
    "square": "■",
    "wedge": "▼",
    "diamond": "◆",
    "cross": "✖",
    "ring": "○",
    "area": "□",
}
_MGRS_DIGITS = 1
_CSS = """
<style>
.cop-trends { display: grid; grid-template-columns: repeat(auto-fit, minmax(15.5rem, 1fr));
  gap: 0.5rem 1.2rem; font-size: 0.84rem; line-height: 1.3; }
.cop-trends > div { display: grid; grid-template-columns: 1.3rem 2.3rem 1fr; gap: 0.4rem;
  align-items: baseline; }
.cop-trends i { font-style: normal; font-size: 1.05rem; text-align: center; }
.cop-trends b { font-size: 1.05rem; text-align: right; font-variant-numeric: tabular-nums; }
.cop-trends small { display: block; opacity: 0.9; font-size: 0.78rem; }
.cop-trends .cop-absent { opacity: 0.78; }
</style>
"""


def build_class_list(figures: HotspotFigures, theme: Theme) -> str:
    """Return the classes with symbol, number of cells and meaning as HTML."""
    counts = figures.table["class"].value_counts()
    rows = "".join(
        _row(style, int(counts.get(style.value, 0)), theme)
        for style in STYLES.classes
        if style.value != NONE
    )
    none = int(counts.get(NONE, 0))
    rest = (
        f"<div><i>{GLYPHS['area']}</i><b>{none:,}</b>"
        "<span>No pattern<small>no trend found; does not mean no activity</small></span></div>"
    )
    return f'{_CSS}<div class="cop-trends">{rows}{rest}</div>'


def build_cell_table(figures: HotspotFigures) -> pd.DataFrame:
    """Return the cells that have a class, with the segment and the square where they are."""
    found = figures.found.head(MOST_CELLS)
    styles = {style.value: style for style in STYLES.classes}
    return pd.DataFrame(
        {
            "Trend": [f"{GLYPHS[styles[c].shape]} {styles[c].label}" for c in found["class"]],
            "Sector": found["sector"],
            "Nearest segment": found["segment_id"],
            "MGRS (10 km)": [
                format_mgrs(lat, lon, digits=_MGRS_DIGITS)
                for lat, lon in zip(found["lat"], found["lon"], strict=True)
            ],
            "Records": found["n"],
            "Hot steps": found["hot"],
            "z": found["z"].astype(float),
            "trend": found["trend"].astype(float),
            "Trend p-value": [format_p(p) for p in found["trend_p"]],
        }
    )


def _row(style: StyleClass, n: int, theme: Theme) -> str:
    color = style.paint.css(theme)
    absent = "" if n else ' class="cop-absent"'
    return (
        f'<div{absent}><i style="color:{color}">{GLYPHS[style.shape]}</i><b>{n:,}</b>'
        f"<span>{escape(style.label)}<small>{escape(CLASSES[style.value])}</small></span></div>"
    )
