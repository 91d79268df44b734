"""The name that signs what a viewer does."""

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
