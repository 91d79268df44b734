"""Lines over time or numbers, one or several, with a band where a figure has an interval."""

from collections.abc import Mapping

import altair as alt
import pandas as pd

from cop.model.style import Theme
from cop.ui.component.chart.axis import stamps, time_axis, time_scale, tooltips
from cop.ui.component.chart.palette import OKABE_ITO, css
from cop.ui.component.chart.theme import AnyChart, style_chart

_DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [12, 3], [4, 4], [1, 3], [10, 2, 2, 2])


def build_lines(
    frame: pd.DataFrame,
    *,
    theme: Theme,
    x: str,
    y: str,
    unit: str,
    series: str | None = None,
    low: str | None = None,
    high: str | None = None,
    from_zero: bool = True,
    x_title: str | None = None,
    shown: Mapping[str, str] | None = None,
    height: int = 220,
) -> AnyChart:
    """Lines of ``y`` over ``x``, naive UTC moments or numbers; a missing ``y`` is a gap.

    ``series`` names the column that tells lines apart, by color and by dash; ``low`` and ``high``
    are an interval, drawn as a band behind each line.
    """
    table = frame.reset_index(drop=True)
    tips = tooltips(shown or {x: x_title or x, y: unit}, table)
    if pd.api.types.is_datetime64_any_dtype(frame[x]):
        first, last = frame[x].min().to_pydatetime(), frame[x].max().to_pydatetime()
        table = table.assign(place=stamps(frame[x]).to_numpy())
        across = alt.X("place:T", scale=time_scale(), axis=time_axis(first, last, title=x_title))
    else:
        across = alt.X(f"{x}:Q", title=x_title, scale=alt.Scale(nice=False))
    up = alt.Y(
        f"{y}:Q",
        title=unit,
        scale=alt.Scale(zero=from_zero),
        axis=alt.Axis(tickCount=4, domain=False, ticks=False),
    )
    looks = _tell_series_apart(table, series, theme)
    base = alt.Chart(table)
    parts: list[alt.Chart] = []
    if low is not None and high is not None:
        parts.append(
            base.mark_area(opacity=0.22).encode(
                x=across, y=alt.Y(f"{low}:Q", title=unit), y2=alt.Y2(high), color=looks[0]
            )
        )
    parts.append(
        base.mark_line(strokeWidth=1.8).encode(x=across, y=up, color=looks[0], strokeDash=looks[1])
    )
    parts.append(
        base.mark_point(size=60, filled=True, opacity=0).encode(x=across, y=up, tooltip=tips)
    )
    return style_chart(alt.LayerChart(layer=[*parts]), theme, height=height)


def _tell_series_apart(
    table: pd.DataFrame, series: str | None, theme: Theme
) -> tuple[alt.Color | alt.ColorValue, alt.StrokeDash | alt.StrokeDashValue]:
    """Return the color and the dash of each line, the same ones in one legend."""
    paints = [css(paint, theme) for paint in OKABE_ITO.values()]
    if series is None:
        return alt.ColorValue(paints[0]), alt.StrokeDashValue([1, 0])
    names = list(dict.fromkeys(table[series]))
    legend = alt.Legend(
        title=None, orient="top", symbolType="stroke", symbolOpacity=1, symbolStrokeWidth=2
    )
    return (
        alt.Color(f"{series}:N", sort=names, scale=alt.Scale(range=paints), legend=legend),
        alt.StrokeDash(
            f"{series}:N",
            sort=names,
            scale=alt.Scale(range=[list(dash) for dash in _DASHES]),
            legend=legend,
        ),
    )
