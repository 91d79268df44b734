"""The Changes page: what is new, late, corrected, withdrawn or newly stale since a moment."""

from dataclasses import replace
from datetime import datetime, timedelta
from html import escape

import streamlit as st

from cop.layerkind.service.layer_list import read_layers
from cop.layerkind.service.marking import picture_marking
from cop.model.moment import format_dtg
from cop.model.picture import Picture, ShownLayer
from cop.model.saved import SavedPicture
from cop.model.window import TimeWindow
from cop.query.change import CHANGES, MOST_LISTED, Changes, read_changes
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.snapshot import Snapshot
from cop.ui.component.address import change_picture
from cop.ui.component.context import use_context
from cop.ui.component.filter import render_filters
from cop.ui.component.frame import page_theme, render_strip
from cop.ui.component.known import open_picture, open_view, render_known
from cop.ui.component.moment import choose_moment, choose_version
from cop.ui.component.overlay import build_map, seen_picture
from cop.ui.map import render_map
from cop.ui.page.change.table import (
    COLUMNS,
    build_change_csv,
    build_change_list,
    build_sector_table,
)

LAYER = "changes"
DEFAULT_SPAN = timedelta(hours=24)
MAP_KEY = "change-map"
_MAP_PX, _LIST_PX = 430, 360


def render_changes() -> None:
    """Draw the page for the Picture in the address; without ``since``, the last 24 hours."""
    service, view, picture = open_picture()
    snapshot = view.snapshot
    render_filters(service, view, picture)
    marking = picture_marking(service, view, shown_with_changes(service, view, picture))
    # A change counts whenever its record occurred.
    render_strip(view.within(TimeWindow()), marking=marking)
    render_known(snapshot)
    versions = service.warehouse.versions
    if not versions:
        st.info("No versions to compare. Load records first.")
        return
    oldest = min(versions.values())
    since = picture.since or max(_whole_hour(snapshot.now) - DEFAULT_SPAN, oldest)
    _choose_since(service, since, oldest)
    picture = replace(picture, since=since)
    view = replace(view, since=since)
    changes = read_changes(service, view)
    st.html(describe(changes, snapshot))
    if changes.caveats:
        st.info(f"Changes unknown: {changes.caveats[0]}.", icon=":material/info:")
        return
    left, right = st.columns([4, 5], gap="medium")
    with left:
        _render_sectors(changes, snapshot)
    with right:
        _render_map(service, picture, marking)
    _render_list(service, changes, view)


def describe(changes: Changes, snapshot: Snapshot) -> str:
    """Return as HTML what changed, in one line, and which sources have gone stale."""
    since = f"Since {format_dtg(changes.since)} (version {changes.older})"
    if changes.caveats:
        return f'<div class="cop-lead"><b>{since}: unknown.</b></div>'
    counts = ", ".join(f"{changes.counted(name):,} {name}" for name in CHANGES)
    words = f"<b>{since}: {counts}.</b>"
    if changes.older == changes.newer:
        words += f" Nothing published since; version {changes.newer} is the newest."
    if changes.stale:
        names = "; ".join(
            f"{source.title}, newest {format_dtg(source.newest) if source.newest else 'never'}"
            for source in changes.stale
        )
        words += f" <b>Newly stale:</b> {escape(names)}."
    else:
        words += " No source became stale."
    return f'<div class="cop-lead">{words}</div>'


def shown_with_changes(service: QueryService, view: View, picture: Picture) -> Picture:
    """Return the Picture with the changes over the background and no other layer."""
    ground = [
        ShownLayer(id=layer.id, opacity=layer.opacity)
        for layer in read_layers(service, view).values()
        if layer.group == "background" and layer.visible
    ]
    return replace(picture, shown=(*ground, ShownLayer(id=LAYER)), measures=())


