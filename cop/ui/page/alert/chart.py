"""The evidence of an alert: observed counts as bars over the expected band."""

from datetime import timedelta

import altair as alt
import pandas as pd

from cop.model.alert import PERIOD, AlertFinding
from cop.model.moment import format_dtg
from cop.model.style import Theme
from cop.ui.component.chart.axis import stamps, time_axis, time_scale, tooltips
from cop.ui.component.chart.palette import OKABE_ITO, css, ink
from cop.ui.component.chart.theme import AnyChart, style_chart

_HEIGHT_PX = 130
_MIDDLE, _GAP = 0.5, 0.08


def build_evidence(found: AlertFinding, theme: Theme) -> AnyChart:
    """Bars of the counts, those since the surge began in another color, over the 80% band."""
    period = PERIOD[found.detector]
    frame = pd.DataFrame([dict(row) for row in found.evidence])
    start = stamps(frame["start"])
    length = period / timedelta(milliseconds=1)
    table = frame.assign(
        bar_from=start + _GAP * length,
        bar_to=start + (1 - _GAP) * length,
        cell_to=start + length,
        cell_from=start,
        when=[format_dtg(moment) for moment in frame["start"]],
        part=["since the start" if s >= found.started_at else "before" for s in frame["start"]],
    )
    first, last = frame["start"].min(), frame["start"].max() + period
    hourly = found.detector == "rush"
    scale = time_scale()
    axis = time_axis(first.to_pydatetime(), last.to_pydatetime(), hourly=hourly)
    titles = {"when": "From", "n": found.unit.title(), "expected": "Expected"}
    tips = tooltips({**titles, "low": "80% from", "high": "80% to"}, table)
    base = alt.Chart(table)
    up = alt.Axis(tickCount=3, domain=False, ticks=False)
    per = "day" if found.detector == "surge" else "hour"
    bars = base.mark_bar().encode(
        x=alt.X("bar_from:T", scale=scale, axis=axis),
        x2=alt.X2("bar_to"),
        y=alt.Y("n:Q", title=f"{found.unit} per {per}", axis=up),
        y2=alt.Y2Datum(0),
        color=alt.Color(
            "part:N",
            legend=None,
            scale=alt.Scale(
                domain=["before", "since the start"],
                range=[css(OKABE_ITO["blue"], theme), css(OKABE_ITO["orange"], theme)],
            ),
        ),
        tooltip=tips,
    )
    band = base.mark_rect(opacity=0.28, color=ink(theme).muted).encode(
        x=alt.X("cell_from:T", scale=scale, axis=axis),
        x2=alt.X2("cell_to"),
        y=alt.Y("low:Q", axis=up),
        y2=alt.Y2("high"),
    )
    usual = base.mark_rule(color=ink(theme).text, strokeWidth=1.5).encode(
        x=alt.X("cell_from:T", scale=scale, axis=axis), x2=alt.X2("cell_to"), y="expected:Q"
    )
    return style_chart(alt.LayerChart(layer=[band, bars, usual]), theme, height=_HEIGHT_PX)
