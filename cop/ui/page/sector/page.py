"""The Sectors page: every sector of the region side by side, in figures on one scale."""

from datetime import timedelta
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from cop.model.event import OUTSIDE
from cop.model.moment import format_day, format_dtg
from cop.model.picture import Picture
from cop.query.hour import HourOfWeek, read_hour_of_week
from cop.query.reporting import OBSERVED
from cop.query.sector import SectorFigures, read_sector_figures
from cop.query.service import QueryService
from cop.query.view import View
from cop.ui.component.chart import Panels, build_panel_bars, build_panel_heat, render_chart
from cop.ui.component.chart.heat import WEEKDAYS
from cop.ui.component.filter import render_filters
from cop.ui.component.frame import lacks_records, page_theme, render_strip
from cop.ui.component.grid import render_grid
from cop.ui.component.known import open_picture, render_known
from cop.ui.component.published import render_published
from cop.ui.page.sector.card import build_cards, build_groups, build_state, build_zones, percent
from cop.ui.page.sector.table import render_sector_table

ONE_SCALE, OWN_SCALES = "One scale", "Own scales"
_BAR_SHARE = 0.92
_BARS_PX, _HEAT_PX = 84, 88
_HOUR_TICKS = {0.0: "00", 0.5: "12", 1.0: "24"}


def render_sectors() -> None:
    """Draw the page for the Picture in the address."""
    service, view, picture = open_picture()
    snapshot = view.snapshot
    render_strip(view)
    render_filters(service, view, picture)
    render_known(snapshot)
    if not snapshot.sectors:
        st.info("No region loaded, so no sectors. Run `python -m cop demo` or load a region.")
        return
    if lacks_records(snapshot, picture.filter):
        return
    figures = read_sector_figures(service, view)
    shown = shown_sectors(picture, figures)
    if shown.empty:
        st.info(
            "No sector of this region is in the filter. Choose one, or clear the filter to see all."
        )
        return
    words, switch = st.columns([3, 1], vertical_alignment="center")
    words.html(f'<div class="cop-lead">{describe(figures, shown)}</div>')
    own_scale = _choose_scale(switch)
    render_grid(build_cards(picture, figures, shown))
    _render_bins(figures, shown, own_scale=own_scale)
    render_grid(build_state(shown, snapshot.now), heads=list(shown["sector"]))
    _render_hours(service, view, figures, shown, own_scale=own_scale)
    render_published(service, view, list(shown["sector"]), own_scale=own_scale)
    _render_groups(shown)
    render_sector_table(service, view, figures)


def shown_sectors(picture: Picture, figures: SectorFigures) -> pd.DataFrame:
    """Return the rows of the sectors that the filter names, of all where it names none."""
    table = figures.table[figures.table["sector"] != OUTSIDE]
    if picture.filter.sectors:
        table = table[table["sector"].isin(picture.filter.sectors)]
    return table.reset_index(drop=True)


def describe(figures: SectorFigures, shown: pd.DataFrame) -> str:
    """Return as HTML what stands out, in a few words."""
    total = int(shown["n"].sum())
    narrowed = len(shown) < len(figures.table) - 1
    if not (total if narrowed else figures.total):
        return "<b>No events</b> in this window and filter. No reports does not mean no activity."
    top = shown.loc[shown["n"].idxmax()]
    words = [f"<b>{total if narrowed else figures.total:,} events.</b>"]
    if top["n"]:
        words.append(
            f"Most in <b>{_name(top)}</b>: {top['n']:,}, "
            f"{escape(percent(top['share']))} of all sectors."
        )
    rise = shown["n"] - shown["before"]
    if rise.max() > 0:
        more = shown.loc[rise.idxmax()]
        words.append(
            f"Largest rise in <b>{_name(more)}</b>: {rise.max():+,.0f}, "
            f"{more['before']:,.0f} before."
        )
    elsewhere = figures.total - total
    if elsewhere and narrowed:
        words.append(f"Whole border, other sectors included: {figures.total:,}.")
    elif elsewhere:
        words.append(
            f"{elsewhere:,} lie outside every sector, "
            f"{escape(percent(elsewhere / figures.total))} of all."
        )
    return " ".join(words)


def _unseen(shown: pd.DataFrame) -> frozenset[str]:
    """Return the sectors of which nothing can be counted."""
    return frozenset(shown.loc[(shown["state"] != OBSERVED) & (shown["n"] == 0), "sector"])


def _name(row: "pd.Series[Any]") -> str:
    return escape(f"{row['sector']} {row['name']}")


