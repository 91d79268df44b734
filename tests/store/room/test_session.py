"""Tests of stored sessions."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from cop.settings import StoreSettings
from cop.store.room.session import Sessions, StoredSession
from tests.support.access import NOW, SetClock

pytestmark = pytest.mark.access


def session_of(**changes: Any) -> StoredSession:
    stated = {
        "viewer": "local:ana", "origin": "local", "name": "Ana", "agency": "JTF",
        "roles": frozenset({"viewer", "analyst"}), "highest": "TLP:AMBER", "created_at": NOW,
        "used_at": NOW, "ends_at": NOW + timedelta(hours=12),
    }  # fmt: skip
    return StoredSession.model_validate(stated | changes)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def sessions(either: StoreSettings, clock: SetClock) -> Iterator[Sessions]:
    with closing(Sessions(either, now=clock)) as sessions:
        yield sessions


def test_a_session_is_found_by_its_digest_alone(sessions: Sessions) -> None:
    sessions.add(b"1", session_of())
    assert sessions.find(b"1") == session_of()
    assert sessions.find(b"2") is None


def test_a_use_and_an_end_are_dated(sessions: Sessions, clock: SetClock) -> None:
    sessions.add(b"1", session_of())
    clock.go_on(minutes=5)
    sessions.note_use(b"1")
    later = NOW + timedelta(minutes=5)
    assert sessions.find(b"1") == session_of(used_at=later)
    assert sessions.revoke(b"1")
    assert not sessions.revoke(b"1")
    assert not sessions.revoke(b"2")
    assert sessions.find(b"1") == session_of(used_at=later, revoked_at=later)


def test_all_open_sessions_of_one_viewer_are_ended(sessions: Sessions, clock: SetClock) -> None:
    for digest in (b"1", b"2", b"3"):
        sessions.add(digest, session_of())
    sessions.add(b"4", session_of(viewer="local:other"))
    sessions.add(b"5", session_of(ends_at=NOW))
    sessions.revoke(b"3")
    assert sessions.revoke_all("local:ana") == 2
    other = sessions.find(b"4")
    assert other is not None
    assert other.revoked_at is None


def test_what_is_long_over_is_dropped(sessions: Sessions, clock: SetClock) -> None:
    sessions.add(b"1", session_of())
    clock.go_on(hours=35)
    sessions.add(b"2", session_of())
    assert sessions.find(b"1") is not None
    clock.go_on(hours=1)
    sessions.add(b"3", session_of())
    assert sessions.find(b"1") is None
