"""Tests of how far ahead a forecast looks."""

from datetime import datetime

import pytest

from cop.errors import FilterError
from cop.model.ahead import Ahead
from cop.model.window import TimeWindow

pytestmark = pytest.mark.forecast

MIDNIGHT = datetime(2026, 11, 27)


@pytest.mark.parametrize("text", ["day-1", "day-4", "week-1", "week-4"])
def test_a_text_comes_back(text: str) -> None:
    assert Ahead.from_text(text).to_text() == text


@pytest.mark.parametrize("text", ["", "week", "week-0", "week-5", "day-10", "month-1", " day-1"])
def test_what_no_forecast_reaches_is_refused_with_the_choices(text: str) -> None:
    with pytest.raises(FilterError, match=r"use day-1 to day-4 or week-1 to week-4"):
        Ahead.from_text(text)


def test_windows_follow_each_other_from_the_origin() -> None:
    first, second = (Ahead(number=n).window_from(MIDNIGHT) for n in (1, 2))
    assert first == TimeWindow(start=MIDNIGHT, end=datetime(2026, 12, 4))
    assert second == TimeWindow(start=datetime(2026, 12, 4), end=datetime(2026, 12, 11))
    third = Ahead(period="day", number=3).window_from(MIDNIGHT)
    assert third == TimeWindow(start=datetime(2026, 11, 29), end=datetime(2026, 11, 30))


def test_the_next_week_is_said_in_days() -> None:
    assert Ahead().title == "in 7 days"
    assert Ahead(number=2).title == "in week 2"
    assert Ahead(period="day", number=1).title == "in day 1"
