"""What the sensors of some files see: their placements, footprints and states."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from cop.analysis.coverage.status import StatusSteps, build_status
from cop.analysis.sight.footprint import SightPicture
from cop.query.coverage.placement import footprint_of
from cop.store.dataset.schema import OUTAGE_COLUMNS

_FILES_CACHED = 4

SeenPieces = tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]
"""The pieces of segments that are or may be seen from a place, and the percent of each."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Sights:
    """Placements of sensors (rows); the footprint of each, and what it sees of segments.

    ``outages`` are the times when sensors were not up, ``status`` when the placements worked.
    """

    placements: pd.DataFrame
    footprints: tuple[SightPicture, ...]
    seen: tuple[SeenPieces, ...]
    outages: pd.DataFrame
    status: StatusSteps

    @property
    def is_empty(self) -> bool:
        """Whether there are no sensors."""
        return len(self.placements) == 0


def build_sights(
    placements: pd.DataFrame,
    footprints: tuple[SightPicture, ...],
    seen: tuple[SeenPieces, ...],
    outages: pd.DataFrame,
) -> Sights:
    """Return sights with the states of their placements."""
    return Sights(
        placements=placements,
        footprints=footprints,
        seen=seen,
        outages=outages,
        status=build_status(placements, outages),
    )


# A file's name is its sha256, so that what was read of it stays true.
@lru_cache(_FILES_CACHED)
def load_sights(
    placement_file: str, viewshed_file: str, outage_file: str | None, *, synthetic: bool
) -> Sights:
    """Load the sights of the real or of the synthetic sensors."""
    table = pd.read_parquet(placement_file).drop(columns="geometry")
    own = table[table["synthetic"] == synthetic].reset_index(drop=True)
    footprints, seen = _viewsheds(viewshed_file)
    keys = own["sight_key"].astype(str).tolist()
    return build_sights(
        own,
        tuple(footprints[key] for key in keys),
        tuple(seen[key] for key in keys),
        _outages(outage_file),
    )


@lru_cache(_FILES_CACHED)
def _viewsheds(file: str) -> tuple[dict[str, SightPicture], dict[str, SeenPieces]]:
    footprints, seen = {}, {}
    for row in pd.read_parquet(file).to_dict("records"):
        footprints[row["sight_key"]] = footprint_of(row)
        pieces, percent = (np.asarray(row[name]) for name in ("pieces", "chances"))
        seen[row["sight_key"]] = (pieces.astype(np.int64), percent.astype(np.uint8))
    return footprints, seen


def _outages(file: str | None) -> pd.DataFrame:
    if file is not None:
        return pd.read_parquet(file)
    empty = pd.DataFrame(columns=list(OUTAGE_COLUMNS))
    return empty.astype({"down_at": "datetime64[us]", "up_at": "datetime64[us]"})
