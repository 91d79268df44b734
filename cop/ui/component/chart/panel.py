"""Small multiples in one row, as one chart, aligned with a page's columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from cop.model.style import Theme
from cop.ui.component.chart.axis import named_ticks, tooltips
from cop.ui.component.chart.heat import WEEKDAYS
from cop.ui.component.chart.palette import OKABE_ITO, RAMP, css, css_ramp, ink
from cop.ui.component.chart.theme import LABEL_PX, AnyChart, style_chart

GUTTER_PX = 100
_MARGIN = 0.03
_HOURS, _DAYS = 24, 7
_DIAGONALS = 6
_HEADROOM = 1.3
"""A panel on its own scale leaves room above its most for the words that say how many that is."""


@dataclass(frozen=True, kw_only=True)
class Panels:
    """A row of panels, one for each key from left to right, under columns of equal width.

    The first ``GUTTER_PX`` pixels belong to the axis. ``height`` is in pixels with the axes.
    ``ticks`` names places of a panel, 0 its left edge and 1 its right one. With ``own_scale`` each
    panel reaches up to its own most, which is written into it; else one scale holds for all.
    Panels of ``unseen`` keys are hatched: nothing can be counted there, which is not zero.
    """

    keys: tuple[str, ...]
    theme: Theme
    height: int
    ticks: Mapping[float, str]
    own_scale: bool = False
    unseen: frozenset[str] = frozenset()

    def place(self, keys: "pd.Series[Any]", fraction: "pd.Series[Any]") -> "pd.Series[float]":
        """Return where on the shared axis a fraction of each key's panel lies."""
        index = {key: i for i, key in enumerate(self.keys)}
        return keys.map(index).astype("float64") + _MARGIN + (1 - 2 * _MARGIN) * fraction


def build_panel_bars(
    panels: Panels,
    frame: pd.DataFrame,
    *,
    value: str,
    shown: Mapping[str, str],
    faded: str | None = None,
    color: str = "blue",
) -> AnyChart:
    """Bars from ``left`` to ``right`` (fractions of the panel) of each ``key``.

    Rows where the column ``faded`` holds are drawn pale.
    """
    table, most = _scaled(panels, frame, value)
    table["x"] = panels.place(table["key"], table["left"])
    table["x2"] = panels.place(table["key"], table["right"])
    pale = (
        alt.value(0.95)
        if faded is None
        else alt.condition(alt.datum[faded], alt.value(0.4), alt.value(0.95))
    )
    bars = (
        alt.Chart(table)
        .mark_rect(color=css(OKABE_ITO[color], panels.theme), stroke=None)
        .encode(
            x=_across(panels),
            x2="x2",
            y=_up(panels, most),
            y2=alt.Y2Datum(0),
            opacity=pale,
            tooltip=tooltips(shown, table),
        )
    )
    up, top = _up(panels, most), _HEADROOM if panels.own_scale else most
    hatch = _hatch(panels, _across(panels), up, field="height", low=0.0, high=top)
    return _finished(panels, frame, value, [bars, *hatch])


def build_panel_lines(
    panels: Panels, frame: pd.DataFrame, *, value: str, shown: Mapping[str, str]
) -> AnyChart:
    """A line over ``left`` (fractions of the panel) for each ``key``, its area lightly filled."""
    table, most = _scaled(panels, frame, value)
    table["x"] = panels.place(table["key"], table["left"])
    paint = css(OKABE_ITO["orange"], panels.theme)
    base = alt.Chart(table).encode(
        x=_across(panels), y=_up(panels, most).stack(False), detail="key:N"
    )
    marks = [
        base.mark_area(color=paint, opacity=0.25),
        base.mark_line(color=paint, strokeWidth=1.2),
        base.mark_point(size=30, opacity=0, filled=True).encode(tooltip=tooltips(shown, table)),
    ]
    return _finished(panels, frame, value, marks)


def build_panel_heat(
    panels: Panels, frame: pd.DataFrame, *, value: str, shown: Mapping[str, str]
) -> AnyChart:
    """A week of hours for each ``key``: 24 columns, 7 rows from Monday down.

    ``frame`` has ``weekday`` and ``hour``; an hour without a row is drawn as empty.
    """
    table, most = _scaled(panels, frame, value)
    table["x"] = panels.place(table["key"], table["hour"] / _HOURS)
    table["x2"] = panels.place(table["key"], (table["hour"] + 1) / _HOURS)
    table["below"] = table["weekday"] + 1
    ramp = css_ramp(RAMP, panels.theme)
    down = alt.Y(
        "weekday:Q",
        scale=alt.Scale(domain=[_DAYS, 0], nice=False),
        axis=alt.Axis(
            title=None,
            domain=False,
            ticks=False,
            grid=False,
            minExtent=GUTTER_PX,
            maxExtent=GUTTER_PX,
            **named_ticks({day + 0.5: WEEKDAYS[day] for day in (0, 2, 4, 6)}),
        ),
    )
    seen = [key for key in panels.keys if key not in panels.unseen]
    grounds = pd.DataFrame({"key": seen, "weekday": 0.0, "below": float(_DAYS)})
    grounds["x"] = panels.place(grounds["key"], pd.Series(0.0, index=grounds.index))
    grounds["x2"] = panels.place(grounds["key"], pd.Series(1.0, index=grounds.index))
    across = _across(panels)
    ground = (
        alt.Chart(grounds)
        .mark_rect(color=ramp[0])
        .encode(x=across, x2="x2", y=down, y2=alt.Y2("below"))
    )
    cells = (
        alt.Chart(table)
        .mark_rect(stroke=None)
        .encode(
            x=across,
            x2="x2",
            y=down,
            y2=alt.Y2("below"),
            color=alt.Color(
                "height:Q",
                scale=alt.Scale(domain=[0, most], range=ramp, interpolate="rgb"),
                legend=None,
            ),
            tooltip=tooltips(shown, table),
        )
    )
    hatch = _hatch(panels, across, down, field="weekday", low=0.0, high=float(_DAYS))
    layers = [ground, cells, *hatch]
    return style_chart(alt.LayerChart(layer=layers), panels.theme, height=panels.height)


