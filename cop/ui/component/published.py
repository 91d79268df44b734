"""Published statistics beside the events: one series for each sector, or one for a named place."""

from datetime import datetime

import pandas as pd
import streamlit as st

from cop.model.layer import Statistic
from cop.model.region import SeriesDeclaration
from cop.query.absence import name_absence
from cop.query.service import QueryService
from cop.query.statistic import StatisticFigures, choose_series, read_statistic
from cop.query.view import View
from cop.ui.component.chart import Panels, build_lines, build_panel_lines, render_chart
from cop.ui.component.frame import page_theme
from cop.ui.component.grid import Cell, Row, render_grid
from cop.ui.page.sector.card import NOTHING

_PANELS_PX, _CHART_PX = 74, 150


def render_published(
    service: QueryService, view: View, sectors: list[str], *, own_scale: bool
) -> None:
    """Draw every series that the region declares, and a note for each one not loaded."""
    region = view.snapshot.region
    for declared in region.series if region else ():
        statistic = build_statistic(declared)
        series, synthetic = choose_series(service, view, statistic)
        figures = read_statistic(service, view, statistic)
        if declared.place is not None:
            series = series[series["place"] == declared.place]
        else:
            series = series[series["place"].isin(sectors)]
        if series.empty:
            st.caption(f"{declared.title}: no figures {name_absence(view.snapshot.release)}.")
            continue
        st.caption(describe(view, declared, figures, synthetic=synthetic))
        if declared.place is None:
            _render_sectors(declared, series, figures, sectors, own_scale=own_scale)
        else:
            _render_place(declared, series)


def build_statistic(declared: SeriesDeclaration) -> Statistic:
    """Return the statistic that a region's declaration speaks of."""
    return Statistic(
        property=declared.measure,
        title=declared.title,
        measures=(declared.measure,),
        place_kind=declared.place_kind,
        key="sector",
        unit=declared.unit,
    )


def describe(
    view: View,
    declared: SeriesDeclaration,
    figures: StatisticFigures,
    *,
    synthetic: bool,
) -> str:
    """Describe the figures: unit, periods, whether older than the window, source."""
    sources = view.snapshot.sources
    titles = "; ".join(sources[s].source.title for s in figures.sources if s in sources)
    words = f"{declared.title} ({declared.unit}), {'SYNTHETIC' if synthetic else 'real figures'}"
    if declared.place is not None and declared.place not in declared.title:
        words += f", {declared.place}"
    words += f". Figures: {figures.describe_periods()}"
    if figures.stale:
        words += " (newest available; the window is later)"
    of = ". Of whole sectors, all kinds" if declared.place is None else ""
    return f"{words}{of}. Source: {titles or 'unknown'}."


def _render_sectors(
    declared: SeriesDeclaration,
    series: pd.DataFrame,
    figures: StatisticFigures,
    sectors: list[str],
    *,
    own_scale: bool,
) -> None:
    first, last = _ends(series)
    span = (last - first).total_seconds() or 1.0
    frame = pd.DataFrame(
        {
            "key": series["place"],
            "left": (series["period_start"] - first).dt.total_seconds() / span,
            "value": series["value"],
            "when": series["period_start"].dt.strftime("%b %y").str.upper(),
        }
    )
    panels = Panels(
        keys=tuple(sectors),
        theme=page_theme(),
        height=_PANELS_PX,
        ticks={0.0: f"{first:%b %y}".upper(), 1.0: f"{last:%b %y}".upper()},
        own_scale=own_scale,
    )
    shown = {"key": "Sector", "when": "Period", "value": declared.unit.capitalize()}
    render_chart(
        build_panel_lines(panels, frame, value="value", shown=shown),
        key=f"series-{declared.measure}",
        wide=True,
    )
    values = figures.table.set_index("place")
    cells = tuple(
        _cell(values.loc[code].to_dict() if code in values.index else {}) for code in sectors
    )
    render_grid([Row(label=figures.periods, cells=cells)], heads=sectors)


def _cell(row: dict[str, float]) -> Cell:
    value, change = row.get("value", float("nan")), row.get("change", float("nan"))
    if value != value:  # noqa: PLR0124 NaN
        return Cell(text=NOTHING, hint="no figures for these periods")
    known = change == change  # noqa: PLR0124 NaN
    return Cell(text=f"{value:,.0f}", note=_in_a_year(change) if known else "")


def _in_a_year(change: float) -> str:
    return f"{change:+,.0f}% in a year".replace("-", "\N{MINUS SIGN}")


def _render_place(declared: SeriesDeclaration, series: pd.DataFrame) -> None:
    chart = build_lines(
        series[["period_start", "value"]].assign(
            when=series["period_start"].dt.strftime("%b %y").str.upper()
        ),
        theme=page_theme(),
        x="period_start",
        y="value",
        unit=declared.unit,
        shown={"when": "Period", "value": declared.unit.capitalize()},
        height=_CHART_PX,
    )
    render_chart(chart, key=f"series-{declared.measure}")


def _ends(series: pd.DataFrame) -> tuple[datetime, datetime]:
    starts = series["period_start"]
    return starts.min().to_pydatetime(), starts.max().to_pydatetime()
