"""Tests of the room key as a way in; tests/server/test_shared_key.py drives it on a real server."""

from collections.abc import Mapping

import pytest
from itsdangerous import TimestampSigner

from cop.access.identity import Credentials
from cop.access.room_key import KEY_HEADER, NAME_COOKIE, ROOM_COOKIE, RoomKey, RoomKeyWay
from tests.support.access import shipped_policy

pytestmark = pytest.mark.access

KEY = "the-key-of-the-tests-alone"


@pytest.fixture(scope="module")
def key() -> RoomKey:
    return RoomKey(KEY.encode())


@pytest.fixture(scope="module")
def way(key: RoomKey) -> RoomKeyWay:
    return RoomKeyWay(key, shipped_policy())


def shown(cookies: Mapping[str, str] = {}, headers: Mapping[str, str] = {}) -> Credentials:
    return Credentials(cookies=cookies, headers=headers)


def test_each_cookie_is_of_a_browser_of_its_own(key: RoomKey) -> None:
    first, second = key.issue(), key.issue()
    assert key.read_browser(first) == key.read_browser(first)
    assert key.read_browser(first) != key.read_browser(second)
    assert KEY not in first


def test_a_cookie_of_an_earlier_version_is_told_apart_by_itself(key: RoomKey) -> None:
    signer: TimestampSigner = key._signer
    old = signer.sign("1").decode()
    browser = key.read_browser(old)
    assert browser is not None
    assert len(browser) == 16
    for content in ("2", "2-abc", "", "11", "\u00e9"):
        assert key.read_browser(signer.sign(content.encode()).decode()) is None


def test_cookie_and_header_are_ways_in(key: RoomKey, way: RoomKeyWay) -> None:
    cookie = {ROOM_COOKIE: key.issue()}
    viewer = way.find(shown(cookie), is_use=True)
    assert viewer is not None
    assert (viewer.id, viewer.name) == (f"room:{key.read_browser(cookie[ROOM_COOKIE])}", "Room")
    assert way.recall(shown(cookie), is_use=False) == viewer
    stated = way.find(shown(headers={KEY_HEADER: KEY}), is_use=True)
    assert stated is not None
    assert stated.id == "room:key"
    for headers in ({KEY_HEADER: KEY[:-1]}, {KEY_HEADER: ""}, {KEY_HEADER: "\u20ac"}, {}):
        assert way.find(shown(headers=headers), is_use=True) is None
    assert way.find(shown({ROOM_COOKIE: "x"}), is_use=True) is None
    assert not way.is_addressed(shown({"other": "x"}))


def test_the_name_is_what_was_typed_on_one_line(key: RoomKey, way: RoomKeyWay) -> None:
    def named(name: str) -> str:
        cookies = {ROOM_COOKIE: key.issue(), NAME_COOKIE: name}
        viewer = way.find(shown(cookies), is_use=True)
        assert viewer is not None
        assert not viewer.verified
        return viewer.name

    assert named("Ana%20B") == "Ana B"
    assert named("%0A%1B ") == "Room"
    assert len(named("x" * 500)) == 40
