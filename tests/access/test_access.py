"""Tests of access as a running program has it: which ways in there are by its settings."""

from contextlib import closing
from pathlib import Path

import pytest

from cop.access.access import Access
from cop.access.identity import SESSION_COOKIE, Credentials
from cop.access.room_key import KEY_HEADER
from cop.settings import StoreSettings
from cop.store.room.relational import ROOM_FILE
from cop.store.room.room import Room
from tests.support.access import PASSWORD

pytestmark = pytest.mark.access

KEY = "the-key-of-the-tests-alone"


def test_without_a_way_in_nothing_is_opened(tmp_path: Path) -> None:
    access = Access(Room(StoreSettings(data=tmp_path)))
    assert access.is_open
    assert access.room_key is None
    found = access.identity.find(Credentials(cookies={}, headers={}))
    assert found is not None
    assert found.is_operator
    assert not (tmp_path / ROOM_FILE).exists()


def test_accounts_and_the_room_key_are_ways_in(tmp_path: Path) -> None:
    with closing(Room(StoreSettings(data=tmp_path))) as room:
        access = Access(room, sign_in=["local"], room_key=KEY.encode())
        assert not access.is_open
        access.accounts.add("ana", PASSWORD, name="Ana", agency="JTF", roles=["viewer"], by="tests")
        viewer = access.accounts.sign_in("ana", PASSWORD, address="").viewer
        assert viewer is not None
        cookies = {SESSION_COOKIE: access.sessions.issue(viewer)}
        assert access.identity.find(Credentials(cookies=cookies, headers={})) == viewer
        stated = access.identity.find(Credentials(cookies={}, headers={KEY_HEADER: KEY}))
        assert stated is not None
        assert stated.origin == "room key"


def test_a_session_opens_nothing_where_nobody_may_sign_in(tmp_path: Path) -> None:
    with closing(Room(StoreSettings(data=tmp_path))) as room:
        both = Access(room, sign_in=["local"])
        token = both.sessions.issue(both.policy.room_viewer("1", name="x"))
        alone = Access(room, room_key=KEY.encode())
        cookies = {SESSION_COOKIE: token}
        assert alone.identity.find(Credentials(cookies=cookies, headers={})) is None
