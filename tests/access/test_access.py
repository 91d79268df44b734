"""Tests of access as a running program has it: which ways in there are by its settings."""

from contextlib import closing
from pathlib import Path

import pytest

from cop.access.access import Access
from cop.access.identity import SESSION_COOKIE, Credentials
from cop.access.room_key import KEY_HEADER
from cop.model.release import Release
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


def test_it_knows_what_anyone_who_signs_in_may_read(tmp_path: Path) -> None:
    with closing(Room(StoreSettings(data=tmp_path))) as room:
        assert Access(room).list_releases() == ()
        alone = Access(room, room_key=KEY.encode()).list_releases()
        assert {(one.agency, one.highest) for one in alone} == {
            ("JTF", "TLP:AMBER+STRICT"), ("CBP", "TLP:AMBER+STRICT"),
            ("DPS", "TLP:AMBER"), ("SO-1", "TLP:AMBER"),
        }  # fmt: skip
        access = Access(room, sign_in=["local"])
        people = {"ana": ("JTF", "TLP:RED"), "avery": ("SO-1", "TLP:RED"), "bea": ("DPS", None)}
        for login, (agency, highest) in people.items():
            access.accounts.add(
                login, PASSWORD, name=login, agency=agency, roles=["viewer"], highest=highest,
                by="tests",
            )  # fmt: skip
        red = Release(agency="JTF", highest="TLP:RED")
        assert {*access.list_releases()} == {*alone, red}
        for login in people:
            viewer = access.accounts.sign_in(login, PASSWORD, address="").viewer
            assert viewer is not None
            assert access.policy.release(viewer) in access.list_releases()
