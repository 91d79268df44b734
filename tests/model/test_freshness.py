"""When a source is late, and by how much."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from cop.model.freshness import Freshness, judge_freshness

pytestmark = pytest.mark.sources

NOW = datetime(2026, 11, 25)


def judge(**changes: Any) -> Freshness:
    given: dict[str, Any] = {
        "newest": NOW - timedelta(days=3),
        "loaded_at": NOW - timedelta(hours=1),
        "records": 5,
        "cadence_days": 4.0,
        "by_period": False,
        "now": NOW,
    }
    return judge_freshness(**given | changes)


@pytest.mark.parametrize(
    ("age_days", "state"), [(0, "current"), (4, "current"), (5, "current"), (5.01, "late")]
)
def test_a_quarter_of_the_cadence_is_tolerated(age_days: float, state: str) -> None:
    assert judge(newest=NOW - timedelta(days=age_days)).state == state


def test_late_says_since_when_it_was_due() -> None:
    assert judge(newest=NOW - timedelta(days=10)).late_by == timedelta(days=6)


def test_a_period_is_dated_by_its_first_day() -> None:
    newest = datetime(2026, 10, 1)
    monthly = {"newest": newest, "cadence_days": 31.0}
    assert judge(**monthly, by_period=True).state == "current"
    assert judge(**monthly, by_period=False).state == "late"
    assert judge(**monthly, by_period=True, now=datetime(2026, 12, 20)).state == "late"


def test_what_is_not_dated_is_as_old_as_its_loading() -> None:
    fresh = judge(newest=None)
    assert (fresh.state, fresh.age) == ("current", timedelta(hours=1))
    assert judge(newest=None, loaded_at=NOW - timedelta(days=9)).late_by == timedelta(days=5)


def test_without_a_cadence_or_records_nothing_is_late() -> None:
    assert judge(newest=datetime(1999, 1, 1), cadence_days=None).state == "unscheduled"
    assert judge(newest=None, records=0).state == "empty"


@pytest.mark.parametrize("days", [float("inf"), float("nan"), 1e12, 0.0, -1.0])
def test_a_cadence_that_is_none_counts_as_not_said(days: float) -> None:
    assert judge(cadence_days=days).state == "unscheduled"


def test_a_record_of_tomorrow_has_no_age() -> None:
    assert judge(newest=NOW + timedelta(days=1)).age == timedelta(0)
