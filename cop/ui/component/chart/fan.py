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

CAME: Final = "Observed"
THEN: Final = "Forecast made at the time (80%)"
AHEAD: Final = "Forecast now (80%)"
MISSED: Final = "Outside the interval"
_LEGEND_COLUMNS: Final = 2


def build_fan(
    came: pd.DataFrame,
    then: pd.DataFrame,
    ahead: pd.DataFrame,
    *,
    theme: Theme,
    unit: str,
    shown: Mapping[str, str],
    failed: Sequence[datetime] = (),
    height: int = 260,
) -> AnyChart:
    """Draw ``came`` (moment, value) over the bands of ``then`` and ``ahead``, from zero.

    Moments are naive UTC. ``then`` and ``ahead`` have moment, expected, lower, upper; ``then`` also
    ``truth`` and ``missed``, drawn as crosses. Any may be empty. The columns of ``shown`` make the
    tooltip of both. ``failed`` are moments of a break, marked by a line over the whole height.
    """
    paints = {
        CAME: ink(theme).text,
        THEN: css(OKABE_ITO["blue"], theme),
        AHEAD: css(OKABE_ITO["orange"], theme),
        MISSED: css(OKABE_ITO["vermilion"], theme),
    }
    held = [frame["moment"] for frame in (came, then, ahead) if not frame.empty]
    every = pd.concat(held)
    axis = time_axis(every.min().to_pydatetime(), every.max().to_pydatetime())
    across = alt.X("place:T", scale=time_scale(), axis=axis)
    missed = then[then["missed"]] if not then.empty else then
    drawn = [name for name, frame in zip(paints, (came, then, ahead, missed), strict=True)
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
    for name, frame in ((THEN, then), (AHEAD, ahead)):
        if not frame.empty:
            parts += _band(_placed(frame, name), across, color, unit)
    parts.append(
        alt.Chart(_placed(came, CAME))
        .mark_line(strokeWidth=1.8)
        .encode(x=across, y=_up("value", unit), color=color)
    )
    if not missed.empty:
        parts.append(
            alt.Chart(_placed(missed, MISSED))
            .mark_point(shape="cross", size=70, filled=True, opacity=1)
            .encode(x=across, y=_up("truth", unit), color=color)
        )
    for frame in (then, ahead):
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
