"""A moment in the viewer's zone, and the choice of one: a stored version, or a date and time."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import streamlit as st

from cop.model.moment import format_dtg
from cop.model.time_zone import find_zone
from cop.ui.component.context import use_context
from cop.ui.component.field import apply_choice, renew_field

MOST_VERSIONS = 200
_MINUTE = timedelta(minutes=1)
Act = Callable[[datetime], None]


def format_local(moment: datetime, zone: str | None) -> str:
    """Return the clock of a moment (naive UTC) in a zone, "12:58 CST", with the day if it differs.

    Empty where the browser names no zone that is known, or one with the clock of UTC.
    """
    known = find_zone(zone or "UTC")
    if known is None:
        return ""
    local = moment.replace(tzinfo=UTC).astimezone(known)
    if not local.utcoffset():
        return ""
    day = "" if local.day == moment.day else f"{local:%d %b} ".upper()
    return f"{day}{local:%H:%M %Z}"


def choose_version(
    versions: Mapping[int, datetime], chosen: int | None, act: Act, *, key: str, help: str
) -> None:
    """Draw the newest versions to choose one; ``act`` gets the moment of its publication."""
    shown = chosen if chosen in versions else None
    field = renew_field(key, shown)
    newest_first = sorted(versions, reverse=True)
    offered = newest_first[:MOST_VERSIONS]
    if shown is not None and shown not in offered:
        offered.append(shown)
    st.selectbox(
        "Version",
        offered,
        index=None if shown is None else offered.index(shown),
        format_func=lambda version: f"{format_dtg(versions[version])} · version {version}",
        key=field,
        on_change=apply_choice,
        args=(key, field, lambda version: act(versions[version])),
        placeholder="none selected",
        help=help,
    )


def choose_moment(moment: datetime, oldest: datetime, act: Act, *, key: str, help: str) -> None:
    """Draw a date and time (UTC) between the ``oldest`` and now to choose one for ``act``."""
    now = use_context().now().replace(second=0)
    first = min(oldest.replace(second=0, microsecond=0) + _MINUTE, now)
    shown = min(max(moment.replace(second=0, microsecond=0), first), now)
    field = renew_field(key, shown)
    st.datetime_input(
        "Moment (UTC)",
        shown,
        key=field,
        min_value=first,
        max_value=now,
        step=_MINUTE,
        format="YYYY-MM-DD",
        on_change=apply_choice,
        args=(key, field, act),
        help=help,
    )
