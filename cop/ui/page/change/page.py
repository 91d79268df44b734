"""The Changes page: what is new, late, corrected, withdrawn or newly stale since a moment."""

from collections import Counter
from dataclasses import replace
from html import escape
from typing import Any

import streamlit as st

from cop.layerkind.service.layer_list import read_layers
from cop.layerkind.service.marking import picture_marking
from cop.model.marking import highest_marking
from cop.model.moment import format_dtg
from cop.model.picture import Picture, ShownLayer
from cop.model.window import TimeWindow
from cop.query.change import CHANGES, MOST_LISTED, Changes, read_changes
from cop.query.marking import page_marking
from cop.query.others import OtherChange, read_others
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.snapshot import Snapshot
from cop.ui.component.address import change_picture
from cop.ui.component.context import use_context
from cop.ui.component.download import offer_download
from cop.ui.component.filter import render_filters
from cop.ui.component.frame import page_theme, render_strip
from cop.ui.component.known import open_picture, open_view, render_known
from cop.ui.component.overlay import build_map, seen_picture
from cop.ui.map import render_map
from cop.ui.page.change.since import choose_since, default_since
from cop.ui.page.change.table import (
    COLUMNS,
    build_change_csv,
    build_change_list,
    build_other_list,
    build_sector_table,
    fold_sectors,
)

LAYER = "changes"
MAP_KEY = "change-map"
_MAP_PX, _LIST_PX = 430, 360


def render_changes() -> None:
    """Draw the page for the Picture in the address; without ``since``, since the last brief."""
    service, view, picture = open_picture()
    snapshot = view.snapshot
    marking = picture_marking(service, view, shown_with_changes(service, view, picture))
    versions = service.warehouse.versions
    others: tuple[OtherChange, ...] = ()
    if versions:
        since = picture.since or default_since(service, snapshot.now)
        if min(versions.values()) <= since < snapshot.now:
            others = read_others(service, view, since)
    # A change counts whenever its record occurred.
    everywhen = view.within(TimeWindow())
    render_strip(everywhen, marking=highest_marking([marking, *(one.marking for one in others)]))
    render_filters(service, view, picture)
    render_known(snapshot)
    if not versions:
        st.info("No versions to compare. Load records first.")
        return
    choose_since(service, since, snapshot.now)
    st.caption(
        "Compares what was known then with what is known now, whenever it occurred. "
        "The filter's window does not apply; its sectors, counties, kinds, and sources do."
    )
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
    _render_others(others)
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


def _render_sectors(changes: Changes, snapshot: Snapshot) -> None:
    changed, same = fold_sectors(build_sector_table(changes, snapshot.sectors))
    columns: dict[str, Any] = {
        "sector": "Sector",
        "name": None,
        **{
            name: st.column_config.NumberColumn(name.capitalize(), help=meaning)
            for name, meaning in CHANGES.items()
        },
        "newly stale": st.column_config.NumberColumn(
            "Newly stale", help="Sources that were current then and are late now"
        ),
    }
    st.dataframe(changed, hide_index=True, height="content", column_config=columns)
    if same:
        many = "1 sector" if len(same) == 1 else f"{len(same)} sectors"
        with st.expander(f"{many} without change"):
            st.caption(", ".join(same))


def count_steps(what: str, n: int) -> str:
    """Return ``2 alerts raised`` for *Alert raised*."""
    noun, _, done = what.lower().partition(" ")
    return f"{n:,} {noun}{'' if n == 1 else 's'} {done}".rstrip()


def _render_others(others: tuple[OtherChange, ...]) -> None:
    """Draw what else changed: a line of counts, and the list."""
    if not others:
        st.caption("No alert, decision, layer or annotation changed since.")
        return
    counts = Counter(one.what for one in others)
    words = ", ".join(count_steps(what, n) for what, n in counts.items())
    st.markdown(f"## Also since: {words}")
    st.dataframe(build_other_list(others), hide_index=True, height="content")


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
    offer_download(
        "Download CSV",
        data=lambda: build_change_csv(service, changes, view),
        file_name=("SYNTHETIC-" if synthetic else "")
        + f"changes-{use_context().now():%Y%m%dT%H%MZ}.csv",
        subject="changes",
        marking=page_marking(view),
        view=view,
        mime="text/csv",
    )
