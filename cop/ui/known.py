"""As known at: the Picture of an earlier moment, the banner that says so, and the way back."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import streamlit as st

from cop.model.moment import format_dtg, utc_now
from cop.model.picture import Picture
from cop.store.warehouse import Edition
from cop.tiles.picture import PictureService
from cop.ui.address import change_picture, read_picture, settle
from cop.web.service import current_service

MOST_VERSIONS = 200
_MINUTE = timedelta(minutes=1)


def open_picture() -> tuple[PictureService, Picture]:
    """Give the settled Picture of the address, and the service held to the moment it names.

    VersionError where no version that old is kept.
    """
    picture = read_picture()
    service = current_service().at(known_at=picture.known_at)
    return service, settle(picture, service.edition)


def build_known_banner(edition: Edition) -> str:
    """Give as HTML that the picture is of an earlier moment; empty for the present."""
    if edition.known_at is None:
        return ""
    return (
        '<span class="cop-chip cop-known" role="status">'
        f"AS KNOWN AT {format_dtg(edition.known_at)} \N{EN DASH} NOT THE PRESENT</span>"
    )


def render_known(edition: Edition) -> None:
    """Draw the banner of a picture of an earlier moment, with the way back; else nothing."""
    if edition.known_at is None:
        return
    words, way = st.columns([5, 1], vertical_alignment="center")
    words.html(
        f'<div class="cop-strip">{build_known_banner(edition)}'
        f"<span>What came after version {edition.version} is left out.</span></div>"
    )
    way.button("Back to now", width="stretch", type="primary", on_click=_know, args=(None,))


def render_known_choice(service: PictureService, known_at: datetime | None) -> None:
    """Draw in the sidebar how to choose a moment: one of the versions, or a date and time."""
    label = "As known now" if known_at is None else f"Known at {format_dtg(known_at)}"
    with st.sidebar.popover(label, icon=":material/history:", width="stretch"):
        versions = service.warehouse.versions
        if not versions:
            st.caption("No version is kept yet.")
            return
        _choose_version(versions, service.edition)
        _choose_moment(min(versions.values()), known_at)
        if known_at is not None:
            st.button("Back to now", key="known-now", on_click=_know, args=(None,), width="stretch")


def _choose_version(versions: Mapping[int, datetime], edition: Edition) -> None:
    key = "known-version"
    newest_first = sorted(versions, reverse=True)[:MOST_VERSIONS]
    held = edition.known_at is not None and edition.version in newest_first
    st.session_state[key] = edition.version if held else None
    st.selectbox(
        "Version",
        newest_first,
        format_func=lambda version: f"{format_dtg(versions[version])} · version {version}",
        key=key,
        on_change=lambda: _know(versions.get(st.session_state[key])),
        placeholder="the newest",
        help="What the table held from that publication until the next one.",
    )


def _choose_moment(oldest: datetime, known_at: datetime | None) -> None:
    now = utc_now().replace(second=0)
    first = min(oldest.replace(second=0, microsecond=0) + _MINUTE, now)
    key = "known-moment"
    st.session_state[key] = min(max(known_at or now, first), now)
    st.datetime_input(
        "Moment (UTC)",
        key=key,
        min_value=first,
        max_value=now,
        step=_MINUTE,
        format="YYYY-MM-DD",
        on_change=lambda: _know(st.session_state[key]),
        help="The picture by what had been reported and loaded until then.",
    )


def _know(moment: datetime | None) -> None:
    change_picture(known_at=moment)
