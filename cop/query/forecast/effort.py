"""Observation effort by place: of sensors and patrols if recorded, else only whether any."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from cop.model.event import OUTSIDE
from cop.model.filter import Filter
from cop.query.forecast.patrol import Patrols, read_patrols
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse

Floats = npt.NDArray[np.float64]
Watched = Callable[[Sequence[datetime]], Floats | None]
"""Gives the shares of segment-hours seen by sensors between rising moments (segments, periods)."""
_LEAST: Final = 0.05
_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Shares:
    """The shares of what is detected, 0 to 1: by sensors, and by patrols."""

    sensed: float = 0.0
    patrolled: float = 0.0


SHARES_SQL: Final = (
    "count(*) FILTER (WHERE detection = 'sensor') AS sensed, "
    "count(*) FILTER (WHERE detection = 'patrol') AS patrolled"
)


def share_means(
    found: dict[str, npt.NDArray[Any]], known: npt.NDArray[np.bool_], n: Floats
) -> Shares:
    """Return the shares of what is ``known`` (rows,) from the columns of ``SHARES_SQL``."""
    total = max(1.0, float(n[known].sum()))
    sensed, patrolled = (float(found[by][known].sum()) / total for by in ("sensed", "patrolled"))
    return Shares(sensed=sensed, patrolled=patrolled)


@dataclass(frozen=True, kw_only=True, eq=False)
class Effort:
    """Effort (segments, periods), 1 on average, 0 for segments that nobody observed.

    ``known`` is whether it is measured; if not, whoever was observed counts as 1. ``watched``
    (segments,) are those that a sensor ever saw or a patrol went along, as far as that is known.
    ``sources`` are those of the patrols.
    """

    table: Floats
    known: bool
    watched: npt.NDArray[np.bool_]
    sources: tuple[str, ...] = ()


def read_effort(
    warehouse: Warehouse,
    snapshot: Snapshot,
    history: Filter,
    *,
    segments: pd.DataFrame,
    watched: Watched,
    periods: int,
    shares: Shares,
) -> Effort:
    """Return the effort of the ``periods`` that end where the window of a history does.

    What sensors detect follows their coverage, week by week; what patrols detect their hours by
    km, if recorded; the rest has no measured effort. A segment with no record of any kind
    in the history, which no sensor saw and without hours of its own, was not observed as far as
    anybody knows then.
    """
    start, end = history.window.start, history.window.end
    ids = segments["segment_id"]
    if start is None or end is None or not periods:
        blank = np.zeros(len(segments), bool)
        return Effort(table=np.ones((len(segments), periods)), known=False, watched=blank)
    selection = warehouse.events(
        snapshot, Filter(window=history.window, sources=history.sources, records=history.records)
    )
    recorded = warehouse.query(
        f"SELECT DISTINCT segment_id FROM {selection.source} WHERE {selection.where} "
        "AND segment_id <> $outside AND coalesce(reported_at, occurred_at) < $known_before",
        {**selection.values, "outside": OUTSIDE, "known_before": end},
    )
    patrols = read_patrols(
        warehouse,
        snapshot,
        segments,
        sectors=segments["sector"],
        segment_ids=ids,
        start=start,
        end=end,
        periods=periods,
        synthetic=history.records == "synthetic",
    )
    seen = ids.isin([segment for (segment,) in recorded]).to_numpy()
    return build_effort(
        seen, start, end, watched=watched, patrols=patrols, periods=periods, shares=shares
    )


def build_effort(
    seen: npt.NDArray[np.bool_],
    start: datetime,
    end: datetime,
    *,
    watched: Watched,
    patrols: Patrols | None = None,
    periods: int,
    shares: Shares,
) -> Effort:
    """Return the effort of the ``periods`` between two moments at the places that are ``seen``.

    Places that are not seen, nor watched by a sensor or patrolled in any week, were not observed.
    """
    table, ever = np.ones((len(seen), periods)), np.zeros(len(seen), bool)
    coverage = _coverage(start, end, watched) if shares.sensed > 0.0 else None
    if coverage is not None:
        age = (np.arange(periods)[::-1] * ((end - start) / periods / _WEEK)).astype(np.int64)
        weekly = coverage[:, ::-1][:, np.minimum(age, coverage.shape[1] - 1)]
        usual = max(float(coverage[seen].mean()) if seen.any() else 0.0, _LEAST)
        table += shares.sensed * (weekly / usual - 1.0)
        ever |= coverage.max(axis=1) > 0.0
    hours = 0.0 if patrols is None or shares.patrolled <= 0.0 else patrols.usual(seen)
    if patrols is not None and hours > 0.0:
        table += shares.patrolled * (np.nan_to_num(patrols.rates / hours, nan=1.0) - 1.0)
        ever |= patrols.exact
    table = np.where((seen | ever)[:, None], np.maximum(table, _LEAST), 0.0)
    return Effort(
        table=table,
        known=coverage is not None or hours > 0.0,
        watched=ever,
        sources=patrols.sources if patrols is not None and hours > 0.0 else (),
    )


def _coverage(start: datetime, end: datetime, watched: Watched) -> Floats | None:
    """Coverage of the segments in each week (segments, weeks), the last one up to the end."""
    weeks = max(1, (end - start) // _WEEK)
    return watched([end - ago * _WEEK for ago in range(weeks, -1, -1)])
