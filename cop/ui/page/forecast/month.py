"""Sector months on the Forecast page: the answer, each place, one place's course, the record."""

from collections.abc import Mapping
from html import escape

import streamlit as st

from cop.analysis.forecast.month_card import EVERYWHERE
from cop.model.picture import Picture
from cop.model.region import SeriesDeclaration
from cop.query.month import HORIZONS, MonthOutlook, format_month
from cop.query.view import View
from cop.ui.component.chart import render_chart
from cop.ui.component.frame import page_theme
from cop.ui.component.grid import render_grid
from cop.ui.page.forecast.card import build_month_cards, build_race, place_names
from cop.ui.page.forecast.chart import build_month_fan
from cop.ui.page.forecast.download import render_downloads
from cop.ui.page.forecast.record import render_record
from cop.ui.page.forecast.word import (
    Verdict,
    breaks_of,
    describe_age,
    describe_outlook,
    find_card,
    judge_months,
)
from cop.ui.page.sector.card import picture_link


def render_months(
    view: View, picture: Picture, declared: SeriesDeclaration, outlook: MonthOutlook
) -> None:
    """Draw the forecast of one declared series with its track record."""
    sectors = {} if declared.place else view.snapshot.sectors
    names = place_names(outlook, sectors, picture.filter.sectors)
    if declared.place is not None:
        names = {place: "" for place in names if place == declared.place}
    if not names:
        st.html(_lead("<b>No monthly forecast.</b>", judge_months(outlook, 1, declared)))
        _suggest_loading(declared)
        return
    words, switch = st.columns([3, 1.25], gap="medium", vertical_alignment="top")
    horizon = _choose_horizon(switch, outlook)
    # Of one place its own record counts, of several that of all together.
    only = next(iter(names)) if len(names) == 1 else EVERYWHERE
    verdict = judge_months(outlook, horizon, declared, place=only)
    expected = describe_outlook(outlook, horizon, names, declared.unit)
    if outlook.reason is not None:
        expected = "<b>No monthly forecast.</b> See the history below."
    of = (
        f" in {only}"
        if only
        else " over all places"
        if len(names) < len(outlook.counts.columns)
        else ""
    )
    words.html(_lead(expected, verdict, of))
    if (age := describe_age(outlook, view.snapshot)) is not None:
        st.warning(age, icon=":material/history:")
    if outlook.reason is not None:
        _suggest_loading(declared)
    else:
        links = {place: picture_link(picture, place) for place in names if place in sectors}
        render_grid(build_month_cards(outlook, horizon, names, links))
    _render_course(outlook, horizon, names, declared)
    st.caption(_describe(view, picture, outlook, declared, names))
    if outlook.reason is None:
        render_record(outlook, horizon, names, declared.unit)
        render_downloads(view, outlook, declared)


def _suggest_loading(declared: SeriesDeclaration) -> None:
    st.info(
        f"{declared.title}: load more months of history with "
        "`python -m cop ingest statistics FILE --profile NAME`. For sectors, NAME is "
        "`ohss_sectors`; docs/add-a-source.md explains how to add another.",
        icon=":material/upload_file:",
    )


def _lead(expected: str, verdict: Verdict, of: str = "") -> str:
    title = "Why" if verdict.state == "missing" else f"Track record{of}"
    record = f"{verdict.chip()} <b>{escape(title)}:</b> {verdict.words}"
    return f'<div class="cop-lead"><p>{expected}</p><p>{record}</p></div>'


def _choose_horizon(place: "st.delta_generator.DeltaGenerator", outlook: MonthOutlook) -> int:
    if outlook.reason is not None:
        return HORIZONS[0]
    chosen = place.segmented_control(
        "Months ahead",
        HORIZONS,
        default=HORIZONS[0],
        key="forecast-horizon",
        help="How far ahead the forecast is made. The track record covers the same lead time.",
    )
    return int(chosen or HORIZONS[0])


def _render_course(
    outlook: MonthOutlook, horizon: int, names: Mapping[str, str], declared: SeriesDeclaration
) -> None:
    """Draw one place's last years: observed, forecast then, and the fan of the current forecast."""
    which, made = st.columns([3, 1.25], vertical_alignment="bottom", gap="medium")
    place = _choose_place(which, outlook, horizon, names)
    origin = _choose_origin(made, outlook)
    chart, side = st.columns([3, 1.25], gap="medium")
    with chart:
        failed = breaks_of(outlook, horizon, place)["month"].tolist()
        drawn = build_month_fan(
            outlook,
            place,
            horizon,
            origin=origin,
            failed=failed,
            theme=page_theme(),
            unit=f"{declared.unit}, {place}",
        )
        render_chart(drawn, key="forecast-course")
    with side:
        verdict = judge_months(outlook, horizon, declared, place=place)
        if verdict.state == "missing":
            st.markdown(f"**No track record for {place}**")
            st.caption(verdict.words)
            return
        st.markdown(
            f"**Track record for {place}, {horizon} month{'s' if horizon > 1 else ''} ahead**"
        )
        card = find_card(outlook, horizon, place)
        st.caption("Mean error relative to repeating last year (MASE). Shorter is better.")
        st.html(build_race(card))
        st.caption(verdict.words)


def _choose_place(
    column: "st.delta_generator.DeltaGenerator",
    outlook: MonthOutlook,
    horizon: int,
    names: Mapping[str, str],
) -> str:
    key = "forecast-place"
    if st.session_state.get(key) not in names:
        st.session_state.pop(key, None)
    rows = outlook.outlook[
        (outlook.outlook["horizon"] == horizon) & outlook.outlook["place"].isin(names)
    ]
    first = next(iter(names))
    if not rows.empty:
        rise = (rows["expected"] - rows["usual"]).where(rows["sense"] == "more")
        by = rise if rise.notna().any() else rows["expected"]
        first = str(rows.loc[by.idxmax(), "place"])
    chosen = column.segmented_control(
        "Place", list(names), default=first, key=key, label_visibility="collapsed"
    )
    return str(chosen or first)


def _choose_origin(
    column: "st.delta_generator.DeltaGenerator", outlook: MonthOutlook
) -> str | None:
    if outlook.table.empty:
        return None
    origins = sorted(set(outlook.table["origin"]))
    chosen = column.select_slider(
        "Forecast made after",
        origins,
        value=origins[-1],
        format_func=format_month,
        key="forecast-origin",
        help="Choose an earlier month to compare its forecast with what was observed.",
    )
    return str(chosen)


def _describe(
    view: View,
    picture: Picture,
    outlook: MonthOutlook,
    declared: SeriesDeclaration,
    names: Mapping[str, str],
) -> str:
    sources = view.snapshot.sources
    titles = "; ".join(sources[s].source.title for s in outlook.sources if s in sources)
    kind = "SYNTHETIC figures" if outlook.synthetic else "real figures"
    if picture.filter.records == "synthetic" and not outlook.synthetic:
        kind = "REAL figures beside SYNTHETIC events"
    out = {} if outlook.reason else outlook.left_out
    left = "".join(f" {place}: {why}." for place, why in out.items() if place in names)
    return (
        f"{declared.title} ({declared.unit} by month), {kind} to {format_month(outlook.newest)}. "
        f"Source: {titles or 'unknown'}. Of whole sectors: the filter's window, counties, area, "
        "kinds, and sources do not apply. "
        "Usual is the mean of the last 12 months. Past forecasts use only earlier months, "
        "in the figures as published now, "
        f"including later corrections.{left}"
    )
