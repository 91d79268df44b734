"""Freshness of a source, judged by its update interval in days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

State = Literal["current", "late", "unscheduled", "empty"]
LONGEST_CADENCE_DAYS = 36_600
"""A century, the longest update interval."""
TOLERANCE = 0.25
"""The share of the interval that an update may be overdue before the source is late."""
UNSCHEDULED_AGE = timedelta(hours=72)
"""The age from which a source without an update interval is stale."""


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """A source's state; ``age`` is that of its newest record, or of its loading if undated.

    Beyond the age ``allowed`` it is stale. ``late_by`` is how long ago the update was due, for a
    late source alone.
    """

    state: State
    age: timedelta
    allowed: timedelta = UNSCHEDULED_AGE
    late_by: timedelta | None = None

    @property
    def is_stale(self) -> bool:
        """Whether its records are older than its update interval allows."""
        return self.state != "empty" and self.age > self.allowed


def least_overdue(judged: Iterable[Freshness]) -> Freshness | None:
    """Return the one that is least beyond its allowed age; None without any."""
    return min(judged, key=lambda one: one.age - one.allowed, default=None)


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
    allowed = due + cadence * TOLERANCE
    if age <= allowed:
        return Freshness(state="current", age=age, allowed=allowed)
    return Freshness(state="late", age=age, allowed=allowed, late_by=age - due)
