"""The page's address, which stores the Picture; widgets read and write it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cop.model.board import Board
from cop.model.filter import Records
from cop.model.picture import Picture
from cop.model.window import PRESETS, TimeWindow
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.snapshot import Snapshot

DEFAULT_PRESET = "30 d"
OWN_ADDRESS = ("Compare",)
"""Pages whose address is no Picture's: theirs is not taken along."""
_PAGE, _STORED, _WRITTEN = "address-page", "address-stored", "address-written"
_CHOICES = "address-choices"
_PLACES = ("sectors", "counties", "area")
_VISITS = "address-visits"
_DEFAULT = "address-default"
_STEP = timedelta(minutes=15)


def read_picture() -> Picture:
    """Read the Picture from the address; it names the parts that cannot be read."""
    return Picture.open_pairs(read_pairs())


def read_pairs() -> list[tuple[str, str]]:
    """Return the parts of the address as they are."""
    _restore_address()
    return [(name, value) for name in st.query_params for value in st.query_params.get_all(name)]


def write_picture(picture: Picture) -> None:
    """Put a Picture into the address, so that a copied link opens the same."""
    pairs: dict[str, list[str]] = {}
    for name, value in picture.to_pairs():
        pairs.setdefault(name, []).append(value)
    st.query_params.from_dict(pairs)
    _store()


def clear_address() -> None:
    """Leave the whole Picture open."""
    st.query_params.clear()
    _store()


def carry_picture(page: str) -> None:
    """Take the Picture along to another page: Streamlit begins each with an empty address."""
    if st.session_state.get(_PAGE) == page:
        _restore_address()
    else:
        st.session_state[_VISITS] = visits() + 1
    moved = st.session_state.get(_PAGE) not in (None, page) and page not in OWN_ADDRESS
    if moved and not st.query_params and _STORED in st.session_state:
        st.query_params.from_dict(st.session_state[_STORED])
    st.session_state[_PAGE] = page
    _store()


def stored_picture() -> Picture:
    """Return the Picture that this session looked at last, on a page whose address is no Picture's.

    Without one it is the default.
    """
    parts = st.session_state.get(_STORED, {})
    return Picture.open_pairs((name, value) for name in parts for value in parts[name])


def visits() -> int:
    """Return how often this session has opened a page: it grows when another one is opened."""
    return int(st.session_state.get(_VISITS, 0))


def write_part(name: str, value: str) -> None:
    """Put one part into the address of a page whose address is no Picture's."""
    _restore_address()
    st.query_params[name] = value
    _store()


def _restore_address() -> None:
    """Put back what was last in this page's address, where the browser had not heard of that yet.

    All that a browser reports brings the address that it has then; only a step back or forward
    in its history means another one.
    """
    running = get_script_run_ctx()
    page, written = st.session_state.get(_WRITTEN, (None, {}))
    if running is None or running.is_history_navigation or running.page_script_hash != page:
        return
    if _parts() != written:
        st.query_params.from_dict(written)


def _store() -> None:
    running = get_script_run_ctx()
    parts = _parts()
    st.session_state[_WRITTEN] = (running and running.page_script_hash, parts)
    if st.session_state.get(_PAGE) not in OWN_ADDRESS:
        st.session_state[_STORED] = parts


def _parts() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}


def change_picture(**changes: Any) -> None:
    """Change parts of the Picture in the address, as its viewer chose."""
    own = read_picture()
    write_picture(replace(own, **changes).chosen_over(own))
    st.session_state[_CHOICES] = choices() + 1


def choices() -> int:
    """Return how often this viewer has changed the Picture by the page's own controls."""
    return int(st.session_state.get(_CHOICES, 0))


def change_filter(**changes: Any) -> None:
    """Change parts of the filter in the address; other places take the map there."""
    moved = {} if changes.keys().isdisjoint(_PLACES) else {"viewpoint": None}
    change_picture(filter=replace(read_picture().filter, **changes), **moved)


def change_records(records: Records | None) -> None:
    """Show real or synthetic records on this page, in a window of their own."""
    own = read_picture().filter
    other = replace(own, records=records, sources=(), window=TimeWindow())
    change_picture(filter=other, preset=None)


def follow_default(service: QueryService) -> None:
    """Let a page that shows what everyone is shown by default follow when that changes.

    While somebody presents the board leads, and the page follows when that has ended.
    """
    default = service.with_choice(service.snapshot).default_records
    seen = st.session_state.setdefault(_DEFAULT, default)
    if seen == default or read_board(service).presenter is not None:
        return
    st.session_state[_DEFAULT] = default
    own = read_picture()
    if own.filter.records == seen and not own.filter.sources and own.known_at is None:
        other = replace(own.filter, records=None, sources=(), window=TimeWindow())
        write_picture(replace(own, filter=other, preset=None))


def read_board(service: QueryService) -> Board:
    """Return the current board; one that nobody has used while it cannot be read."""
    return service.room.attempt("boards", lambda room: room.journal.board(), Board())


def follow_board(pairs: Iterable[tuple[str, str]]) -> bool:
    """Put the board's filter into the address; return whether it changed."""
    live, own = Picture.open_pairs(pairs), read_picture()
    if own.filter_pairs() == live.filter_pairs():
        return False
    followed = replace(own, filter=live.filter, preset=live.preset)
    moved = replace(followed, known_at=live.known_at, since=live.since)
    write_picture(replace(moved, unapplied=live.unapplied))
    return True


def settle(picture: Picture, view: View) -> Picture:
    """Fill in what the address leaves open: records, and the last 30 days that have any."""
    resolved = view.filter
    if resolved.window == TimeWindow():
        preset = picture.preset or DEFAULT_PRESET
        window = recent_window(preset, view.snapshot, view.records)
        return replace(picture, filter=resolved.within(window), preset=preset)
    return replace(picture, filter=resolved)


def recent_window(preset: str, snapshot: Snapshot, records: Records) -> TimeWindow:
    """Return the window of a named length up to its anchor."""
    return TimeWindow.of_preset(preset, end=anchor(preset, snapshot, records))


def anchor(preset: str, snapshot: Snapshot, records: Records) -> datetime:
    """Return where recent windows end: now, or after the newest record if that is far back."""
    now, newest = snapshot.now, snapshot.newest(records)
    if newest is None or newest >= now - PRESETS[preset]:
        return datetime.min + -(-(now - datetime.min) // _STEP) * _STEP
    return datetime(newest.year, newest.month, newest.day) + timedelta(days=1)
