"""The filter bar above the content of a page; it reads the address and writes it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import streamlit as st

from cop.errors import FilterError
from cop.model.ahead import MOST_AHEAD, Ahead, Period
from cop.model.area import Area
from cop.model.event import KINDS, OUTSIDE
from cop.model.filter import Filter
from cop.model.moment import format_day, parse_day
from cop.model.picture import Picture
from cop.model.window import PRESETS, TimeWindow
from cop.query.figure import read_figures
from cop.query.forecast.track import format_window
from cop.query.scope import name_area
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.snapshot import Snapshot
from cop.ui.component.address import (
    change_filter,
    change_picture,
    change_records,
    clear_address,
    read_picture,
    recent_window,
)
from cop.ui.component.context import use_context
from cop.ui.component.field import apply_choice, renew_field
from cop.ui.component.known import open_view, render_known_choice

CUSTOM = "Custom"
_DAYS_FAULT = "filter-days-fault"
_DAY_PX = 140
_MARKDOWN = re.compile(r"[!-/:-@\[-`{-~]")


def render_filters(
    service: QueryService,
    view: View,
    picture: Picture,
    *,
    forecasts: bool = False,
    places_only: bool = False,
    further: Callable[[], None] | None = None,
) -> None:
    """Draw the filters of a settled Picture, and the as-known-at choice.

    With ``forecasts``, also the choice of the forecast day or week; ``places_only`` leaves out
    window, kinds and sources where they do not apply; ``further`` draws what else the page has.
    """
    snapshot, resolved = view.snapshot, picture.filter
    with st.container(key="filter-bar"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _records(picture, snapshot)
            if not places_only:
                _window(picture, snapshot)
            with st.popover(_name_filters(resolved), icon=":material/filter_alt:"):
                if forecasts:
                    _ahead(service, view)
                _choices(snapshot, resolved, places_only=places_only)
            _area(service, view, resolved.area)
            st.button("Reset filters", icon=":material/restart_alt:", on_click=_reset)
            render_known_choice(service, view, picture.known_at)
            if further is not None:
                further()
        if picture.preset is None and not places_only:
            _dates(picture, snapshot)


def _name_filters(resolved: Filter) -> str:
    """Return the label of the choices, with how many are made."""
    parts = (resolved.sectors, resolved.kinds, resolved.counties, resolved.sources)
    made = sum(map(bool, parts))
    return f"Filters ({made})" if made else "Filters"


def _choices(snapshot: Snapshot, resolved: Filter, *, places_only: bool) -> None:
    _choice(
        "Sectors",
        "sectors",
        {**snapshot.sectors, OUTSIDE: "outside every sector"},
        resolved.sectors,
        named=lambda code, name: f"{code} {name}",
    )
    if not places_only:
        _choice("Kinds", "kinds", KINDS, resolved.kinds)
    if snapshot.counties:
        counties = {name: name for name in snapshot.counties}
        counties[OUTSIDE] = "outside every county"
        _choice("Counties", "counties", counties, resolved.counties)
    if not places_only:
        _sources(snapshot, resolved)


def _sources(snapshot: Snapshot, resolved: Filter) -> None:
    own = {
        name: state.source.title
        for name, state in snapshot.event_sources.items()
        if state.source.synthetic == (resolved.records == "synthetic")
    }
    _choice("Sources", "sources", own, resolved.sources)


def _records(picture: Picture, snapshot: Snapshot) -> None:
    if len(snapshot.loaded_records) < 2:  # noqa: PLR2004 a choice needs two
        return
    key = "filter-records"
    field = renew_field(key, picture.filter.records)
    st.segmented_control(
        "Records",
        ("real", "synthetic"),
        default=picture.filter.records,
        required=True,
        format_func={"real": "Real", "synthetic": "SYNTHETIC"}.__getitem__,
        key=field,
        on_change=apply_choice,
        args=(key, field, change_records),
        help="Real and synthetic records are never added together.",
        label_visibility="collapsed",
    )


def _window(picture: Picture, snapshot: Snapshot) -> None:
    key, shown = "filter-window", picture.preset or CUSTOM
    field = renew_field(key, shown)

    def change(chosen: str) -> None:
        _, current = open_view(use_context().service, read_picture())
        if chosen in PRESETS:
            window = recent_window(chosen, snapshot, current.filter.records or "real")
            change_picture(filter=current.filter.within(window), preset=chosen)
        else:
            change_picture(filter=current.filter, preset=None)

    st.segmented_control(
        "Window",
        (*PRESETS, CUSTOM),
        default=shown,
        required=True,
        key=field,
        on_change=apply_choice,
        args=(key, field, change),
        label_visibility="collapsed",
    )


def _dates(picture: Picture, snapshot: Snapshot) -> None:
    """Ask for the first and the last day together: no day of one window meets one of another."""
    window = picture.filter.window
    key = f"filter-days-{window.start}-{window.end}"
    first_key, last_key = f"{key}-first", f"{key}-last"

    def apply() -> None:
        try:
            asked = read_days(st.session_state[first_key], st.session_state[last_key])
        except FilterError as fault:
            st.session_state[_DAYS_FAULT] = (key, str(fault))
        else:
            st.session_state.pop(_DAYS_FAULT, None)
            change_filter(window=asked)

    first, last = (format_day(day) for day in _days(window, snapshot))
    with (
        st.form("filter-days", border=False),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        for label, day, its_key in (
            ("First day (UTC)", first, first_key),
            ("Last day (UTC)", last, last_key),
        ):
            st.text_input(label, day, key=its_key, placeholder="24 NOV 26", width=_DAY_PX)
        st.form_submit_button("Apply days", on_click=apply)
    of, words = st.session_state.get(_DAYS_FAULT) or ("", "")
    if of == key:
        st.error(plain(words))


def read_days(first: str, last: str) -> TimeWindow:
    """Return the window from the first day through the last, as typed.

    Raise FilterError if one is not a day, or the first is after the last.
    """
    days = []
    for name, text in (("First", first), ("Last", last)):
        try:
            days.append(parse_day(text))
        except FilterError as fault:
            raise FilterError(f"Not applied. {name} day: {fault}.") from fault
    start, end = days
    if start > end:
        words = f"First day {format_day(start)} is after last day {format_day(end)}"
        raise FilterError(f"Not applied. {words}.")
    midnight, final = (datetime.combine(day, time.min) for day in days)
    return TimeWindow(start=midnight, end=final + timedelta(days=1))


def _days(window: TimeWindow, snapshot: Snapshot) -> tuple[date, date]:
    """Return the first and the last day of a window; an open end is that of the records."""
    states = snapshot.event_sources.values()
    oldest = min((state.oldest for state in states if state.oldest), default=snapshot.now)
    newest = max((state.newest for state in states if state.newest), default=snapshot.now)
    last = window.end - timedelta(microseconds=1) if window.end else max(newest, snapshot.now)
    return (window.start or oldest).date(), last.date()


def _choice(
    label: str,
    part: str,
    options: dict[str, str],
    chosen: tuple[str, ...],
    *,
    named: Callable[[str, str], str] = lambda _value, title: title,
) -> None:
    key, shown = f"filter-{part}", [value for value in chosen if value in options]
    field = renew_field(key, shown)
    st.multiselect(
        label,
        list(options),
        default=shown,
        format_func=lambda value: named(value, options[value]),
        key=field,
        on_change=apply_choice,
        args=(key, field, lambda values: change_filter(**{part: tuple(values)})),
        placeholder="all",
    )


def _ahead(service: QueryService, view: View) -> None:
    """Choose which day or week ahead the forecasts are of; nothing without a region."""
    figures = read_figures(service, view)
    if figures is None:
        return
    current, period_key, key = view.filter.ahead or Ahead(), "filter-period", "filter-ahead"
    period_field, field = renew_field(period_key, current.period), renew_field(key, current.number)
    st.select_slider(
        "Forecast for",
        range(1, MOST_AHEAD + 1),
        value=current.number,
        format_func=lambda number: _dates_ahead(figures.risk.origin, current.period, number),
        key=field,
        on_change=apply_choice,
        args=(key, field, lambda number: change_filter(ahead=replace(current, number=number))),
        help="Day or week after the last midnight covered by both the window and the records. "
        "Uses only what was reported by then.",
    )
    st.segmented_control(
        "Forecast by",
        ("day", "week"),
        default=current.period,
        required=True,
        format_func=str.capitalize,
        key=period_field,
        on_change=apply_choice,
        args=(
            period_key,
            period_field,
            lambda period: change_filter(ahead=replace(current, period=period)),
        ),
        label_visibility="collapsed",
        width="stretch",
    )


def _dates_ahead(origin: datetime, period: Period, number: int) -> str:
    return format_window(Ahead(period=period, number=number).window_from(origin))


def _area(service: QueryService, view: View, area: Area | None) -> None:
    """Describe which area the picture is narrowed to, with the way out; nothing where it is not."""
    if area is None:
        return
    st.button(
        f"Area: {plain(name_area(service, view, area))}",
        icon=":material/close:",
        key="filter-area",
        help="Clear the area. It filters events and event counts; sensors, statistics, places, "
        "and lines are not filtered.",
        on_click=change_filter,
        kwargs={"area": None},
    )


def plain(text: str) -> str:
    """Return typed text escaped so that Streamlit's Markdown shows it unchanged."""
    return _MARKDOWN.sub(r"\\\g<0>", text)


def _reset() -> None:
    viewpoint = read_picture().viewpoint
    clear_address()
    change_picture(viewpoint=viewpoint)