def _choose_scale(place: Any) -> bool:
    chosen = place.segmented_control(
        "Scale",
        (ONE_SCALE, OWN_SCALES),
        default=ONE_SCALE,
        key="sector-scale",
        label_visibility="collapsed",
        help="One scale compares sectors by height and color. Own scales show each pattern.",
    )
    return bool(chosen == OWN_SCALES)


def _scale_words(own_scale: bool) -> str:
    return (
        "own scale per sector: do not compare heights or colors between sectors"
        if own_scale
        else "one scale for all sectors"
    )


def _render_bins(figures: SectorFigures, shown: pd.DataFrame, *, own_scale: bool) -> None:
    bins = figures.bins
    first, last = bins["start"].min(), bins["end"].max()
    span = (last - first).total_seconds()
    width = (bins["end"] - bins["start"]).dt.total_seconds() / span
    frame = pd.DataFrame(
        {
            "key": bins["sector"],
            "left": (left := (bins["start"] - first).dt.total_seconds() / span),
            "right": left + width * _BAR_SHARE,
            "n": bins["n"],
            "earlier": bins["earlier"],
            "start": [format_dtg(moment) for moment in bins["start"]],
            "end": [format_dtg(moment) for moment in bins["end"]],
        }
    )
    before = " (pale: before the window)" if bins["earlier"].any() else ""
    final = last - timedelta(microseconds=1)
    span = f"{format_day(first)} to {format_day(final)}"
    st.caption(f"Events by {figures.step}, {span}{before}; {_scale_words(own_scale)}.")
    panels = Panels(
        keys=tuple(shown["sector"]),
        theme=page_theme(),
        height=_BARS_PX,
        ticks={0.0: format_day(first)},
        own_scale=own_scale,
        unseen=_unseen(shown),
    )
    titles = {"key": "Sector", "start": "From", "end": "To", "n": "Events"}
    chart = build_panel_bars(panels, frame, value="n", faded="earlier", shown=titles)
    render_chart(chart, key="sector-bins", wide=True)


def _render_hours(
    service: QueryService,
    view: View,
    figures: SectorFigures,
    shown: pd.DataFrame,
    *,
    own_scale: bool,
) -> None:
    codes = list(shown["sector"])
    hours = read_hour_of_week(service, view)
    table = hours.table[hours.table["sector"].isin(codes)]
    st.caption(describe_hours(hours, codes, own_scale=own_scale))
    if table.empty:
        return
    frame = table.rename(columns={"sector": "key"}).assign(
        day=[WEEKDAYS[day] for day in table["weekday"]],
        span=[f"{hour:02d}00 to {hour + 1:02d}00" for hour in table["hour"]],
        zone=table["sector"].map(hours.zones),
    )
    panels = Panels(
        keys=tuple(codes),
        theme=page_theme(),
        height=_HEAT_PX,
        ticks=_HOUR_TICKS,
        own_scale=own_scale,
        unseen=_unseen(shown),
    )
    titles = {"key": "Sector", "day": "Day", "span": "Local time", "zone": "Zone", "n": "Events"}
    chart = build_panel_heat(panels, frame, value="n", shown=titles)
    render_chart(chart, key="sector-hours", wide=True)
    render_grid([build_zones(codes, view.zones, figures)], heads=codes)


def _render_groups(shown: pd.DataFrame) -> None:
    reported, total = int(shown["composed_n"].sum()), int(shown["n"].sum())
    if reported:
        st.caption(f"Group composition, from {reported:,} of {total:,} records that report it.")
        render_grid(build_groups(shown), heads=list(shown["sector"]))


def describe_hours(hours: HourOfWeek, codes: list[str], *, own_scale: bool) -> str:
    """Describe what the pattern of hours counts, and what it leaves out."""
    own = hours.table[hours.table["sector"].isin(codes)]
    left_out = sum(hours.left_out.get(code, 0) for code in codes)
    counted = int(own["n"].sum())
    if not counted and not left_out:
        return "Hour of the week: no events in these sectors."
    if not counted:
        return (
            f"Hour of the week: unknown. All {left_out:,} records in these sectors give only "
            "the day or less."
        )
    left = f"{left_out:,} of {counted + left_out:,} records left out (hour unknown); "
    most = "" if own_scale else f", at most {int(own['n'].max()):,} events"
    return (
        f"Hour of the week, local time; {left if left_out else ''}{_scale_words(own_scale)}{most}."
    )
