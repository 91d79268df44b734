"""How much of each segment is seen, from when to when: steps that follow viewsheds and states."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from cop.analysis.coverage.piece import cut_segments
from cop.analysis.coverage.sighting import Sighting, join_sightings
from cop.analysis.coverage.status import EARLIEST, StatusSteps, build_status
from cop.analysis.coverage.step import CoverageSteps, build_steps
from cop.errors import DamageError
from cop.query.coverage.segment import to_steps
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.schema import (
    BASIS_COLUMNS,
    OUTAGE_COLUMNS,
    OUTAGES,
    PLACEMENTS,
    SEGMENT_COVERAGE,
    SEGMENT_COVERAGE_COLUMNS,
    VIEWSHEDS,
)

if TYPE_CHECKING:
    import numpy.typing as npt

_PLACED = ("sensor_id", "synthetic", "valid_from", "valid_to", "sight_key")
_SEEN = ("sight_key", "pieces", "chances")


def is_intact(transaction: WriteTransaction) -> bool:
    """Return whether the places and viewsheds that steps follow from are there, undamaged.

    Places of an earlier build, which do not say what they rest on, are not.
    """
    try:
        placed, seen = (transaction.intact(name) for name in (PLACEMENTS, VIEWSHEDS))
    except DamageError:
        return False
    if placed is None or seen is None:
        return False
    return {*BASIS_COLUMNS} <= {*pq.read_schema(placed).names}


def rebuild_segment_coverage(
    transaction: WriteTransaction, sensors: Iterable[str] | None = None
) -> None:
    """Build the steps of all segments, or of those that some sensors see whose states changed.

    Real segments are never called covered by synthetic sensors: each have steps of their own.
    """
    if not (transaction.has("segments") and transaction.has(PLACEMENTS)):
        transaction.drop(SEGMENT_COVERAGE)
        return
    segments = transaction.read("segments").sort_values("km_from", ignore_index=True)
    pieces = cut_segments(segments)
    names = segments["segment_id"].astype(str).to_numpy()
    placements = _read_sights(transaction)
    outages = _read_outages(transaction)
    stored = None if sensors is None else _read_stored(transaction, names)
    changed = None if sensors is None else {*sensors}
    parts = []
    for synthetic, own in placements.groupby("synthetic"):
        rows = own.reset_index(drop=True)
        found = [(np.asarray(row.pieces), np.asarray(row.chances)) for row in rows.itertuples()]
        sighting, status = join_sightings(pieces, found), build_status(rows, outages)
        before = None if stored is None else stored.get(bool(synthetic))
        touched = np.flatnonzero(rows["sensor_id"].isin(changed or ()))
        steps = _follow(sighting, status, before, touched)
        parts.append(_tabulate(steps, names, synthetic=bool(synthetic)))
    joined = pd.concat(parts, ignore_index=True)
    transaction.replace(SEGMENT_COVERAGE, joined, SEGMENT_COVERAGE_COLUMNS)


def _follow(
    sighting: Sighting,
    status: StatusSteps,
    before: CoverageSteps | None,
    touched: "npt.NDArray[np.int64]",
) -> CoverageSteps:
    """Return the steps: those before, but of the places that the touched placements may see."""
    if before is None:
        return build_steps(sighting, status)
    places = sighting.places_of(touched)
    return before.with_places(build_steps(sighting, status, places=places), places)


def _read_sights(transaction: WriteTransaction) -> pd.DataFrame:
    """Read the placements with the pieces that are seen from each."""
    placed = pd.read_parquet(str(transaction.intact(PLACEMENTS)), columns=list(_PLACED))
    seen = pd.read_parquet(str(transaction.intact(VIEWSHEDS)), columns=list(_SEEN))
    return placed.merge(seen, on="sight_key", how="left", validate="many_to_one")


def _read_outages(transaction: WriteTransaction) -> pd.DataFrame:
    if transaction.has(OUTAGES):
        return transaction.read(OUTAGES)
    empty = pd.DataFrame(columns=list(OUTAGE_COLUMNS))
    return empty.astype({"down_at": "datetime64[us]", "up_at": "datetime64[us]"})


def _read_stored(
    transaction: WriteTransaction, names: "npt.NDArray[np.object_]"
) -> dict[bool, CoverageSteps]:
    """Return the steps that are there, of synthetic and of real sensors; none if damaged."""
    if not transaction.has(SEGMENT_COVERAGE):
        return {}
    try:
        table = transaction.read(SEGMENT_COVERAGE)
    except DamageError:
        return {}
    return {bool(synthetic): to_steps(own, names) for synthetic, own in table.groupby("synthetic")}


def _tabulate(
    steps: CoverageSteps, names: "npt.NDArray[np.object_]", *, synthetic: bool
) -> pd.DataFrame:
    since = steps.since.astype("datetime64[us]")
    since[steps.since == EARLIEST] = np.datetime64("NaT")
    return pd.DataFrame(
        {
            "segment_id": names[steps.owner],
            "synthetic": synthetic,
            "since": since,
            "seen": steps.seen,
            "unknown": steps.unknown,
            "sensors": steps.sensors.astype(np.int16),
        }
    )
