"""The one choice of the moment that changes count from."""

from datetime import datetime, timedelta
from typing import Final

import streamlit as st

from cop.model.moment import format_dtg
from cop.model.saved import SavedPicture
from cop.query.service import QueryService
from cop.ui.component.address import change_picture
from cop.ui.component.context import use_context
from cop.ui.component.field import apply_choice, renew_field
from cop.ui.component.moment import choose_moment, choose_version

DEFAULT_SPAN: Final = timedelta(hours=24)
BRIEF, DAY, VERSION, MOMENT = "brief", "day", "version", "moment"
_KEY, _CHOSEN = "since", "since-chosen"


def last_brief(service: QueryService, now: datetime) -> tuple[str, datetime] | None:
    """Return the name and the moment of the newest saved Picture whose data are stored."""
    oldest = min(service.warehouse.versions.values())
    for picture in list_saved():
        moment = _seen_at(picture, service)
        if oldest <= moment < now:
            return picture.name, moment
    return None


def list_saved() -> tuple[SavedPicture, ...]:
    """Return the saved Pictures; none while they cannot be read."""
    return use_context().room.attempt("Pictures", lambda room: room.pictures.list(), ())


def default_since(service: QueryService, now: datetime) -> datetime:
    """Return the last brief, without one the last 24 hours as far as versions are stored."""
    brief = last_brief(service, now)
    return brief[1] if brief else _day_before(service, now)


def choose_since(service: QueryService, since: datetime, now: datetime) -> None:
    """Draw the choice, and beside it the version or the moment where that is chosen."""
    versions, brief = service.warehouse.versions, last_brief(service, now)
    offered = {DAY: "the last 24 h", VERSION: "a version", MOMENT: "a moment"}
    if brief:
        offered = {BRIEF: f"last brief: {brief[0]}, {format_dtg(brief[1])}"} | offered
    at = next((number for number, published in versions.items() if published == since), None)
    chosen, chosen_at = st.session_state.get(_CHOSEN) or (None, None)
    kind = chosen if chosen in offered and chosen_at == since else None
    moments = {DAY: _day_before(service, now)} | ({BRIEF: brief[1]} if brief else {})
    if kind is None:
        kind = next((name for name in (BRIEF, DAY) if moments.get(name) == since), None)
        kind = kind or (MOMENT if at is None else VERSION)
    field = renew_field(_KEY, kind)

    def change(kind: str) -> None:
        st.session_state[_CHOSEN] = (kind, moments.get(kind, since))
        if kind in moments:
            _since(moments[kind])

    first, second = st.columns(2, vertical_alignment="bottom")
    first.selectbox(
        "Since",
        list(offered),
        index=list(offered).index(kind),
        format_func=offered.__getitem__,
        key=field,
        on_change=apply_choice,
        args=(_KEY, field, change),
    )
    with second:
        if kind == VERSION:
            choose_version(versions, at, _since, key="since-version", help="Its publication.")
        elif kind == MOMENT:
            oldest = min(versions.values())
            choose_moment(since, oldest, _since, key="since-moment", help="In UTC.")


def _seen_at(picture: SavedPicture, service: QueryService) -> datetime:
    """Return the as-known-at moment of a saved Picture."""
    known = picture.newest.as_known(service.warehouse.versions)
    return known.known_at or picture.newest.saved_at


def _day_before(service: QueryService, now: datetime) -> datetime:
    """Return a whole hour, so that the moment, and with it every tile, stays the same a while."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    return max(hour - DEFAULT_SPAN, min(service.warehouse.versions.values()))


def _since(moment: datetime) -> None:
    change_picture(since=moment)
