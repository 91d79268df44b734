"""The current alarms: where each run began, what was observed since, what is normal."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from cop.analysis.forecast.surge import (
    DAY_HOURS,
    RUSH_HOURS,
    RUSH_PAUSE,
    WEEK,
    DayWatch,
    HourWatch,
    quiet_interval,
    watch_days,
    watch_hours,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

LOOK_DAYS: Final = WEEK
"""A run of days whose last alarm is older is over before it was known: no alert."""
LOOK_HOURS: Final = 48
SURGE_LEAST: Final = 10
"""Fewer events since it began are no surge, however quiet the place."""
_YEAR: Final = 365
_SHOWN_DAYS, _SHOWN_HOURS = 28, 40


@dataclass(frozen=True, kw_only=True, eq=False)
class Run:
    """A run of alarms, by places in its series: ``began`` and ``until`` inclusive.

    ``alarm_from`` is its first alarm. ``observed`` is from ``began`` to ``until``,
    where ``expected`` (80% between ``low`` and ``high``) was usual. The arrays are of the periods
    from ``first`` to ``until``: counts, what was usual, whether the detector was on.
    """

    began: int
    alarm_from: int
    until: int
    observed: float
    expected: float
    low: float
    high: float
    first: int
    counts: "Floats"
    usual: "Floats"
    lows: "Floats"
    highs: "Floats"
    alarm: "Flags"
    own_alarms: int
    own_days: int


def find_surge(counts: "Floats") -> Run | None:
    """Return the run of daily alarms (days,) that is on in the last days, if there is one.

    It began where, at most a week before the alarm, the events until it are least likely by chance
    (the scan statistic of Kulldorff 2001). What was expected before the alarm applies to the whole
    run, as its own days would raise it.
    """
    watch = watch_days(counts)
    newest_run = _newest_run(watch.alarm, watch.starts, least=len(counts) - LOOK_DAYS)
    if newest_run is None:
        return None
    alarm_from, until = newest_run
    began = _scan_start(counts, float(watch.expected[alarm_from]), alarm_from, most=WEEK)
    if counts[began : until + 1].sum() < SURGE_LEAST:
        return None
    return _day_run(counts, watch, began, (alarm_from, until))


def _scan_start(counts: "Floats", mean: float, alarm_from: int, *, most: int) -> int:
    """Return the start, up to the alarm, of the largest Poisson likelihood ratio to ``mean``."""
    first = max(0, alarm_from - most)
    observed = np.cumsum(counts[first : alarm_from + 1][::-1])
    usual = mean * np.arange(1, len(observed) + 1)
    more = np.maximum(observed, usual)
    return alarm_from - int(np.argmax(more * np.log(more / usual) - (more - usual)))


def _day_run(counts: "Floats", watch: DayWatch, began: int, run: tuple[int, int]) -> Run:
    alarm_from, until = run
    days = until + 1 - began
    mean, variance = float(watch.expected[alarm_from]), float(watch.variance[alarm_from])
    low, high = quiet_interval(days * mean, days * variance)
    first = max(0, began - _SHOWN_DAYS)
    span = slice(first, until + 1)
    usual = np.where(np.arange(first, until + 1) < began, watch.expected[span], mean)
    spread = np.where(np.arange(first, until + 1) < began, watch.variance[span], variance)
    bounds = np.array([_interval(*pair) for pair in zip(usual, spread, strict=True)])
    year = slice(max(0, alarm_from - _YEAR), alarm_from)
    return Run(
        began=began,
        alarm_from=alarm_from,
        until=until,
        observed=float(counts[began : until + 1].sum()),
        expected=days * mean,
        low=low,
        high=high,
        first=first,
        counts=counts[span],
        usual=usual,
        lows=bounds[:, 0],
        highs=bounds[:, 1],
        alarm=watch.alarm[span],
        own_alarms=int(watch.starts[year].sum()),
        own_days=int(np.isfinite(watch.expected[year]).sum()),
    )


def find_rushes(counts: "Floats") -> list[tuple[int, Run]]:
    """Return the runs of alarms of people by hour and zone (hours, zones) of the last two days.

    Each has its zone's index.
    """
    watch = watch_hours(counts)
    found = []
    for zone in np.flatnonzero(watch.alarm[-LOOK_HOURS:].any(axis=0)):
        newest_run = _newest_run(
            watch.alarm[:, zone], watch.starts[:, zone], least=len(counts) - LOOK_HOURS
        )
        if newest_run is not None:
            found.append((int(zone), _hour_run(counts[:, zone], watch, int(zone), *newest_run)))
    return found


def _hour_run(counts: "Floats", watch: HourWatch, zone: int, alarm_from: int, until: int) -> Run:
    mean = float(watch.expected[alarm_from, zone]) / RUSH_HOURS
    variance = float(watch.variance[alarm_from, zone]) / RUSH_HOURS
    began = _scan_start(counts, mean, alarm_from, most=RUSH_HOURS - 1)
    # The last alarm is of two hours; the second may have no events.
    while until > alarm_from and not counts[until]:
        until -= 1
    hours = until + 1 - began
    first = max((WEEK + 1) * DAY_HOURS, began - _SHOWN_HOURS)
    span = slice(first, until + 1)
    usual = watch.expected[span, zone] / RUSH_HOURS
    spread = watch.variance[span, zone] / RUSH_HOURS
    bounds = np.array([_interval(*pair) for pair in zip(usual, spread, strict=True)])
    low, high = quiet_interval(hours * mean, hours * variance)
    return Run(
        began=began,
        alarm_from=alarm_from,
        until=until,
        observed=float(counts[began : until + 1].sum()),
        expected=hours * mean,
        low=low,
        high=high,
        first=first,
        counts=counts[span],
        usual=usual,
        lows=bounds[:, 0],
        highs=bounds[:, 1],
        alarm=watch.alarm[span, zone],
        own_alarms=int(watch.starts[: max(0, alarm_from - RUSH_PAUSE), zone].sum()),
        own_days=max(0, alarm_from // DAY_HOURS - WEEK - 1),
    )


def _interval(mean: float, variance: float) -> tuple[float, float]:
    return quiet_interval(mean, variance) if np.isfinite(mean) else (np.nan, np.nan)


def _newest_run(alarm: "Flags", starts: "Flags", *, least: int) -> tuple[int, int] | None:
    """Return the first and last alarm of the newest run; None if that is before ``least``."""
    on = np.flatnonzero(alarm)
    if not len(on) or on[-1] < least:
        return None
    return int(np.flatnonzero(starts)[-1]), int(on[-1])
