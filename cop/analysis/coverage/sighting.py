"""Which pieces of places are seen from where, and how likely, whatever the time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cop.analysis.coverage.piece import Pieces
from cop.analysis.sight.footprint import PERCENT, UNKNOWN, SightPicture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bytes = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True, eq=False)
class Sighting:
    """Pairs of a piece and a placement that sees it, or may see it (pairs,), by rising piece.

    ``chance`` is that of detection, 0 to 1; NaN where it is unknown for lack of heights.
    """

    pieces: Pieces
    placements: int
    piece: "Ints"
    placement: "Ints"
    chance: "Floats"

    def places_of(self, placements: "Ints") -> "Ints":
        """Return the rows of the places that any of some placements sees or may see."""
        own = np.isin(self.placement, placements)
        return np.unique(self.pieces.owner[self.piece[own]])


def look_up(pieces: Pieces, footprint: SightPicture) -> tuple["Ints", "Bytes"]:
    """Return which pieces a placement sees or may see, rising, and the percent of each."""
    return footprint.look_up(*project_to_world(pieces.points))


def join_sightings(pieces: Pieces, found: Sequence[tuple["Ints", "Bytes"]]) -> Sighting:
    """Join what ``look_up`` gave of each placement."""
    none = np.zeros(0, np.int64)
    counts = [len(piece) for piece, _ in found]
    piece = np.concatenate([none, *(piece for piece, _ in found)])
    percent = np.concatenate([np.zeros(0, np.uint8), *(percent for _, percent in found)])
    placement = np.repeat(np.arange(len(found)), counts)
    order = np.argsort(piece, kind="stable")
    return Sighting(
        pieces=pieces,
        placements=len(found),
        piece=piece[order],
        placement=placement[order],
        chance=np.where(percent == UNKNOWN, np.nan, percent / PERCENT)[order],
    )


def build_sighting(pieces: Pieces, footprints: Sequence[SightPicture]) -> Sighting:
    """Look up the middle of every piece in the footprint of every placement."""
    return join_sightings(pieces, [look_up(pieces, footprint) for footprint in footprints])


def project_to_world(points: "Floats") -> tuple["Floats", "Floats"]:
    """Return shares of the Web Mercator world from the west and the north of (n, 2) lon/lat."""
    sine = np.sin(np.radians(points[:, 1]))
    x = (points[:, 0] + 180.0) / 360.0
    y = 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * math.pi)
    return x, y