def _choose_since(service: QueryService, since: datetime, oldest: datetime) -> None:
    saved, version, moment = st.columns(3, vertical_alignment="bottom")
    versions = service.warehouse.versions
    at = next((number for number, published in versions.items() if published == since), None)
    with saved:
        _choose_saved(service, since, oldest)
    with version:
        choose_version(
            versions,
            at,
            _since,
            key="since-version",
            help="Show changes since this version was published.",
        )
    with moment:
        choose_moment(
            since,
            oldest,
            _since,
            key="since-moment",
            help="For example, the time of the last brief.",
        )
    st.caption(
        "Compares what was known then with what is known now, whenever it occurred. "
        "The filter's window does not apply; its sectors, counties, kinds, and sources do."
    )


def _choose_saved(service: QueryService, since: datetime, oldest: datetime) -> None:
    """Offer the saved Pictures whose data version exists, newest first."""
    saved = {picture.id: picture for picture in use_context().room.pictures.list()}
    moments = {name: _seen_at(picture, service) for name, picture in saved.items()}
    offered = [name for name, moment in moments.items() if moment >= oldest]
    key = "since-saved"
    st.session_state[key] = next((name for name in offered if moments[name] == since), None)

    def change() -> None:
        if st.session_state[key] is not None:
            _since(moments[st.session_state[key]])

    st.selectbox(
        "Saved Picture",
        offered,
        format_func=lambda name: (
            f"{format_dtg(moments[name])} · {saved[name].name} "
            f"(revision {saved[name].newest.number})"
        ),
        key=key,
        on_change=change,
        placeholder="none selected" if offered else "no saved Pictures",
        disabled=not offered,
        help="Show changes since its newest revision.",
    )


def _seen_at(picture: SavedPicture, service: QueryService) -> datetime:
    """Return the as-known-at moment of a saved Picture."""
    known = picture.newest.as_known(service.warehouse.versions)
    return known.known_at or picture.newest.saved_at


def _whole_hour(moment: datetime) -> datetime:
    """So that the default moment, and with it every tile, stays the same for a while."""
    return moment.replace(minute=0, second=0, microsecond=0)


def _since(moment: datetime) -> None:
    change_picture(since=moment)


def _render_sectors(changes: Changes, snapshot: Snapshot) -> None:
    st.dataframe(
        build_sector_table(changes, snapshot.sectors),
        hide_index=True,
        height=_MAP_PX,
        column_config={
            "sector": "Sector",
            "name": None,
            **{
                name: st.column_config.NumberColumn(name.capitalize(), help=meaning)
                for name, meaning in CHANGES.items()
            },
            "newly stale": st.column_config.NumberColumn(
                "Newly stale", help="Sources that were current then and are late now"
            ),
        },
    )


@st.fragment
def _render_map(service: QueryService, picture: Picture, marking: str) -> None:
    """Draw the map; its reports rerun this part alone, and only its camera is stored."""
    view, picture = open_view(service, picture)
    spec = build_map(service, view, shown_with_changes(service, view, picture), page_theme())
    if spec.marking != marking:
        st.rerun()
    spec = replace(spec, empty_note="" if read_changes(service, view).total else "No changes")
    state = render_map(spec, key=MAP_KEY, height=_MAP_PX)
    if state.camera is not None:
        change_picture(viewpoint=seen_picture(service, view, picture, state).viewpoint)


def _render_list(service: QueryService, changes: Changes, view: View) -> None:
    if changes.table.empty:
        return
    synthetic = view.filter.records == "synthetic"
    words = f"{changes.total:,} changed records, newest first"
    if changes.total > MOST_LISTED:
        words += f"; showing the newest {MOST_LISTED:,}"
    st.caption(words + (" · SYNTHETIC" if synthetic else ""))
    st.dataframe(
        build_change_list(changes), hide_index=True, height=_LIST_PX, column_config=COLUMNS
    )
    st.download_button(
        "Download CSV",
        data=lambda: build_change_csv(service, changes, view),
        file_name=("SYNTHETIC-" if synthetic else "")
        + f"changes-{use_context().now():%Y%m%dT%H%MZ}.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
    )
