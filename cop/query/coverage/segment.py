"""How much of each segment sensors saw in a window, and how much is unknown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from cop.analysis.coverage.status import EARLIEST, to_microseconds
from cop.analysis.coverage.step import CoverageSteps
from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.coverage.place import build_segment_steps, read_pieces, read_sights
from cop.query.coverage.trial import try_steps
from cop.query.segment import read_segment_file
from cop.store.dataset.schema import OUTAGES, PLACEMENTS, SEGMENT_COVERAGE, SENSORS, VIEWSHEDS
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse

OPEN_DAYS = 30
"""How long a window without a beginning is for coverage."""
BASIS = (SENSORS, OUTAGES, PLACEMENTS, VIEWSHEDS, SEGMENT_COVERAGE)
"""The datasets that coverage follows from."""
_FILES_CACHED = 8

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Covered:
    """Shares of time and length, 0 to 1, of each place (n,).

    ``seen`` by a working sensor, ``unknown`` where heights or reports are missing; the rest is a
    gap. NaN where no sensors of those records are loaded, or the window is yet to come.
    """

    seen: Floats
    unknown: Floats

    @property
    def is_known(self) -> bool:
        """Whether anything is."""
        return bool(np.isfinite(self.seen).any())


def cover_segments(warehouse: Warehouse, snapshot: Snapshot, resolved: Filter) -> Covered:
    """Return the coverage of all segments, west to east, over a window up to now.

    It is that of the sensors of the same records: real segments are never called covered by
    synthetic sensors.
    """
    steps = read_steps(warehouse, snapshot, resolved)
    return cover(snapshot, resolved, steps, len(_segment_names(snapshot)))


def cover(
    snapshot: Snapshot, resolved: Filter, steps: CoverageSteps | None, places: int
) -> Covered:
    """Return the coverage of places by their steps; unknown where there are none."""
    span = window_of(snapshot, resolved)
    if steps is None or span is None or is_lacking(snapshot, resolved):
        return Covered(seen=np.full(places, np.nan), unknown=np.full(places, np.nan))
    hours = steps.integrate(np.array([microseconds_of(moment) for moment in span]))
    seen, unknown = (np.clip(h[:, 0] / hours.total, 0.0, 1.0) for h in (hours.seen, hours.unknown))
    return Covered(seen=seen, unknown=unknown)


def cover_periods(
    snapshot: Snapshot, resolved: Filter, steps: CoverageSteps | None, edges: Sequence[datetime]
) -> Floats | None:
    """Return the shares seen of places between rising moments (places, periods), 0 to 1.

    None where there are no steps, or records that coverage follows from are in quarantine.
    """
    window = TimeWindow(start=edges[0], end=edges[-1])
    if steps is None or is_lacking(snapshot, resolved.within(window)):
        return None
    hours = steps.integrate(np.array([microseconds_of(moment) for moment in edges]))
    return np.clip(hours.seen / hours.total, 0.0, 1.0)


def is_lacking(snapshot: Snapshot, resolved: Filter) -> bool:
    """Return whether records that coverage follows from are in quarantine."""
    return any(caveat.missing for caveat in snapshot.caveats(BASIS, resolved))


def window_of(snapshot: Snapshot, resolved: Filter) -> tuple[datetime, datetime] | None:
    """Return the window of coverage: up to now, 30 days where it has no start; None if empty."""
    end = min(resolved.window.end or snapshot.now, snapshot.now)
    start = resolved.window.start or end - timedelta(days=OPEN_DAYS)
    return (start, end) if start < end else None


def read_steps(
    warehouse: Warehouse, snapshot: Snapshot, resolved: Filter, *, tried: bool = True
) -> CoverageSteps | None:
    """Return the steps of all segments, west to east; None where no such sensors are loaded.

    The trials of the filter count only where they are ``tried``.
    """
    files = snapshot.catalogue.files
    if "segments" not in files:
        return None
    segments = files["segments"][0]
    if SEGMENT_COVERAGE in files:
        steps = _steps(files[SEGMENT_COVERAGE][0], segments, resolved.records == "synthetic")
    else:
        steps = build_segment_steps(warehouse, snapshot, resolved)
    if not (tried and resolved.trials):
        return steps
    base = read_sights(warehouse, snapshot, resolved, tried=False)
    after = read_sights(warehouse, snapshot, resolved)
    if steps is None or base is None:
        return None
    pieces = read_pieces(segments)
    return try_steps(steps, base, after or base, pieces)


def to_steps(table: pd.DataFrame, names: "npt.NDArray[np.object_]") -> CoverageSteps:
    """Return the steps in rows of segment coverage; ``names`` are the segments, west to east."""
    owner = pd.Index(names).get_indexer(pd.Index(table["segment_id"]))
    since = to_microseconds(table["since"], missing=EARLIEST)
    order = np.lexsort((since, owner))
    return CoverageSteps(
        places=len(names),
        owner=owner[order].astype(np.int64),
        since=since[order],
        seen=table["seen"].to_numpy(np.float64)[order],
        unknown=table["unknown"].to_numpy(np.float64)[order],
        sensors=table["sensors"].to_numpy(np.float64)[order],
    )


# A file's name is its sha256, so that what was read of it stays true.
@lru_cache(_FILES_CACHED)
def _steps(coverage_file: str, segments_file: str, synthetic: bool) -> CoverageSteps | None:
    table = pd.read_parquet(coverage_file)
    own = table[table["synthetic"] == synthetic]
    names = read_segment_file(segments_file)["segment_id"].astype(str).to_numpy()
    return None if own.empty else to_steps(own, names)


def _segment_names(snapshot: Snapshot) -> "pd.Series[str]":
    (path,) = snapshot.catalogue.files_of("segments")
    return read_segment_file(path)["segment_id"]


def microseconds_of(moment: datetime) -> int:
    """Return a naive UTC moment as microseconds since 1970."""
    return (moment - datetime(1970, 1, 1)) // timedelta(microseconds=1)
