"""Segments along a line: what one of them counts is spread by distance along it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np
from scipy.sparse import csr_array

from cop.errors import FilterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Singles = NDArray[np.float32]

REACHES_KM: Final = (0.0, 5.0, 15.0, 40.0)
"""Standard deviations in km along a line: the segment alone, its neighbors, the stretch."""
_TRUNCATE: Final = 3.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Line:
    """Segments at ``positions_km`` (segments,): the kilometer of the middle of each."""

    positions_km: "Floats"
    reaches: ClassVar[tuple[float, ...]] = REACHES_KM
    _spreads: dict[float, csr_array] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse positions that are no numbers."""
        wrong = np.flatnonzero(~np.isfinite(self.positions_km))
        if len(wrong):
            row = int(wrong[0])
            message = f"segment row {row} lies at km {self.positions_km[row]}: give its kilometer"
            raise FilterError(message)

    @property
    def places(self) -> int:
        """How many segments there are."""
        return len(self.positions_km)

    def blur(self, table: "Singles", reach: float) -> "Singles":
        """Spread (periods, segments) by a Gaussian of ``reach`` km, cut at three of them.

        The weights of a segment's own counts add up to one over the line, so the total stays.
        """
        if reach not in self._spreads:
            self._spreads[reach] = self._spread(reach)
        blurred: Singles = np.ascontiguousarray((self._spreads[reach] @ table.T).T)
        return blurred

    def _spread(self, reach: float) -> csr_array:
        """Weights (segments, segments): a column is where the counts of a segment go."""
        order = np.argsort(self.positions_km, kind="stable")
        place = self.positions_km[order]
        first = np.searchsorted(place, place - _TRUNCATE * reach, side="left")
        last = np.searchsorted(place, place + _TRUNCATE * reach, side="right")
        near = last - first
        rows = np.repeat(np.arange(len(place)), near)
        columns = np.arange(len(rows)) - np.repeat(np.cumsum(near) - near, near)
        columns = columns + np.repeat(first, near)
        weight = np.exp(-0.5 * ((place[rows] - place[columns]) / reach) ** 2)
        weight /= np.repeat(np.add.reduceat(weight, np.cumsum(near) - near), near)
        return csr_array(
            (weight.astype(np.float32), (order[columns], order[rows])),
            shape=(len(place), len(place)),
        )
