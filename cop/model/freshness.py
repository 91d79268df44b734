"""Freshness of a source, judged by its update interval in days."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

State = Literal["current", "late", "unscheduled", "empty"]
LONGEST_CADENCE_DAYS = 36_600
"""A century, the longest update interval."""
TOLERANCE = 0.25
"""The share of the interval that an update may be overdue before the source is late."""


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """A source's state; ``age`` is that of its newest record, or of its loading if undated.

    ``late_by`` is how long ago the update was due, for a late source alone.
    """

    state: State
    age: timedelta
    late_by: timedelta | None = None


def judge_freshness(
    *,
    newest: datetime | None,
    loaded_at: datetime,
    records: int,
    cadence_days: float | None,
    by_period: bool,
    now: datetime,
) -> Freshness:
    """Judge a source at ``now``; moments are naive UTC.

    With ``by_period`` the newest record is dated by the first day of its period, so its successor
    is due one cadence later than that of a moment. An invalid cadence (not above 0, not finite,
    beyond a century) counts as not set.
    """
    age = max(timedelta(0), now - (newest or loaded_at))
    if not records:
        return Freshness(state="empty", age=age)
    if cadence_days is None or not 0 < cadence_days <= LONGEST_CADENCE_DAYS:
        return Freshness(state="unscheduled", age=age)
    cadence = timedelta(days=cadence_days)
    due = cadence * (2 if by_period and newest is not None else 1)
    if age <= due + cadence * TOLERANCE:
        return Freshness(state="current", age=age)
    return Freshness(state="late", age=age, late_by=age - due)
