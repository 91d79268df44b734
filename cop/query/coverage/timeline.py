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


def _build(service: QueryService, view: View, period: Period | None) -> Timeline | None:
    snapshot, resolved = view.snapshot, view.filter
    span, steps = window_of(snapshot, resolved), read_steps(service.warehouse, snapshot, resolved)
    if span is None or steps is None or is_lacking(snapshot, resolved):
        return None
    chosen = period or choose_period(*span)
    edges = _edges(*span, PERIODS[chosen])
    hours = steps.integrate(np.array([microseconds_of(edge) for edge in edges]))
    segments = read_segments(snapshot)
    inside = ~outside_filter(segments, resolved)
    length = segments["length_km"].to_numpy(float)[:, None]
    of_segments = {
        "total_km_hours": np.broadcast_to(hours.total * length, hours.seen.shape),
        "seen_km_hours": hours.seen * length,
        "unknown_km_hours": hours.unknown * length,
        "sensor_km_hours": hours.sensors * length,
    }
    bounds, periods = np.array(edges, "datetime64[us]"), len(edges) - 1
    table = pd.DataFrame(
        {
            "sector": np.repeat(segments["sector"].to_numpy()[inside], periods),
            "start": np.tile(bounds[:-1], int(inside.sum())),
            "end": np.tile(bounds[1:], int(inside.sum())),
            **{name: values[inside].ravel() for name, values in of_segments.items()},
        }
    )
    sums = table.groupby(["sector", "start", "end"], sort=False, as_index=False).sum()
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
