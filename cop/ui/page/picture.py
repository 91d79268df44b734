"""The Picture page: strip, figures, map, timeline, and the table of events in view."""

from dataclasses import dataclass, replace
from functools import partial
from html import escape
from urllib.parse import urlencode

import streamlit as st

from cop.layerkind.registry import kind_of
from cop.layerkind.service.layer_list import list_visible
from cop.layerkind.service.marking import picture_marking
from cop.model.picture import Picture
from cop.query.coverage.silence import read_silence
from cop.query.headline import read_headline
from cop.query.service import QueryService
from cop.query.text import describe_forecast, describe_silence, format_figure
from cop.query.view import View
from cop.store.snapshot import Snapshot
from cop.ui.component.address import (
    change_picture,
    follow_board,
    read_picture,
    recent_window,
    write_picture,
)
from cop.ui.component.event_table import render_table
from cop.ui.component.event_timeline import build_timeline
from cop.ui.component.filter import render_filters
from cop.ui.component.frame import page_theme, render_strip
from cop.ui.component.fresh import watch_events
from cop.ui.component.headline import render_headline
from cop.ui.component.known import open_picture, open_view, render_known
from cop.ui.component.offer import render_offer
from cop.ui.component.overlay import build_map, seen_picture
from cop.ui.map import BoardSeat, read_seat, reads_units, render_map
from cop.ui.page.alert.notice import build_notice, count_steps, watch_alerts
from cop.ui.page.drop import act_on_draft, mark_drafts, render_drop
from cop.ui.page.save import render_save
from cop.ui.page.unit import describe_units, mark_units, offer_units
from cop.ui.timeline import read_brush, render_timeline

MAP_KEY = "picture-map"
TIMELINE_KEY = "picture-timeline"
_AROUND_MAP_PX, _BANNER_PX, _NOTICE_PX, _OFFER_PX = 386, 44, 36, 50


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What is drawn above the map: another marking, or a seat at the board for an offer, reruns it.

    ``height`` is what it leaves for the map.
    """

    marking: str
    live: str
    height: str
    has_offer: bool
    seat: BoardSeat | None


def render_picture() -> None:
    """Draw the page for the Picture in the address."""
    _take_brush()
    service, view, picture = open_picture()
    snapshot, drawn_with = view.snapshot, count_steps(service)
    marking = _marking(service, view, picture)
    live = describe_units(service, view, is_on=reads_units(MAP_KEY))
    # Some of these words come and go: in a place of their own they do not mount the map anew.
    with st.container():
        render_strip(view, marking=marking, live=live)
    render_filters(service, view, picture, forecasts=True, further=render_save)
    with st.container():
        notice = build_notice(service, view, picture)
        if notice:
            st.html(notice)
        render_known(snapshot)
        _offer_newest(picture, snapshot)
        seat = read_seat(MAP_KEY)
        offered = render_offer(service, seat)
    with st.container():
        render_headline([format_figure(figure) for figure in read_headline(service, view)])
        _render_outlook(service, view, picture)
    height = _map_height(snapshot, has_notice=bool(notice), has_offer=offered)
    around = Surroundings(marking=marking, live=live, height=height, has_offer=offered, seat=seat)
    _render_map(service, picture, around)
    watch_alerts(service, drawn_with)
    if snapshot.known_at is None:
        watch_events(snapshot.version)


def _render_outlook(service: QueryService, view: View, picture: Picture) -> None:
    """Say which sectors are quiet or unobserved, and what is expected; nothing where unknown."""
    silence = describe_silence(read_silence(service, view))
    if silence:
        st.html(f'<div class="cop-strip">{escape(silence)}</div>')
    forecast = describe_forecast(service, view)
    if forecast is not None:
        link = escape(f"/Forecast?{urlencode(picture.to_pairs())}")
        st.html(
            f'<div class="cop-strip cop-muted">{escape(forecast.brief)} '
            f'<a href="{link}" target="_self">Track record</a></div>'
        )


def _take_brush() -> None:
    brushed = read_brush(TIMELINE_KEY)
    if brushed is not None:
        change_picture(filter=read_picture().filter.within(brushed), preset=None)


def _offer_newest(picture: Picture, snapshot: Snapshot) -> None:
    """Offer to move a preset window that ends before the newest records."""
    if picture.preset is None or picture.filter.window.end is None:
        return
    recent = recent_window(picture.preset, snapshot, picture.filter.records or "real")
    if recent.end is not None and recent.end > picture.filter.window.end:
        columns = st.columns([5, 1], vertical_alignment="center")
        columns[0].caption(f"This shared link shows the {picture.preset} up to an earlier time.")
        columns[1].button(
            "Move to now",
            width="stretch",
            on_click=lambda: change_picture(filter=picture.filter.within(recent)),
        )


def _map_height(snapshot: Snapshot, *, has_notice: bool, has_offer: bool) -> str:
    around = _AROUND_MAP_PX + (_BANNER_PX if snapshot.known_at is not None else 0)
    around += _NOTICE_PX if has_notice else 0
    around += _OFFER_PX if has_offer else 0
    return f"calc(100vh - {around}px)"


@st.fragment
def _render_map(service: QueryService, picture: Picture, around: Surroundings) -> None:
    """What the browser reports of the map reruns this part alone, unless the words above change."""
    drop = render_drop()
    view, picture = open_view(service, picture)
    spec = build_map(service, view, picture, page_theme(), board="viewer")
    has_units = reads_units(MAP_KEY)
    mark = partial(mark_units, service, view, is_on=has_units)
    spec = replace(
        spec,
        asks_seat=around.has_offer,
        drop=drop,
        marking=mark(mark_drafts(spec.marking)),
        own_marking=mark(mark_drafts(spec.own_marking)),
        units=offer_units(service, view, is_on=has_units),
    )
    live = describe_units(service, view, is_on=has_units)
    if (spec.marking, live) != (around.marking, around.live):
        st.rerun()
    on_draft = partial(act_on_draft, MAP_KEY)
    state = render_map(spec, key=MAP_KEY, height=around.height, on_draft=on_draft)
    if around.has_offer and state.seat != around.seat:
        st.rerun()
    if state.followed is not None and follow_board(state.followed):
        st.rerun()
    seen = seen_picture(service, view, picture, state)
    if state.camera is not None:
        write_picture(seen)
        # A layer that was switched on may ask for more, or be made when it is shown.
        woken = [_waits(service, view, each) for each in (picture, seen)]
        if _marking(service, view, seen) != around.marking or woken == [False, True]:
            st.rerun()
    timeline = build_timeline(service, view, page_theme())
    if timeline is not None and render_timeline(timeline, key=TIMELINE_KEY) is not None:
        st.rerun()
    render_table(service, view, state.camera.bounds if state.camera else None)


def _marking(service: QueryService, view: View, picture: Picture) -> str:
    """Return the highest marking of what can be on this session's screen, its drafts too."""
    marking = mark_drafts(picture_marking(service, view, picture))
    return mark_units(service, view, marking, is_on=reads_units(MAP_KEY))


def _waits(service: QueryService, view: View, picture: Picture) -> bool:
    """Whether a layer is shown that is computed only then."""
    visible = list_visible(service, view, picture)
    return any(kind_of(layer).built_when_shown for layer in visible)
