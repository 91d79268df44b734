"""A heat map: one colored cell for each pair of row and column."""

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from cop.model.style import Theme
from cop.ui.component.chart.axis import tooltips
from cop.ui.component.chart.palette import DIVERGING, RAMP, css_ramp, ink
from cop.ui.component.chart.theme import AnyChart, style_chart

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def build_heat(
    frame: pd.DataFrame,
    *,
    theme: Theme,
    x: str,
    y: str,
    value: str,
    unit: str,
    x_title: str | None = None,
    y_title: str | None = None,
    x_order: Sequence[str | int] | None = None,
    y_order: Sequence[str | int] | None = None,
    diverging: bool = False,
    most: float | None = None,
    shown: Mapping[str, str] | None = None,
    height: int = 220,
) -> AnyChart:
    """Cells of ``value`` at the words or whole numbers of ``x`` and ``y``.

    Orders default to those of the frame. The ramp runs from zero to ``most``, without that to the
    largest value, or with ``diverging`` as far below zero as above; a missing value is left in the
    page's color.
    """
    table = frame.reset_index(drop=True)
    if most is None:
        most = float(table[value].abs().max()) if table[value].notna().any() else 0.0
    domain = [-(most or 1.0), 0.0, most or 1.0] if diverging else [0.0, most or 1.0]
    scale = alt.Scale(
        domain=domain if not diverging else [domain[0], domain[-1]],
        range=css_ramp(DIVERGING if diverging else RAMP, theme),
        interpolate="rgb",
    )
    legend = alt.Legend(
        title=unit, orient="right", gradientLength=max(60, height - 70), gradientThickness=10
    )
    sides = {
        axis: list(order) if order is not None else list(dict.fromkeys(table[name]))
        for axis, name, order in (("x", x, x_order), ("y", y, y_order))
    }
    cells = (
        alt.Chart(table)
        .mark_rect(stroke=ink(theme).ground, strokeWidth=0.5)
        .encode(
            x=alt.X(
                f"{x}:O",
                sort=None,
                scale=alt.Scale(domain=sides["x"]),
                axis=alt.Axis(
                    title=x_title,
                    labelAngle=0,
                    labelOverlap="parity",
                    labelSeparation=4,
                    ticks=False,
                ),
            ),
            y=alt.Y(
                f"{y}:O",
                sort=None,
                scale=alt.Scale(domain=sides["y"]),
                axis=alt.Axis(title=y_title, ticks=False, domain=False),
            ),
            color=alt.Color(f"{value}:Q", scale=scale, legend=legend),
            tooltip=tooltips(shown or {y: y_title or y, x: x_title or x, value: unit}, table),
        )
    )
    return style_chart(cells, theme, height=height)