def _hatch(
    panels: Panels, across: alt.X, up: alt.Y, *, field: str, low: float, high: float
) -> list[alt.Chart]:
    """Return diagonals over the panels of which nothing is known, as high as the axis."""
    steps = [i / _DIAGONALS for i in range(_DIAGONALS)]
    lines = pd.DataFrame(
        [(key, step) for key in panels.keys if key in panels.unseen for step in steps],
        columns=["key", "step"],
    )
    if lines.empty:
        return []
    lines["x"] = panels.place(lines["key"], lines["step"])
    lines["x2"] = panels.place(lines["key"], lines["step"] + 1 / _DIAGONALS)
    lines[field], lines["top"] = low, high
    rule = alt.Chart(lines).mark_rule(color=ink(panels.theme).muted, opacity=0.45, strokeWidth=1)
    return [rule.encode(x=across, x2="x2", y=up, y2=alt.Y2("top"))]


def _scaled(panels: Panels, frame: pd.DataFrame, value: str) -> tuple[pd.DataFrame, float]:
    """Return the rows of the shown keys with ``height``, and the most that the axis holds."""
    table = frame[frame["key"].isin(panels.keys)].reset_index(drop=True)
    if panels.own_scale:
        tallest = table.groupby("key")[value].transform("max")
        return table.assign(height=table[value] / tallest.where(tallest > 0, 1)), 1.0
    most = float(table[value].max()) if len(table) else 0.0
    return table.assign(height=table[value].astype(float)), most or 1.0


def _across(panels: Panels) -> alt.X:
    places = {
        i + _MARGIN + (1 - 2 * _MARGIN) * part: word
        for i in range(len(panels.keys))
        for part, word in panels.ticks.items()
    }
    inside = "(datum.value - floor(datum.value))"
    return alt.X(
        "x:Q",
        scale=alt.Scale(domain=[0, len(panels.keys)], nice=False, zero=False),
        axis=alt.Axis(
            title=None,
            domain=False,
            ticks=False,
            grid=False,
            labelAlign={
                "condition": [
                    {"test": f"{inside} < 0.3", "value": "left"},
                    {"test": f"{inside} > 0.7", "value": "right"},
                ],
                "value": "center",
            },
            labelBound=False,
            labelFlush=False,
            labelOverlap=False,
            labelFontSize=LABEL_PX - 1,
            **named_ticks(places),
        ),
    )


def _up(panels: Panels, most: float) -> alt.Y:
    return alt.Y(
        "height:Q",
        scale=alt.Scale(domain=[0, _HEADROOM if panels.own_scale else most], nice=False),
        axis=alt.Axis(
            title=None,
            domain=False,
            ticks=False,
            grid=not panels.own_scale,
            labels=not panels.own_scale,
            tickCount=3,
            tickMinStep=1,
            format="~s",
            minExtent=GUTTER_PX,
            maxExtent=GUTTER_PX,
        ),
    )


def _finished(panels: Panels, frame: pd.DataFrame, value: str, marks: list[alt.Chart]) -> AnyChart:
    """Add the ground line of each panel, and its own most where each has its own scale."""
    colors = ink(panels.theme)
    lines = pd.DataFrame({"key": list(panels.keys), "height": 0.0, "top": _HEADROOM})
    lines["x"] = panels.place(lines["key"], pd.Series(0.0, index=lines.index))
    lines["x2"] = panels.place(lines["key"], pd.Series(1.0, index=lines.index))
    base = alt.Chart(lines)
    parts: list[alt.Chart] = [
        *marks,
        base.mark_rule(color=colors.muted, strokeWidth=1).encode(x="x:Q", x2="x2", y="height:Q"),
    ]
    if panels.own_scale:
        most = frame.groupby("key")[value].max().reindex(list(panels.keys)).fillna(0)
        words = lines.assign(word=[f"max {n:,.0f}" for n in most])
        parts.append(
            alt.Chart(words)
            .mark_text(align="left", baseline="top", color=colors.text, fontSize=LABEL_PX - 1)
            .encode(x="x:Q", y="top:Q", text="word:N")
        )
    return style_chart(alt.LayerChart(layer=[*parts]), panels.theme, height=panels.height)
