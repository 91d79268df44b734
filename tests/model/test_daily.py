"""Tests of daily briefs: when one is due by the clock of its place, and its place as text."""

from datetime import datetime, timedelta

import pytest

from cop.model.area import Area
from cop.model.daily import BriefSchedule, describe_schedule, name_place, read_place
from cop.model.filter import Filter
from cop.model.window import TimeWindow

pytestmark = pytest.mark.exchange
SANTA_CRUZ = Filter(counties=("Santa Cruz, AZ",))


def schedule(**changes: object) -> BriefSchedule:
    stated = {
        "id": "a", "place": name_place(SANTA_CRUZ), "made_for": "SO-1",
        "time_zone": "America/Denver", "hour": 6, "minute": 0, "added_by": "Ana",
        "added_at": datetime(2026, 10, 30, 20),
    }  # fmt: skip
    return BriefSchedule.model_validate({**stated, **changes})


@pytest.mark.parametrize(
    ("now", "due"),
    [
        # Denver is 6 h behind UTC in summer, 7 h from 1 November 2026 on.
        (datetime(2026, 10, 31, 11, 59), datetime(2026, 10, 30, 12)),
        (datetime(2026, 10, 31, 12), datetime(2026, 10, 31, 12)),
        (datetime(2026, 11, 1, 12, 30), datetime(2026, 10, 31, 12)),
        (datetime(2026, 11, 1, 13), datetime(2026, 11, 1, 13)),
        (datetime(2026, 11, 2, 5), datetime(2026, 11, 1, 13)),
    ],
)
def test_it_is_due_by_the_local_clock(now: datetime, due: datetime) -> None:
    assert schedule().last_due(now) == due


def test_it_is_due_once_a_day_and_not_before_it_was_added() -> None:
    daily = schedule()
    assert not daily.is_due(datetime(2026, 10, 31, 3))
    now = datetime(2026, 10, 31, 12, 5)
    assert daily.is_due(now)
    made = daily.model_copy(update={"made_until": daily.last_due(now)})
    assert not made.is_due(now + timedelta(hours=23))
    assert made.is_due(now + timedelta(hours=25))


def test_a_place_is_text_and_back() -> None:
    area = Area.from_text("-111 31,-110 31,-110 32")
    place = Filter(sectors=("TCA", "EPT"), counties=("Santa Cruz, AZ",), area=area)
    asked = Filter(
        sectors=("EPT", "TCA"), counties=("Santa Cruz, AZ",), area=area, kinds=("rescue",),
        window=TimeWindow(start=datetime(2026, 1, 1)),
    )  # fmt: skip
    assert name_place(asked) == name_place(place)
    assert name_place(read_place(name_place(place))) == name_place(place)
    assert read_place(name_place(place)).counties == ("Santa Cruz, AZ",)
    assert read_place("") == Filter()


def test_a_schedule_is_one_line() -> None:
    assert describe_schedule(schedule()) == "Santa Cruz, AZ for SO-1, 06:00 America/Denver"
    assert describe_schedule(schedule(place="")).startswith("the whole border for ")
