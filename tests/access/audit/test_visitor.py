"""Who acts in a browser."""

import pytest

from cop.access.audit.visitor import name_session, name_visitor
from cop.access.identity import SESSION_COOKIE
from tests.support.access import shipped_policy

pytestmark = pytest.mark.access


def test_at_this_machine_it_is_the_operator() -> None:
    actor = name_visitor(shipped_policy().operator(), "Ana", None)
    assert (actor.who, actor.name, actor.origin) == ("operator", "Ana", "this machine")


def test_elsewhere_it_is_somebody_with_the_room_key() -> None:
    viewer = shipped_policy().room_viewer("1a", name="")
    actor = name_visitor(viewer, "Ana (unverified)", "10.0.0.7")
    assert (actor.who, actor.origin, actor.address) == ("room:1a", "room key", "10.0.0.7")
    assert actor.roles == ("commander", "curator")
    assert actor.agency == "JTF"


def test_a_session_is_known_by_its_viewer_and_never_by_its_token() -> None:
    viewer = shipped_policy().operator()
    assert name_session(viewer, {}) == "operator"
    one, other = (name_session(viewer, {SESSION_COOKIE: token}) for token in ("a" * 43, "b" * 43))
    assert len({"operator", one, other}) == 3
    assert "a" * 8 not in one
