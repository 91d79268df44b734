"""A series with its past forecasts, their intervals, and the fan of the current forecast."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import altair as alt
import pandas as pd

from cop.model.style import Theme
from cop.ui.component.chart.axis import stamps, time_axis, time_scale, tooltips
from cop.ui.component.chart.palette import OKABE_ITO, css, ink
from cop.ui.component.chart.theme import LABEL_PX, AnyChart, style_chart

OBSERVED: Final = "Observed"
PAST: Final = "Forecast made at the time (80%)"
CURRENT: Final = "Forecast now (80%)"
MISSED: Final = "Outside the interval"
_LEGEND_COLUMNS: Final = 2


def build_fan(
    observed: pd.DataFrame,
    past: pd.DataFrame,
    current: pd.DataFrame,
    *,
    theme: Theme,
    unit: str,
    shown: Mapping[str, str],
    failed: Sequence[datetime] = (),
    height: int = 260,
) -> AnyChart:
    """Draw ``observed`` (moment, value) over the bands of ``past`` and ``current``, from zero.

    Moments are naive UTC. ``past`` and ``current`` have moment, expected, lower, upper; ``past``
    also ``truth`` and ``missed``, drawn as crosses. Any may be empty. The columns of ``shown`` make
    the tooltip of both. ``failed`` are moments of a break, marked by a line over the whole height.
    """
    paints = {
        OBSERVED: ink(theme).text,
        PAST: css(OKABE_ITO["blue"], theme),
        CURRENT: css(OKABE_ITO["orange"], theme),
        MISSED: css(OKABE_ITO["vermilion"], theme),
    }
    moments = [frame["moment"] for frame in (observed, past, current) if not frame.empty]
    every = pd.concat(moments)
    axis = time_axis(every.min().to_pydatetime(), every.max().to_pydatetime())
    across = alt.X("place:T", scale=time_scale(), axis=axis)
    missed = past[past["missed"]] if not past.empty else past
    drawn = [name for name, frame in zip(paints, (observed, past, current, missed), strict=True)
             if not frame.empty]  # fmt: skip
    color = alt.Color(
        "line:N",
        scale=alt.Scale(domain=drawn, range=[paints[name] for name in drawn]),
        legend=alt.Legend(
            title=None,
            orient="top",
            columns=_LEGEND_COLUMNS,
            labelLimit=0,
            symbolType="square",
            symbolOpacity=1,
        ),
    )
    parts: list[alt.Chart] = []
    if failed:
        parts += _breaks(failed, paints[MISSED], across)
    for name, frame in ((PAST, past), (CURRENT, current)):
        if not frame.empty:
            parts += _band(_placed(frame, name), across, color, unit)
    parts.append(
        alt.Chart(_placed(observed, OBSERVED))
        .mark_line(strokeWidth=1.8)
        .encode(x=across, y=_up("value", unit), color=color)
    )
    if not missed.empty:
        parts.append(
            alt.Chart(_placed(missed, MISSED))
            .mark_point(shape="cross", size=70, filled=True, opacity=1)
            .encode(x=across, y=_up("truth", unit), color=color)
        )
    for frame in (past, current):
        if not frame.empty:
            parts.append(
                alt.Chart(_placed(frame, ""))
                .mark_point(size=90, filled=True, opacity=0)
                .encode(x=across, y=_up("expected", unit), tooltip=tooltips(shown, frame))
            )
    return style_chart(alt.LayerChart(layer=[*parts]), theme, height=height)


def _band(
    table: pd.DataFrame, across: alt.X, color: alt.Color, unit: str
) -> tuple[alt.Chart, alt.Chart]:
    base = alt.Chart(table)
    return (
        base.mark_area(opacity=0.28).encode(
            x=across, y=_up("lower", unit), y2=alt.Y2("upper"), color=color
        ),
        base.mark_line(strokeWidth=1.4, strokeDash=[5, 3]).encode(
            x=across, y=_up("expected", unit), color=color
        ),
    )


def _breaks(failed: Sequence[datetime], paint: str, across: alt.X) -> list[alt.Chart]:
    table = pd.DataFrame({"moment": list(failed), "word": ""})
    table.loc[0, "word"] = "FORECAST FAILED"
    base = alt.Chart(_placed(table, MISSED))
    return [
        base.mark_rule(color=paint, strokeWidth=7, opacity=0.22).encode(x=across),
        base.mark_text(
            color=paint, align="right", baseline="top", dx=-6, fontSize=LABEL_PX, fontWeight="bold"
        ).encode(x=across, y=alt.value(2), text="word:N"),
    ]


def _placed(frame: pd.DataFrame, line: str) -> pd.DataFrame:
    table = frame.reset_index(drop=True)
    return table.assign(place=stamps(table["moment"]).to_numpy(), line=line)


def _up(name: str, unit: str) -> alt.Y:
    # With a format, an axis writes zero with the prefix of its largest tick.
    axis = alt.Axis(tickCount=4, domain=False, ticks=False, labelExpr="format(datum.value, '~s')")
    return alt.Y(f"{name}:Q", title=unit, scale=alt.Scale(zero=True), axis=axis)
