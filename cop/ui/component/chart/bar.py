"""Bars over categories or time, with intervals where a figure has them."""

from collections.abc import Mapping

import altair as alt
import pandas as pd

from cop.model.style import Theme
from cop.ui.component.chart.axis import stamps, time_axis, time_scale, tooltips
from cop.ui.component.chart.palette import OKABE_ITO, css, ink
from cop.ui.component.chart.theme import AnyChart, style_chart


def build_bars(
    frame: pd.DataFrame,
    *,
    theme: Theme,
    x: str,
    y: str,
    unit: str,
    end: str | None = None,
    low: str | None = None,
    high: str | None = None,
    color: str = "blue",
    shown: Mapping[str, str] | None = None,
    height: int = 220,
) -> AnyChart:
    """Bars of ``y`` from zero, the axis named by ``unit``.

    Without ``end``, ``x`` holds words, drawn in the frame's order; with it both hold naive UTC
    moments between which a bar stands. ``low`` and ``high`` are an interval, drawn as a whisker.
    ``shown`` names the tooltip's columns; ``color`` is one of OKABE_ITO.
    """
    table = frame.reset_index(drop=True)
    tips = tooltips(shown or {x: x, y: unit}, table)
    if end is not None:
        first, last = frame[x].min().to_pydatetime(), frame[end].max().to_pydatetime()
        table = table.assign(
            bar_from=stamps(frame[x]).to_numpy(),
            bar_to=stamps(frame[end]).to_numpy(),
        )
        table["bar_middle"] = (table["bar_from"] + table["bar_to"]) / 2
        scale, axis = time_scale(), time_axis(first, last)
        places = {
            "x": alt.X("bar_from:T", scale=scale, axis=axis),
            "x2": alt.X2("bar_to"),
            "y2": alt.Y2Datum(0),
        }
        middle = alt.X("bar_middle:T", scale=scale, axis=axis)
    else:
        middle = alt.X(
            f"{x}:N", sort=None, axis=alt.Axis(title=None, labelAngle=0, labelOverlap=True)
        )
        places = {"x": middle}
    value = alt.Y(f"{y}:Q", title=unit, axis=alt.Axis(tickCount=4, domain=False, ticks=False))
    base = alt.Chart(table)
    bars = base.mark_bar(color=css(OKABE_ITO[color], theme), binSpacing=1).encode(
        **places, y=value, tooltip=tips
    )
    if low is None or high is None:
        return style_chart(bars, theme, height=height)
    whiskers = base.mark_rule(color=ink(theme).text, strokeWidth=1.5).encode(
        x=middle, y=alt.Y(f"{low}:Q", title=unit), y2=alt.Y2(high), tooltip=tips
    )
    return style_chart(alt.LayerChart(layer=[bars, whiskers]), theme, height=height)
