"""Surges: more events than a place's last weeks explain, by the day and by the hour."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.stats import nbinom, norm, poisson

from cop.errors import FilterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

WEEK: Final = 7
BASELINE_DAYS: Final = 28
LEAST_DAYS: Final = 14
MEMORY: Final = 0.3
"""Weight of the newest day in the EWMA."""
EWMA_LIMIT: Final = 3.0
TAIL_LIMIT: Final = 0.001
"""The chance that a quiet week has so many events."""
DAY_HOURS: Final = 24
RUSH_HOURS: Final = 2
RUSH_DAYS: Final = 28
RUSH_LIMIT: Final = 1e-5
"""The chance that two quiet hours have so many people."""
RUSH_LEAST: Final = 30
"""Fewer people in two hours are no rush, however quiet the zone."""
RUSH_PAUSE: Final = 24
_LEAST_MEAN: Final = 0.05
_SCORES: Final = 4.0
_MATRIX: Final = 2


@dataclass(frozen=True, kw_only=True, eq=False)
class DayWatch:
    """What was seen on each day (days,); NaN and no alarm until two weeks of baseline are known.

    ``expected`` is the mean of the four weeks that ended a week before, ``ewma`` the memory of
    scores in its own standard deviations, ``chance`` the chance of a week with so many events.
    ``variance`` is that of a quiet day, the error of its mean counted. ``alarm`` is on which days
    it is on, ``starts`` on which it comes on.
    """

    expected: "Floats"
    variance: "Floats"
    ewma: "Floats"
    chance: "Floats"
    alarm: "Flags"
    starts: "Flags"


def watch_days(counts: "Floats") -> DayWatch:
    """Watch daily counts (days,), each day by what was known before.

    The last week is no part of the baseline, so that a surge does not hide itself. A day's count is
    scored by the negative binomial of the baseline's mean and variance (and the error of both of
    28 days), as the normal score of its middle probability; an exponentially weighted moving
    average of the scores finds what lasts (Lucas and Saccucci 1990), the tail of seven days'
    total what is large.
    """
    _check(counts)
    mean, variance, days = _baseline(counts)
    score = _scores(counts, mean, variance * (1.0 + 1.0 / days))
    ewma = _remember(score) / np.sqrt(MEMORY / (2.0 - MEMORY))
    week = np.convolve(counts, np.ones(WEEK))[: len(counts)]
    spread = variance * WEEK * (1.0 + WEEK / days)
    chance = _tail(week, WEEK * mean, spread)
    alarm = (ewma > EWMA_LIMIT) | (chance < TAIL_LIMIT)
    return DayWatch(
        expected=mean,
        variance=variance * (1.0 + 1.0 / days),
        ewma=ewma,
        chance=chance,
        alarm=alarm,
        starts=_starts(alarm, quiet=WEEK),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class HourWatch:
    """What was seen in each hour and zone (hours, zones).

    ``people``, ``expected`` and ``variance`` are of the last two hours, ``chance`` that of so many
    in quiet ones.
    ``alarm`` is when it is on, ``starts`` when it turns on after a day without.
    """

    people: "Floats"
    expected: "Floats"
    variance: "Floats"
    chance: "Floats"
    alarm: "Flags"
    starts: "Flags"


def watch_hours(counts: "Floats", *, first: int = 0) -> HourWatch:
    """Watch hourly counts of people by zone (hours, zones), each hour by what was known before.

    Two hours are compared with the four weeks that ended a day before: the zone's mean for the time
    of day, half of it that of the whole day, and the variance of its hours, both of counts cut at
    RUSH_LEAST, so that one rush does not hide the next. An alarm needs a chance below one in a
    hundred thousand by the negative binomial and 30 people. There is none in the first eight
    days, nor before the hour ``first``.
    """
    if counts.ndim != _MATRIX:
        message = f"hourly counts have the shape {counts.shape}: use (hours, zones)"
        raise FilterError(message)
    _check(counts.ravel())
    usual = np.minimum(counts, RUSH_LEAST)
    people, expected = _last_hours(counts), np.full(counts.shape, np.nan)
    variances, chance = expected.copy(), np.ones(counts.shape)
    for hour in range(max(first, (WEEK + 1) * DAY_HOURS), len(counts)):
        mean, variance = _usual_hours(usual, hour)
        expected[hour], variances[hour] = mean, variance
        chance[hour] = _tail(people[hour], mean, variance)
    alarm = (chance < RUSH_LIMIT) & (people >= RUSH_LEAST)
    starts = np.column_stack([_starts(zone, quiet=RUSH_PAUSE) for zone in alarm.T])
    return HourWatch(
        people=people,
        expected=expected,
        variance=variances,
        chance=chance,
        alarm=alarm,
        starts=starts,
    )


def quiet_interval(mean: float, variance: float, *, share: float = 0.8) -> tuple[float, float]:
    """Return the counts that bound the middle ``share`` of quiet times, by that negative binomial.

    The Poisson where the variance is not above the mean.
    """
    outer = (1.0 - share) / 2.0
    levels = np.array([outer, 1.0 - outer])
    if variance > mean * (1.0 + 1e-9):
        size = mean**2 / (variance - mean)
        low, high = nbinom.ppf(levels, size, size / (size + mean))
    else:
        low, high = poisson.ppf(levels, mean)
    return float(low), float(high)


def _last_hours(counts: "Floats") -> "Floats":
    """Totals of each hour and the one before."""
    total = counts.copy()
    total[1:] += counts[:-1]
    return total


def _usual_hours(usual: "Floats", hour: int) -> tuple["Floats", "Floats"]:
    """Mean and variance (zones,) of two quiet hours that end with this one."""
    end = hour - DAY_HOURS
    past = usual[max(0, end - RUSH_DAYS * DAY_HOURS) : end]
    whole = np.maximum(past.mean(axis=0), _LEAST_MEAN / DAY_HOURS)
    # Counted back from the end, so that the rows are the same two hours of earlier days.
    back = len(past) - 1
    rows = np.concatenate(
        [np.arange(back - shift, -1, -DAY_HOURS) for shift in (DAY_HOURS - 1, DAY_HOURS)]
    )
    mean = RUSH_HOURS * (past[rows].mean(axis=0) + whole) / 2.0
    spread = np.maximum(past.var(axis=0) / whole, 1.0)
    return mean, spread * mean


def _check(counts: "Floats") -> None:
    wrong = np.flatnonzero(~(np.isfinite(counts) & (counts >= 0)))
    if counts.ndim != 1 or len(wrong):
        at = f", {counts.flat[wrong[0]]} at {wrong[0]}" if len(wrong) else ""
        message = f"counts of shape {counts.shape}{at}: use a series of counts of at least 0"
        raise FilterError(message)


def _baseline(counts: "Floats") -> tuple["Floats", "Floats", "Floats"]:
    """Mean, variance and number of the baseline's days of each day; NaN where too few."""
    end = np.maximum(np.arange(len(counts)) - WEEK, 0)
    start = np.maximum(end - BASELINE_DAYS, 0)
    days = (end - start).astype(np.float64)
    total, squares = (np.concatenate([[0.0], np.cumsum(c)]) for c in (counts, counts**2))
    days = np.where(days >= LEAST_DAYS, days, np.nan)
    mean = (total[end] - total[start]) / days
    variance = ((squares[end] - squares[start]) / days - mean**2) * days / (days - 1.0)
    mean = np.maximum(mean, _LEAST_MEAN)
    return mean, np.maximum(variance, mean), days


