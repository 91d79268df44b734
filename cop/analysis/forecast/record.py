"""Records of events by cell and period, each with the period in which it became known."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from cop.errors import FilterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Records:
    """Events as arrays (events,): period of occurrence, period of the report, cell.

    ``occurred`` lies within 0 and periods - 1, ``known`` is at least ``occurred`` and may lie after
    the last period; ``cell`` is a row of the study area. What is known at period t was reported in
    a period before t. A row counts for ``n`` events (one each without it).
    """

    occurred: "Ints"
    known: "Ints"
    cell: "Ints"
    periods: int
    cells: int
    n: "Floats | None" = None

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit each other."""
        fits = (self.occurred >= 0) & (self.occurred < self.periods)
        fits &= (self.known >= self.occurred) & (self.cell >= 0) & (self.cell < self.cells)
        if not fits.all():
            row = int(np.flatnonzero(~fits)[0])
            message = (
                f"event {row}: period {self.occurred[row]}, known at {self.known[row]}, cell "
                f"{self.cell[row]}: periods 0 to {self.periods - 1} and cells 0 to "
                f"{self.cells - 1} are counted, and nothing is known before it happens"
            )
            raise FilterError(message)

    @cached_property
    def weight(self) -> "Floats":
        """How many events each row counts for."""
        return np.ones(len(self.occurred)) if self.n is None else self.n

    @cached_property
    def truth(self) -> "Floats":
        """Events of each period and cell (periods, cells), whenever they became known."""
        place = self.occurred * self.cells + self.cell
        return self._table(place, self.weight)

    @cached_property
    def delays(self) -> "Floats":
        """Events of each period by how many periods later they became known (periods, periods).

        Those that became known after the last period are left out.
        """
        known = self.known < self.periods
        place = (self.occurred * self.periods + self.known - self.occurred)[known]
        size = self.periods * self.periods
        table = np.bincount(place, weights=self.weight[known], minlength=size).astype(np.float64)
        return table.reshape(self.periods, self.periods)

    def counts(self, *, known_at: int) -> "Floats":
        """Events of the periods before ``known_at`` and cells, from what was known then."""
        selected = self.known < known_at
        place = (self.occurred * self.cells + self.cell)[selected]
        return self._table(place, self.weight[selected])[:known_at]

    def total(self, oldest: int, end: int, *, known_at: int) -> "Floats":
        """Events of each cell (cells,) in the periods oldest to end - 1, as known then."""
        selected = (self.occurred >= oldest) & (self.occurred < end) & (self.known < known_at)
        found = np.bincount(self.cell[selected], self.weight[selected], minlength=self.cells)
        return found.astype(np.float64)

    def decayed(self, decay: float) -> "Floats":
        """Events by the period of their report (periods, cells), aged by what the report took.

        A record weighs exp(-delay / decay): summed over reports with the same decay since, it
        weighs what its age since it happened asks for.
        """
        selected = self.known < self.periods
        delay = (self.known - self.occurred)[selected]
        place = (self.known * self.cells + self.cell)[selected]
        return self._table(place, self.weight[selected] * np.exp(-delay / decay))

    def _table(self, place: "Ints", weight: "Floats") -> "Floats":
        size = self.periods * self.cells
        table: Floats = np.bincount(place, weights=weight, minlength=size).astype(np.float64)
        return table.reshape(-1, self.cells)


@dataclass(frozen=True, kw_only=True, eq=False)
class Counts:
    """Events of each period and cell (periods, cells), all as known at one moment."""

    table: "Floats"

    @property
    def periods(self) -> int:
        """How many periods are counted."""
        return len(self.table)

    @property
    def cells(self) -> int:
        """How many cells are counted."""
        return int(self.table.shape[1])

    def decayed(self, _decay: float) -> "Floats":
        """The counts: known in their own period, they age from there on."""
        return self.table
