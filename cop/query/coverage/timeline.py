"""Coverage over time, by sector: hours, days or weeks of the window."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

import numpy as np
import pandas as pd

from cop.query.coverage.segment import is_lacking, microseconds_of, read_steps, window_of
from cop.query.reporting import outside_filter
from cop.query.segment import read_segments
from cop.query.service import QueryService
from cop.query.view import View

Period = Literal["hour", "day", "week"]
PERIODS: Final[dict[Period, timedelta]] = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
}
_MOST_PERIODS = 120


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """Segment-hours of each sector in each period of a window, weighted by length.

    ``table`` has sector, start, end, total_km_hours, seen_km_hours, unknown_km_hours and sensors,
    the mean number of sensors that see some of a segment.
    """

    table: pd.DataFrame
    period: Period


def read_timeline(
    service: QueryService, view: View, period: Period | None = None
) -> Timeline | None:
    """Return coverage over a view's window; None where nothing is known.

    Without a ``period`` it is the shortest that gives at most 120 of them.
    """
    return service.answer(
        "coverage", view.part(), lambda: _build(service, view, period), about=period
    )


def choose_period(start: datetime, end: datetime) -> Period:
    """Return the shortest period of which a window has at most 120."""
    fitting = (name for name, length in PERIODS.items() if end - start <= _MOST_PERIODS * length)
    return next(fitting, "week")


def read_segment_hours(service: QueryService, view: View, period: Period) -> pd.DataFrame | None:
    """Return the coverage of each segment of a view in each period; None where nothing is known.

    Columns: segment_id, sector, length_km, start, end, hours; of these hours, over the segment's
    length, seen_hours and unknown_hours; and sensors, the mean number that see some of it.
    """
    snapshot, resolved = view.snapshot, view.filter
    span, steps = window_of(snapshot, resolved), read_steps(service.warehouse, snapshot, resolved)
    if span is None or steps is None or is_lacking(snapshot, resolved):
        return None
    edges = _edges(*span, PERIODS[period])
    hours = steps.integrate(np.array([microseconds_of(edge) for edge in edges]))
    segments = read_segments(snapshot)
    inside = ~outside_filter(segments, resolved)
    bounds, count = np.array(edges, "datetime64[us]"), int(inside.sum())
    own = pd.DataFrame(segments.loc[inside, ["segment_id", "sector", "length_km"]])
    return (
        own.loc[own.index.repeat(len(edges) - 1)]
        .assign(
            start=np.tile(bounds[:-1], count),
            end=np.tile(bounds[1:], count),
            hours=np.tile(hours.total, count),
            seen_hours=hours.seen[inside].ravel(),
            unknown_hours=hours.unknown[inside].ravel(),
            sensors=(hours.sensors / hours.total)[inside].ravel(),
        )
        .reset_index(drop=True)
    )


def _build(service: QueryService, view: View, period: Period | None) -> Timeline | None:
    span = window_of(view.snapshot, view.filter)
    chosen = period or (choose_period(*span) if span else "hour")
    table = read_segment_hours(service, view, chosen)
    if table is None:
        return None
    length = table["length_km"]
    of_segments = pd.DataFrame(
        {
            **table[["sector", "start", "end"]],
            "total_km_hours": table["hours"] * length,
            "seen_km_hours": table["seen_hours"] * length,
            "unknown_km_hours": table["unknown_hours"] * length,
            "sensor_km_hours": table["sensors"] * table["hours"] * length,
        }
    )
    sums = of_segments.groupby(["sector", "start", "end"], sort=False, as_index=False).sum()
    sums["sensors"] = sums.pop("sensor_km_hours") / sums["total_km_hours"]
    return Timeline(table=sums, period=chosen)


def _edges(start: datetime, end: datetime, length: timedelta) -> list[datetime]:
    """Return the bounds of periods: whole hours, days or weeks from Monday, cut to the window."""
    first = datetime(start.year, start.month, start.day)
    if length == PERIODS["hour"]:
        first += timedelta(hours=start.hour)
    elif length == PERIODS["week"]:
        first -= timedelta(days=first.weekday())
    count = -((first - end) // length)
    inner = (first + number * length for number in range(1, count))
    return [start, *(edge for edge in inner if start < edge < end), end]
