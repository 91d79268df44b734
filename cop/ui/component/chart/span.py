"""Spans of time in rows: a bar from each beginning to its end."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import altair as alt
import pandas as pd

from cop.model.style import Theme
from cop.ui.component.chart.axis import stamps, time_axis, time_scale, tooltips
from cop.ui.component.chart.theme import AnyChart, style_chart

ROW_PX = 18
_THICK, _THIN = 0.75, 0.3


def build_spans(
    frame: pd.DataFrame,
    *,
    theme: Theme,
    row: str,
    sort: str,
    colors: Mapping[str, str],
    thin: Sequence[str],
    rows: Sequence[str],
    bounds: tuple[datetime, datetime],
    shown: Mapping[str, str],
) -> AnyChart:
    """Bars from ``begin`` to ``end`` (naive UTC) in the row that ``row`` names.

    ``colors`` paints the words of ``sort``; the ``thin`` ones are thinner, so that they differ
    without color. ``rows`` are drawn from the top, ``bounds`` is the whole time axis.
    """
    table = frame.reset_index(drop=True)
    table = table.assign(
        bar_from=stamps(table["begin"]).to_numpy(), bar_to=stamps(table["end"]).to_numpy()
    )
    scale = time_scale()
    scale["domain"] = [stamps(pd.Series([bound])).iloc[0] for bound in bounds]
    layers = [
        alt.Chart(table[table[sort].isin(words)])
        .mark_bar(height={"band": height})
        .encode(
            x=alt.X("bar_from:T", scale=scale, axis=time_axis(*bounds)),
            x2=alt.X2("bar_to"),
            y=alt.Y(
                f"{row}:N",
                scale=alt.Scale(domain=list(rows)),
                axis=alt.Axis(title=None, ticks=False, domain=False, labelLimit=140),
            ),
            color=alt.Color(
                f"{sort}:N",
                scale=alt.Scale(domain=list(colors), range=list(colors.values())),
                legend=alt.Legend(title=None, orient="top"),
            ),
            tooltip=tooltips(shown, table),
        )
        for words, height in (
            ([word for word in colors if word not in thin], _THICK),
            (list(thin), _THIN),
        )
        if table[sort].isin(words).any()
    ]
    chart = alt.LayerChart(layer=layers)
    return style_chart(chart, theme, height=ROW_PX * max(3, len(rows)) + 50)