def _scores(counts: "Floats", mean: "Floats", variance: "Floats") -> "Floats":
    """Normal scores of counts: of the probability below plus half of that at the count."""
    middle = (_tail(counts, mean, variance) + _tail(counts + 1.0, mean, variance)) / 2.0
    score: Floats = np.clip(norm.isf(middle), -_SCORES, _SCORES)
    return score


def _tail(counts: "Floats", mean: "Floats", variance: "Floats") -> "Floats":
    """Chance of at least so many, by the negative binomial of that mean and variance."""
    over = variance - mean
    is_over = over > 1e-9 * mean
    size = mean**2 / np.where(is_over, over, 1.0)
    tail: Floats = np.where(
        is_over,
        nbinom.sf(counts - 1.0, size, size / (size + mean)),
        poisson.sf(counts - 1.0, mean),
    )
    return tail


def _remember(score: "Floats") -> "Floats":
    """EWMA of the scores, from 0 on; it forgets nothing where there is no score."""
    average, memory = 0.0, np.full(len(score), np.nan)
    for place, value in enumerate(score.tolist()):
        if value == value:  # noqa: PLR0124 NaN
            average = MEMORY * value + (1.0 - MEMORY) * average
            memory[place] = average
    return memory


def _starts(alarm: "Flags", *, quiet: int) -> "Flags":
    """Where an alarm comes on after at least ``quiet`` periods without one."""
    on = np.flatnonzero(alarm)
    first = np.ones(len(on), dtype=bool)
    first[1:] = np.diff(on) > quiet
    starts = np.zeros_like(alarm)
    starts[on[first]] = True
    return starts
