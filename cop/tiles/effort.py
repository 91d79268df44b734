"""How much was looked at each segment: by sensors where they are loaded, else only whether."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from cop.model.event import OUTSIDE
from cop.model.filter import Filter
from cop.store.warehouse import Edition, Warehouse

Floats = npt.NDArray[np.float64]
Watched = Callable[[datetime, datetime], Floats | None]
"""Gives the share of segment-hours seen by sensors between two moments (segments,), or None."""
_LEAST: Final = 0.05
_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, eq=False)
class Effort:
    """Effort (segments, periods), 1 on average, 0 for segments that nobody observed.

    ``known`` is whether it is measured; if not, whoever was observed counts as 1. ``watched``
    (segments,) are those that a sensor ever saw, as far as that is known.
    """

    table: Floats
    known: bool
    watched: npt.NDArray[np.bool_]


def read_effort(
    warehouse: Warehouse,
    edition: Edition,
    history: Filter,
    *,
    segments: pd.Series,
    watched: Watched,
    periods: int,
    sensed: float,
) -> Effort:
    """Give the effort of the ``periods`` that end where the window of a history does.

    The share ``sensed`` of what is detected by sensors follows their coverage, week by week; the
    rest has no measured effort. A segment with no record of any kind in the history, which no
    sensor saw, was not observed as far as anybody knows then.
    """
    start, end = history.window.start, history.window.end
    if start is None or end is None or not periods:
        blank = np.zeros(len(segments), bool)
        return Effort(table=np.ones((len(segments), periods)), known=False, watched=blank)
    selection = warehouse.events(
        edition, Filter(window=history.window, sources=history.sources, records=history.records)
    )
    held = warehouse.query(
        f"SELECT DISTINCT segment_id FROM {selection.source} WHERE {selection.where} "
        "AND segment_id <> $outside AND coalesce(reported_at, occurred_at) < $known_before",
        {**selection.values, "outside": OUTSIDE, "known_before": end},
    )
    seen = segments.isin([segment for (segment,) in held]).to_numpy()
    return build_effort(seen, start, end, watched=watched, periods=periods, sensed=sensed)


def build_effort(
    seen: npt.NDArray[np.bool_],
    start: datetime,
    end: datetime,
    *,
    watched: Watched,
    periods: int,
    sensed: float,
) -> Effort:
    """Give the effort of the ``periods`` between two moments at the places that are ``seen``.

    Places that are not seen, nor watched by a sensor in any week, were not observed.
    """
    coverage = _coverage(start, end, watched) if sensed > 0.0 else None
    if coverage is None:
        table = np.repeat(seen[:, None].astype(float), periods, axis=1)
        return Effort(table=table, known=False, watched=np.zeros(len(seen), bool))
    usual = max(float(coverage[seen].mean()) if seen.any() else 0.0, _LEAST)
    weeks = np.maximum(1.0 - sensed + sensed * coverage / usual, _LEAST)
    watched_ever = coverage.max(axis=1) > 0.0
    weeks[~seen & ~watched_ever] = 0.0
    age = (np.arange(periods)[::-1] * ((end - start) / periods / _WEEK)).astype(np.int64)
    table = weeks[:, ::-1][:, np.minimum(age, weeks.shape[1] - 1)]
    return Effort(table=table, known=True, watched=watched_ever)


def _coverage(start: datetime, end: datetime, watched: Watched) -> Floats | None:
    """Coverage of the segments in each week (segments, weeks), the last one up to the end."""
    weeks = max(1, (end - start) // _WEEK)
    shares = []
    for ago in range(weeks, 0, -1):
        share = watched(end - ago * _WEEK, end - (ago - 1) * _WEEK)
        if share is None:
            return None
        shares.append(share)
    return np.stack(shares, axis=1)
