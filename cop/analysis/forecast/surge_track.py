"""How surely surges are found: injected ones into real days and hours, and alarms without any."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cop.analysis.forecast.surge import (
    BASELINE_DAYS,
    DAY_HOURS,
    LEAST_DAYS,
    RUSH_DAYS,
    RUSH_HOURS,
    WEEK,
    watch_days,
    watch_hours,
)
from cop.errors import FilterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

SURGE_SIZES: Final = (1.5, 2.0, 3.0)
SURGE_DAYS: Final = 14
RUSH_SIZES: Final = (50, 150, 500)
RUSH_OF: Final = 50
"""One record of so many people is a rush of its own, so its alarm is not false."""
_YEAR: Final = 365
_MONTH_HOURS: Final = 24 * 365.25 / 12
_LOOK_BACK: Final = BASELINE_DAYS + 5 * WEEK
_LEAST_LENGTH: Final = 2 * (LEAST_DAYS + WEEK)


def build_surge_track(series: Mapping[str, "Floats"], *, starts: int, seed: int) -> dict[str, Any]:
    """Inject surges into the second half of daily series and watch for them.

    A surge of size s adds Poisson events of (s - 1) times the mean of the four weeks before, for 14
    days. It begins on ``starts`` days of each series, evenly spread, and is found where an alarm is
    on within its first seven days. ``no_surge_share`` is the share of the same days on which one is
    on without it; false alarms are those that turn on in the untouched second half.
    """
    cases = [(counts, start) for counts in series.values() for start in _starts(counts, starts)]
    quiet = [_first_alarm(counts, start) is not None for counts, start in cases]
    alarms = {
        name: int(watch_days(counts).starts[len(counts) // 2 :].sum())
        for name, counts in series.items()
    }
    days = sum(len(counts) - len(counts) // 2 for counts in series.values())
    return {
        "sizes": {f"{size:g}": _found(cases, size, seed) for size in SURGE_SIZES},
        "no_surge_share": float(np.mean(quiet)),
        "false_alarms": sum(alarms.values()),
        "held_out_days": days,
        "false_alarms_a_year": sum(alarms.values()) * _YEAR / days,
        "series": [
            {
                "name": name,
                "days": len(counts),
                "events_a_day": float(counts.mean()),
                "false_alarms": alarms[name],
            }
            for name, counts in series.items()
        ],
    }


def _starts(counts: "Floats", starts: int) -> list[int]:
    if len(counts) < _LEAST_LENGTH:
        message = f"a series of {len(counts)} days: surges need at least {_LEAST_LENGTH}"
        raise FilterError(message)
    spread = np.linspace(len(counts) // 2, len(counts) - SURGE_DAYS, starts)
    return [int(day) for day in spread]


def _found(cases: Sequence[tuple["Floats", int]], size: float, seed: int) -> dict[str, Any]:
    draw = np.random.default_rng(seed)
    delays = []
    for counts, start in cases:
        usual = counts[max(0, start - BASELINE_DAYS) : start].mean()
        surged = counts.copy()
        surged[start : start + SURGE_DAYS] += draw.poisson((size - 1.0) * usual, SURGE_DAYS)
        delays.append(_first_alarm(surged, start))
    by_day = [delays.count(day) for day in range(1, WEEK + 1)]
    median = np.median([np.inf if delay is None else delay for delay in delays])
    return {
        "injected": len(cases),
        "found": sum(by_day),
        "share": sum(by_day) / len(cases),
        "found_by_day": by_day,
        "median_delay_days": float(median) if np.isfinite(median) else None,
    }


def _first_alarm(counts: "Floats", start: int) -> int | None:
    """On which of the seven days from ``start`` on, counted from 1, an alarm is first on."""
    oldest = max(0, start - _LOOK_BACK)
    alarm = watch_days(counts[oldest : start + WEEK]).alarm[start - oldest :]
    return int(np.argmax(alarm)) + 1 if alarm.any() else None


def build_rush_track(
    counts: "Floats", rushes: "Flags", *, injected: int, seed: int
) -> dict[str, Any]:
    """Inject rushes into hourly counts of people by zone (hours, zones) and watch for them.

    A rush comes within an hour that begins at any minute, so in one hour of the clock or two; it is
    found where an alarm is on in the hour of its first report or the next. ``rushes`` marks hours
    with a record that is a rush of its own: alarms within two hours of one are not false.
    """
    hours, zones = counts.shape
    watch = watch_hours(counts)
    own = rushes.copy()
    own[1:] |= rushes[:-1]
    months = zones * (hours - (WEEK + 1) * DAY_HOURS) / _MONTH_HOURS
    return {
        "zones": zones,
        "hours": hours,
        "sizes": {str(size): _rushes(counts, size, injected, seed) for size in RUSH_SIZES},
        "alarms_a_zone_month": float(watch.starts.sum() / months),
        "false_alarms_a_zone_month": float((watch.starts & ~own).sum() / months),
        "own_rushes": int(rushes.sum()),
    }


def _rushes(counts: "Floats", size: int, injected: int, seed: int) -> dict[str, Any]:
    draw = np.random.default_rng(seed)
    span = (RUSH_DAYS + 2) * DAY_HOURS
    found = 0
    for _ in range(injected):
        hour = int(draw.integers(span, len(counts) - RUSH_HOURS))
        zone = int(draw.integers(counts.shape[1]))
        early = int(draw.binomial(size, draw.random()))
        part = counts[hour - span : hour + RUSH_HOURS + 1, [zone]].copy()
        part[span] += early
        part[span + 1] += size - early
        first = span if early else span + 1
        found += bool(_alarm(part[: first + RUSH_HOURS])[first:].any())
    return {"injected": injected, "found": found, "share": found / injected}


def _alarm(part: "Floats") -> "Flags":
    """The alarm of the last two hours alone: earlier ones are of no interest here."""
    return watch_hours(part, first=len(part) - RUSH_HOURS).alarm[:, 0]
