"""Tests of sessions: idle and absolute expiry, revocation, and rights as they are now."""

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from cop.access.session import SessionRegistry
from cop.access.viewer import Viewer
from cop.errors import StoreError
from cop.store.room.relational import ROOM_FILE
from tests.support.access import NOW, OwnAccess, own_access

pytestmark = pytest.mark.access


def viewer_of(own: OwnAccess) -> Viewer:
    viewer = own.accounts.find_viewer("local:ana")
    assert viewer is not None
    return viewer


def test_a_token_finds_its_viewer_and_is_stored_nowhere(own: OwnAccess) -> None:
    token, other = (own.sessions.issue(viewer_of(own)) for _ in range(2))
    assert len(token) == 43
    assert token != other
    assert own.sessions.find(token) == viewer_of(own)
    own.close()
    with closing(sqlite3.connect(own.settings.data / ROOM_FILE)) as opened:
        assert token not in "".join(opened.iterdump())
        (digest,) = opened.execute(
            "SELECT token_digest FROM session WHERE token_digest = ?",
            [hashlib.sha256(token.encode()).digest()],
        ).fetchone()
    assert len(digest) == 32


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "\u00e9" * 43, "x" * 9_999, "\x00"])
def test_another_token_finds_nobody(own: OwnAccess, token: str) -> None:
    own.sessions.issue(viewer_of(own))
    assert own.sessions.find(token) is None
    assert not own.sessions.revoke(token)


def test_a_session_that_is_not_used_ends(own: OwnAccess) -> None:
    token = own.sessions.issue(viewer_of(own))
    for _ in range(3):
        own.clock.go_on(minutes=59)
        assert own.sessions.find(token) is not None
    own.clock.go_on(minutes=59)
    assert own.sessions.find(token, is_use=False) is not None
    own.clock.go_on(minutes=1)
    assert own.sessions.find(token) is None


def test_every_session_ends_after_twelve_hours(own: OwnAccess) -> None:
    token = own.sessions.issue(viewer_of(own))
    for _ in range(23):
        own.clock.go_on(minutes=30)
        assert own.sessions.find(token) is not None
    own.clock.go_on(minutes=30)
    assert own.sessions.find(token) is None


def test_a_session_ends_with_the_token_of_its_provider(own: OwnAccess) -> None:
    grouped = replace(viewer_of(own), id="oidc:1", origin="oidc")
    token = own.sessions.issue(grouped, ends_at=NOW + timedelta(minutes=5))
    own.clock.go_on(minutes=4, seconds=59)
    assert own.sessions.find(token) == grouped
    own.clock.go_on(seconds=1)
    assert own.sessions.find(token) is None


def test_a_revoked_session_is_over_for_every_process(own: OwnAccess) -> None:
    token, other = (own.sessions.issue(viewer_of(own)) for _ in range(2))
    with own_access(own.settings.data) as elsewhere:
        assert elsewhere.sessions.find(token) is not None
        assert own.sessions.revoke(token)
        assert not own.sessions.revoke(token)
        assert elsewhere.sessions.find(token) is None
        assert elsewhere.sessions.find(other) is not None
        assert own.sessions.revoke_all("local:ana") == 1
        assert elsewhere.sessions.find(other) is None


def test_rights_are_those_of_now(own: OwnAccess) -> None:
    token = own.sessions.issue(viewer_of(own))
    own.accounts.change("ana", by="x", roles=frozenset({"viewer"}))
    found = own.sessions.find(token)
    assert found is not None
    assert found.roles == {"viewer"}
    own.accounts.disable("ana", by="x")
    assert own.sessions.find(token) is None


def test_a_use_is_written_once_a_minute(own: OwnAccess, monkeypatch: pytest.MonkeyPatch) -> None:
    token = own.sessions.issue(viewer_of(own))
    written = []
    monkeypatch.setattr(own.stored, "note_use", written.append)
    for seconds in (1, 58, 1, 0):
        own.clock.go_on(seconds=seconds)
        own.sessions.find(token)
    assert len(written) == 2, "the 60th second, twice as nothing was written"

    def fail(_digest: bytes) -> None:
        raise StoreError("read-only")

    monkeypatch.setattr(own.stored, "note_use", fail)
    assert own.sessions.find(token) is not None


def test_the_limits_can_be_set(own: OwnAccess) -> None:
    sessions = SessionRegistry(
        own.stored, own.accounts, own.policy,
        idle=timedelta(minutes=5), longest=timedelta(hours=1), now=own.clock,
    )  # fmt: skip
    token = sessions.issue(viewer_of(own))
    own.clock.go_on(minutes=5)
    assert sessions.find(token) is None
