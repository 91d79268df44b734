"""As known at: the Picture at an earlier moment, its banner, and the way back."""

from datetime import datetime

import streamlit as st

from cop.layerkind.service.opening import resolve_picture
from cop.model.moment import format_dtg
from cop.model.picture import Picture
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.snapshot import Snapshot
from cop.ui.component.address import change_picture, follow_default, read_picture, settle
from cop.ui.component.context import use_context
from cop.ui.component.moment import choose_moment, choose_version
from cop.ui.component.record import note_view


def open_picture() -> tuple[QueryService, View, Picture]:
    """Return the settled Picture of the address, and the view of it."""
    service = use_context().service
    follow_default(service)
    return service, *open_view(service, read_picture())


def open_view(service: QueryService, picture: Picture) -> tuple[View, Picture]:
    """Return the view of a Picture at the moment that it names, and the Picture, settled.

    Both name the parts of it that cannot be applied. That a viewer sees restricted sources is
    recorded first; raise AuditError if that cannot be.
    """
    view, opened = resolve_picture(service, picture)
    note_view(view)
    settled = settle(opened, view)
    return view.narrowed(settled.filter), settled


def build_known_banner(snapshot: Snapshot) -> str:
    """Return as HTML that the picture is of an earlier moment; empty for the present."""
    if snapshot.known_at is None:
        return ""
    return (
        '<span class="cop-chip cop-known" role="status">'
        f"AS KNOWN AT {format_dtg(snapshot.known_at)} \N{EN DASH} NOT THE PRESENT</span>"
    )


def render_known(snapshot: Snapshot) -> None:
    """Draw the banner of a picture of an earlier moment, with the way back; else nothing."""
    if snapshot.known_at is None:
        return
    words, way = st.columns([5, 1], vertical_alignment="center")
    words.html(
        f'<div class="cop-strip">{build_known_banner(snapshot)}'
        f"<span>Anything after version {snapshot.version} is left out.</span></div>"
    )
    way.button("Back to now", width="stretch", type="primary", on_click=_know, args=(None,))


def render_known_choice(service: QueryService, view: View, known_at: datetime | None) -> None:
    """Draw how to choose a moment: one of the versions, or a date and time."""
    label = "As known now" if known_at is None else f"Known at {format_dtg(known_at)}"
    with st.popover(label, icon=":material/history:"):
        versions = service.warehouse.versions
        if not versions:
            st.caption("No versions yet.")
            return
        snapshot = view.snapshot
        choose_version(
            versions,
            None if known_at is None else snapshot.version,
            _know,
            key="known-version",
            help="Show what was known from this version until the next.",
        )
        choose_moment(
            known_at or snapshot.now,
            min(versions.values()),
            _know,
            key="known-moment",
            help="Show what had been reported and loaded by then.",
        )
        if known_at is not None:
            st.button("Back to now", key="known-now", on_click=_know, args=(None,), width="stretch")


def _know(moment: datetime | None) -> None:
    change_picture(known_at=moment)
