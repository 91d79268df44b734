"""Cells of a plane: what one of them counts is spread over the cells around it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Singles = NDArray[np.float32]
    Mask = NDArray[np.bool_]

REACHES: Final = (0.0, 0.5, 1.0, 2.0)
"""Standard deviations in cells: the cell alone, its sides, the cells around it, and further."""
TRUNCATE: Final = 3.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Plane:
    """The true cells of ``mask`` (rows, columns), row by row: few of a wide grid, as along a line.

    Spreading costs what its cells do, not what the grid around them does.
    """

    mask: "Mask"
    reaches: ClassVar[tuple[float, ...]] = REACHES
    _spreads: dict[float, csr_array] = field(default_factory=dict, init=False, repr=False)

    @property
    def places(self) -> int:
        """How many cells there are."""
        return int(self.mask.sum())

    def blur(self, table: "Singles", reach: float) -> "Singles":
        """Spread (periods, cells) by a Gaussian of ``reach`` cells, cut at three of them.

        What falls beyond the cells is lost, as it is of what is spread beside it to divide by.
        """
        if reach not in self._spreads:
            self._spreads[reach] = self._spread(reach)
        blurred: Singles = np.ascontiguousarray((self._spreads[reach] @ table.T).T)
        return blurred

    def _spread(self, reach: float) -> csr_array:
        """Weights (cells, cells), those of scipy's Gaussian filter along both axes."""
        radius = int(TRUNCATE * reach + 0.5)
        step = np.arange(-radius, radius + 1)
        weight = np.exp(-0.5 * (step / reach) ** 2)
        weight /= weight.sum()
        numbers = np.full(np.array(self.mask.shape) + 2 * radius, -1, dtype=np.int64)
        inner = tuple(slice(radius, radius + side) for side in self.mask.shape)
        numbers[inner][self.mask] = np.arange(self.places)
        row, column = np.nonzero(self.mask)
        near = numbers[
            (row + radius)[:, None, None] + step[:, None],
            (column + radius)[:, None, None] + step,
        ].reshape(self.places, -1)
        cell, nth = np.nonzero(near >= 0)
        weights = np.outer(weight, weight).ravel()[nth].astype(np.float32)
        return csr_array((weights, (cell, near[cell, nth])), shape=(self.places, self.places))
