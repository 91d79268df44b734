"""The name that signs what a viewer does, and who acts."""

from dataclasses import replace

import pytest

from cop.model.saved import MOST_AUTHOR
from tests.support.access import shipped_policy

pytestmark = pytest.mark.access

OPERATOR = shipped_policy().operator()


def test_who_is_signed_in_signs_with_their_own_name() -> None:
    viewer = replace(OPERATOR, id="local:ana", name="Ana  Lee", verified=True, origin="local")
    assert viewer.sign("Somebody else") == "Ana Lee"
    assert not viewer.is_operator


def test_with_a_room_key_a_name_is_not_verified() -> None:
    viewer = replace(OPERATOR, id="room:1", name="", origin="room key")
    assert viewer.sign("Ana") == "Ana (unverified)"
    assert viewer.sign("") == ""
    assert len(viewer.sign("A" * MOST_AUTHOR)) == MOST_AUTHOR


def test_the_single_operator_signs_as_they_state() -> None:
    assert OPERATOR.is_operator
    assert OPERATOR.sign("Ana") == "Ana"


def test_at_this_machine_it_is_the_operator() -> None:
    actor = OPERATOR.as_actor(None, name="Ana")
    assert (actor.who, actor.name, actor.origin) == ("operator", "Ana", "this machine")


def test_elsewhere_it_is_somebody_with_the_room_key() -> None:
    viewer = shipped_policy().room_viewer("1a", name="")
    actor = viewer.as_actor("10.0.0.7", name="Ana (unverified)")
    assert (actor.who, actor.origin, actor.address) == ("room:1a", "room key", "10.0.0.7")
    assert actor.roles == ("commander", "curator")
    assert actor.agency == "JTF"


def test_who_is_signed_in_acts_by_their_own_name() -> None:
    viewer = replace(OPERATOR, id="local:ana", name="Ana", agency="JTF", origin="local")
    actor = viewer.as_actor("192.0.2.7")
    assert (actor.who, actor.name, actor.agency) == ("local:ana", "Ana", "JTF")
