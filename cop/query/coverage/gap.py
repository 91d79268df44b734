"""Gaps in coverage, ranked: the biggest blind spots come first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from cop.analysis.coverage.step import HOUR_US, CoverageSteps
from cop.model.place import format_mgrs
from cop.query.coverage.segment import cover, microseconds_of, read_steps, window_of
from cop.query.figure import read_figures
from cop.query.reporting import OUT_OF_SCOPE
from cop.query.segment import read_segments
from cop.query.service import QueryService
from cop.query.view import View

MGRS_DIGITS = 3
"""100 m: a gap is a stretch of the line, not a point."""
_LEAST_SHARE = 0.5
"""A moment counts as dark where less of the segment than that is seen."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Gaps:
    """Segments of a filter by what of them nobody saw in the window, the biggest blind spot first.

    ``table`` has segment_id, sector, mgrs, lon, lat (of its middle), length_km, gap_hours
    (segment-hours not seen), unknown_hours (of those that may be seen), longest_hours (the longest
    time in which less than half of it was or may have been seen), expected (events in a week by
    the forecast, NaN unknown) and weight: expected events by the hour x gap hours, so risk x
    length x hours; kilometers x gap hours where there is no forecast at all (``by_risk`` is
    false), NaN and last where there is none for that segment. ``hours`` are those of the window.
    """

    table: pd.DataFrame
    start: datetime
    end: datetime
    by_risk: bool

    @property
    def unit(self) -> str:
        """What the gap is counted in."""
        return "events expected unseen" if self.by_risk else "kilometer-hours of gap"

    @property
    def hours(self) -> float:
        """How long the window is."""
        return (self.end - self.start) / timedelta(hours=1)


def read_gaps(service: QueryService, view: View) -> Gaps | None:
    """Return the gaps of a view, with what it tries; None where nothing is known."""
    return service.answer("gaps", view.part(), lambda: _build(service, view))


def _build(service: QueryService, view: View) -> Gaps | None:
    snapshot, resolved = view.snapshot, view.filter
    figures, span = read_figures(service, view), window_of(snapshot, resolved)
    steps = read_steps(service.warehouse, snapshot, resolved)
    if figures is None or span is None or steps is None:
        return None
    covered = cover(snapshot, resolved, steps, len(figures.table))
    if not covered.is_known:
        return None
    start, end = span
    hours = (end - start) / timedelta(hours=1)
    segments = read_segments(snapshot)
    lines = np.asarray(segments.geometry.array)
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    table = pd.DataFrame(segments[["segment_id", "sector", "length_km"]])
    table = table.assign(
        lon=shapely.get_x(middle),
        lat=shapely.get_y(middle),
        gap_hours=hours * (1.0 - covered.seen - covered.unknown).clip(0.0, 1.0),
        unknown_hours=hours * covered.unknown,
        longest_hours=_longest(steps, start, end),
    )
    risk = figures.table["risk"] if "risk" in figures.table else pd.Series(np.nan, table.index)
    by_risk = bool(risk.notna().any())
    period = figures.ahead.length / timedelta(hours=1)
    rate = risk / period if by_risk else table["length_km"]
    table["expected"] = risk * (timedelta(days=7) / figures.ahead.length)
    table["weight"] = rate * table["gap_hours"]
    inside = (figures.table["state"] != OUT_OF_SCOPE).to_numpy()
    table = table[inside].sort_values(
        ["weight", "gap_hours", "segment_id"], ascending=[False, False, True], ignore_index=True
    )
    places = zip(table["lat"], table["lon"], strict=True)
    table["mgrs"] = [format_mgrs(lat, lon, digits=MGRS_DIGITS) for lat, lon in places]
    return Gaps(table=table, start=start, end=end, by_risk=by_risk)


def _longest(steps: CoverageSteps, start: datetime, end: datetime) -> Floats:
    """Return the longest time of each segment within a window in which it is dark, hours.

    Dark is less than half of it seen, even if what is unknown were.
    """
    first, last = microseconds_of(start), microseconds_of(end)
    is_last = np.append(steps.owner[1:] != steps.owner[:-1], True)
    begin = np.clip(steps.since, first, last)
    finish = np.where(is_last, last, np.clip(np.append(steps.since[1:], 0), first, last))
    dark = (steps.seen + steps.unknown < _LEAST_SHARE) & (finish > begin)
    opens = dark & np.append(True, ~dark[:-1] | (steps.owner[1:] != steps.owner[:-1]))
    run = np.cumsum(opens) - 1
    if not dark.any():
        return np.zeros(steps.places)
    lengths = np.bincount(run[dark], weights=((finish - begin) / HOUR_US)[dark])
    longest = np.zeros(steps.places)
    np.maximum.at(longest, steps.owner[opens], lengths)
    return longest
