"""The bars of the Impact page: the segments of each sector by level, on one scale."""

from html import escape

from cop.model.impact import RANKS, name_level
from cop.model.impact_rule import UNKNOWN
from cop.model.style import Classes
from cop.query.impact import Impacts
from cop.query.registry import find_layer
from cop.ui.component.frame import page_theme

LAYER_ID = "impact"
"""The layer whose colors they take."""


def build_sector_bars(impacts: Impacts) -> str:
    """Return as HTML a line a sector: its segments by level, one bar on the same scale."""
    line = find_layer(LAYER_ID).style.line
    classes = line.classes if isinstance(line, Classes) else ()
    theme = page_theme()
    colors = {c.value: c.paint.css(theme) for c in classes}
    longest = max(len(group) for group in impacts.by_sector.values())
    rows = []
    for sector, group in impacts.by_sector.items():
        counts = {level: sum(i.level == level for i in group) for level in RANKS}
        bar = "".join(
            f'<span title="{n} {escape(name_level(level))}" style="flex:{n};'
            f'{_paint(level, colors[level])}"></span>'
            for level, n in counts.items()
            if n
        )
        highest = ", ".join(
            f"{n} {escape(name_level(level))}"
            for level, n in counts.items()
            if n and level in ("critical", "high")
        )
        none = UNKNOWN if counts[UNKNOWN] == len(group) else "none high"
        rows.append(
            '<div style="display:flex;gap:0.6rem;align-items:center;font-size:0.82rem">'
            f'<b style="flex:0 0 2.6rem">{escape(sector)}</b>'
            f'<span style="flex:0 0 14rem">{highest or none}</span><span style="flex:1">'
            f'<span style="display:flex;height:0.8rem;width:{100 * len(group) / longest:.1f}%">'
            f"{bar}</span></span></div>"
        )
    keys = "".join(
        f'<span style="display:inline-flex;align-items:center;gap:0.3rem"><span style="'
        f'display:inline-block;width:1.4rem;height:0.8rem;{_paint(level, colors[level])}"></span>'
        f"{escape(name_level(level))}</span>"
        for level in RANKS
    )
    style = "display:flex;flex-wrap:wrap;gap:0.2rem 1rem;font-size:0.82rem;margin-bottom:0.3rem"
    return f'<div style="{style}">{keys}</div>{"".join(rows)}'


def _paint(level: str, color: str) -> str:
    if level == UNKNOWN:
        return f"background:repeating-linear-gradient(90deg,{color} 0 5px,transparent 5px 10px)"
    return f"background:{color}"
