"""Tests of what a presenter may tell a board."""

from typing import Any

import pytest
from pydantic import ValidationError

from cop.model.board import Frame, Move, Person

pytestmark = pytest.mark.table


def test_only_what_is_given_changes() -> None:
    assert Move.model_validate({}).changes() == {}
    move = Move.model_validate({"camera": {"lon": 1, "lat": 2, "zoom": 3}, "layers": None})
    assert move.changes() == {"camera": {"lon": 1.0, "lat": 2.0, "zoom": 3.0}}


def test_a_pointer_and_a_frame_can_be_taken_away() -> None:
    assert Move.model_validate({"pointer": None, "frame": None}).changes() == {
        "pointer": None,
        "frame": None,
    }


def test_a_frame_keeps_its_names_on_the_wire() -> None:
    move = Move.model_validate({"frame": {"from": 1, "to": 2}})
    assert move.changes() == {"frame": {"from": 1, "to": 2}}
    with pytest.raises(ValidationError, match="a frame ends after it starts"):
        Frame.model_validate({"from": 2, "to": 2})


@pytest.mark.parametrize(
    "told",
    [
        {"camera": {"lon": 181, "lat": 0, "zoom": 3}},
        {"camera": {"lon": float("nan"), "lat": 0, "zoom": 3}},
        {"camera": {"lon": 0, "lat": 0, "zoom": 23}},
        {"layers": [{"id": "", "opacity": 1}]},
        {"layers": [{"id": "events", "opacity": 2}]},
        {"wanted": [["sector", "x" * 100_000]]},
        {"shout": True},
    ],
)
def test_what_no_map_can_show_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Move.model_validate(told)


def test_a_name_is_one_line() -> None:
    key = "0123456789abcdef"
    assert Person(id=key, name="  Avery ").name == "Avery"
    for name in ("", "  ", "x" * 41, "a\nb"):
        with pytest.raises(ValidationError):
            Person(id=key, name=name)
