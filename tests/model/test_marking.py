"""Tests of markings."""

import pytest

from cop.model.marking import (
    MARKINGS,
    MarkingError,
    check_marking,
    highest_marking,
    marking_color,
    parse_marking,
)

pytestmark = pytest.mark.picture


def test_highest_wins() -> None:
    assert highest_marking([]) == "TLP:CLEAR"
    assert highest_marking(["TLP:GREEN", "TLP:AMBER+STRICT", "TLP:AMBER"]) == "TLP:AMBER+STRICT"
    assert highest_marking(reversed(MARKINGS)) == "TLP:RED"


def test_unknown_marking_is_refused_not_lowered() -> None:
    with pytest.raises(MarkingError, match="SECRET"):
        highest_marking(["TLP:RED", "SECRET"])


def test_agencies_that_a_thing_is_released_to_follow_the_label() -> None:
    marking = parse_marking("TLP:AMBER//REL TO PCSO, DPS")
    assert (marking.label, marking.agencies) == ("TLP:AMBER", ("DPS", "PCSO"))
    assert str(marking) == check_marking("TLP:AMBER//REL TO PCSO,DPS, DPS")
    assert str(marking) == "TLP:AMBER//REL TO DPS, PCSO"
    assert marking_color(str(marking)) == marking_color("TLP:AMBER")


def test_together_things_are_released_to_those_that_each_is_released_to() -> None:
    one, other = "TLP:GREEN//REL TO DPS, JTF", "TLP:AMBER//REL TO JTF, PCSO"
    assert highest_marking([one, other]) == "TLP:AMBER//REL TO JTF"
    assert highest_marking([one, "TLP:RED"]) == "TLP:RED//REL TO DPS, JTF"
    nobody = highest_marking([one, "TLP:AMBER//REL TO PCSO"])
    assert nobody == "TLP:AMBER//NOT RELEASABLE"
    assert highest_marking([nobody, one]) == nobody


@pytest.mark.parametrize(
    ("one", "other", "lower"),
    [
        ("TLP:GREEN", "TLP:AMBER", True),
        ("TLP:AMBER", "TLP:GREEN", False),
        ("TLP:AMBER", "TLP:AMBER", False),
        ("TLP:AMBER", "TLP:AMBER//REL TO JTF", True),
        ("TLP:AMBER//REL TO JTF", "TLP:AMBER", False),
        ("TLP:AMBER//REL TO DPS, JTF", "TLP:AMBER//REL TO JTF", True),
        ("TLP:RED//REL TO DPS", "TLP:AMBER//REL TO JTF", True),
        ("TLP:RED//REL TO JTF", "TLP:AMBER//REL TO DPS, JTF", False),
    ],
)
def test_a_marking_is_lower_that_lets_anyone_read_who_might_not(
    one: str, other: str, lower: bool
) -> None:
    assert parse_marking(one).is_lower_than(parse_marking(other)) == lower


@pytest.mark.parametrize(
    "text",
    ["TLP:AMBER//REL TO", "TLP:AMBER//REL TO ", "TLP:AMBER//REL TO jtf", "TLP:AMBER//REL TO A",
     "TLP:AMBER // REL TO JTF", "//REL TO JTF", "TLP:RED//REL TO JTF; DROP TABLE"],
)  # fmt: skip
def test_what_is_no_marking_is_refused(text: str) -> None:
    with pytest.raises(MarkingError):
        parse_marking(text)
