"""Tests of what a wall's address asks for."""

from datetime import datetime, timedelta

import pytest

from cop.errors import FilterError
from cop.model.wall import WallRequest

pytestmark = pytest.mark.table

ONE, OTHER = "abcdefgh23", "zzzzzzzz77"


def test_the_parts_of_the_picture_are_passed_over() -> None:
    pairs = [("sector", "TCA"), ("theme", "day"), ("scenes", f"{ONE},{OTHER}"), ("seconds", "45")]
    asked = WallRequest.from_pairs(pairs)
    assert asked == WallRequest(theme="day", scenes=(ONE, OTHER), seconds=45)
    assert WallRequest.from_pairs([]) == WallRequest()


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("theme", "dark"),
        ("scenes", "../room"),
        ("scenes", "<b>abcdefgh</b>"),
        ("scenes", ",".join([ONE] * 41)),
        ("seconds", "9"),
        ("seconds", "3601"),
        ("seconds", "1e2"),
        ("seconds", "\u0663\u0660"),
    ],
)
def test_anything_else_is_refused_with_a_reason(part: str, text: str) -> None:
    with pytest.raises(FilterError, match=part):
        WallRequest.from_pairs([(part, text)])


@pytest.mark.parametrize(
    ("hour", "theme"), [(6, "dark"), (7, "light"), (18, "light"), (19, "dark")]
)
def test_auto_is_day_from_seven_to_nineteen(hour: int, theme: str) -> None:
    assert WallRequest().themed(datetime(2026, 11, 25, hour)) == theme
    assert WallRequest(theme="day").themed(datetime(2026, 11, 25, hour)) == "light"
    assert WallRequest(theme="night").themed(datetime(2026, 11, 25, hour)) == "dark"


def test_scenes_take_turns_by_the_clock_alone() -> None:
    asked, start = WallRequest(seconds=30), datetime(2026, 11, 25)
    turns = [asked.turn_at(start + timedelta(seconds=s), 3) for s in (0, 29.5, 30, 60, 90)]
    places = [turn.place for turn in turns]
    assert places == [places[0], places[0], *((places[0] + i) % 3 for i in (1, 2, 3))]
    assert [turn.left_s for turn in turns] == [30, 0.5, 30, 30, 30]
