"""Tests of who a request is of: ways in order, and what is remembered for how long."""

import time

import pytest

from cop.access.identity import SESSION_COOKIE, Credentials, IdentityResolver, SessionWay
from cop.access.room_key import ROOM_COOKIE, RoomKey, RoomKeyWay
from cop.access.session import SessionRegistry
from cop.access.viewer import Viewer
from cop.errors import StoreError
from tests.support.access import OwnAccess

pytestmark = pytest.mark.access


def issue(own: OwnAccess) -> Credentials:
    viewer = own.accounts.find_viewer("local:ana")
    assert viewer is not None
    return Credentials(cookies={SESSION_COOKIE: own.sessions.issue(viewer)}, headers={})


class Counted:
    """Sessions that count how often they are looked up, and for a use."""

    def __init__(self, own: OwnAccess) -> None:
        self._own = own
        self.looks: list[bool] = []

    def find(self, token: str, *, is_use: bool = True) -> Viewer | None:
        self.looks.append(is_use)
        return self._own.sessions.find(token, is_use=is_use)


def test_without_a_way_in_everyone_is_the_operator(own: OwnAccess) -> None:
    identity = IdentityResolver([], operator=own.policy.operator())
    nobody = Credentials(cookies={}, headers={})
    assert identity.is_open
    assert identity.find(nobody) == identity.recall(nobody) == own.policy.operator()


def test_a_session_is_looked_up_once_in_a_while(own: OwnAccess) -> None:
    counted = Counted(own)
    way = SessionWay(lambda: counted, seconds=60)  # type: ignore[arg-type, return-value]
    mine = issue(own)
    assert way.recall(mine, is_use=False) is None
    for _ in range(5):
        assert way.find(mine, is_use=False) is not None
    assert counted.looks == [False]
    assert way.find(mine, is_use=True) is not None
    assert counted.looks == [False, True], "a use is passed on"
    assert way.find(mine, is_use=True) is not None
    assert counted.looks == [False, True]
    way._known.expire(time.monotonic() + 61)
    assert way.recall(mine, is_use=True) is None
    assert way.find(mine, is_use=True) is not None
    assert len(counted.looks) == 3


def test_a_session_that_is_over_is_noticed_and_can_be_forgotten_at_once(own: OwnAccess) -> None:
    way = SessionWay(lambda: own.sessions, seconds=60)
    mine, other = issue(own), issue(own)
    assert way.find(mine, is_use=True) is not None
    own.sessions.revoke_all("local:ana")
    assert way.find(other, is_use=True) is None, "what is over is never remembered"
    assert way.find(mine, is_use=True) is not None, "for as long as it is remembered"
    way.forget(mine)
    assert way.find(mine, is_use=True) is None


def test_the_first_way_that_knows_somebody_decides(own: OwnAccess) -> None:
    key = RoomKey(b"the-key-of-the-tests-alone")
    ways = [SessionWay(lambda: own.sessions), RoomKeyWay(key, own.policy)]
    identity = IdentityResolver(ways, operator=own.policy.operator())
    mine = issue(own)
    both = Credentials(cookies={**mine.cookies, ROOM_COOKIE: key.issue()}, headers={})
    found = identity.find(both)
    assert found is not None
    assert found.id == "local:ana"
    own.sessions.revoke_all("local:ana")
    other = IdentityResolver(
        [SessionWay(lambda: own.sessions), ways[1]], operator=own.policy.operator()
    )
    found = other.find(both)
    assert found is not None
    assert found.origin == "room key"
    nobody = Credentials(cookies={"other": "x"}, headers={})
    assert not identity.is_addressed(nobody)
    assert identity.find(nobody) is None
    assert identity.recall(nobody) is None


def test_while_sessions_cannot_be_read_one_goes_on_for_a_while(own: OwnAccess) -> None:
    viewer = own.accounts.find_viewer("local:ana")
    assert viewer is not None
    token = own.sessions.issue(viewer)
    shown = Credentials(cookies={SESSION_COOKIE: token}, headers={})
    strange = Credentials(cookies={SESSION_COOKIE: token[::-1]}, headers={})
    away: list[bool] = []

    def sessions() -> SessionRegistry:
        if away:
            raise StoreError("away")
        return own.sessions

    patient = SessionWay(sessions, seconds=0, away_seconds=60)
    strict = SessionWay(sessions, seconds=0)
    for way in (patient, strict):
        assert way.find(shown, is_use=True) == viewer
    away.append(True)
    assert patient.find(shown, is_use=True) == viewer
    for way, credentials in ((strict, shown), (patient, strange)):
        with pytest.raises(StoreError):
            way.find(credentials, is_use=True)
    patient.forget(shown)
    with pytest.raises(StoreError):
        patient.find(shown, is_use=True)
    away.clear()
    assert patient.find(shown, is_use=True) == viewer
    own.sessions.revoke(token)
    assert patient.find(shown, is_use=True) is None
    away.append(True)
    with pytest.raises(StoreError):
        patient.find(shown, is_use=True)
