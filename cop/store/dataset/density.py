"""How densely events lie: a guess of how many of a filter lie in a box, from counted cells."""

import threading
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from cachetools import LRUCache

from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.store.catalogue.grain import CELL_BITS, CELLS
from cop.store.catalogue.version import CatalogueVersion
from cop.store.dataset.rollup import Rollup
from cop.store.dataset.selection import Box, Selection, build_conditions, share_months

_CACHED_BYTES: Final = 32_000_000
_READ_AT_ONCE: Final = 120
"""Files whose counts lie in the cache together: ten years of months, of 160 KB each."""


@dataclass(frozen=True, kw_only=True)
class _CellCounts:
    """The events of a file that pass a filter, whatever their time: n by cell (x, y)."""

    x: npt.NDArray[np.uint32]
    y: npt.NDArray[np.uint32]
    n: npt.NDArray[np.float64]

    def count(self, cells: Box) -> float:
        """Return how many lie in a box of cells, both ends inclusive."""
        x_low, y_low, x_high, y_high = cells
        inside = (self.x >= x_low) & (self.x <= x_high) & (self.y >= y_low) & (self.y <= y_high)
        return float(self.n[inside].sum())

    @property
    def nbytes(self) -> int:
        return self.x.nbytes + self.y.nbytes + self.n.nbytes + 200


class Densities:
    """The densities of one engine, by file and filter; those that were asked of last are kept."""

    def __init__(self, read: Callable[[str, dict[str, Any]], dict[str, npt.NDArray[Any]]]) -> None:
        """Read counts by ``read``, which takes SQL and values and returns columns."""
        self._read = read
        self._months: LRUCache[Hashable, _CellCounts] = LRUCache(
            _CACHED_BYTES, getsizeof=lambda month: month.nbytes
        )
        self._lock = threading.Lock()

    def guess(
        self, catalogue: CatalogueVersion, rollup: Rollup, requested: Filter, box: Box
    ) -> float:
        """Guess how many events a resolved filter finds in a box.

        Exact for whole cells and months; otherwise events are taken to be spread evenly. Those
        outside of the filter's area count too.
        """
        shares = share_months(catalogue, requested.window)
        months = self._find(rollup, requested, shares)
        x_low, y_low, x_high, y_high = cells = _cells_of(box)
        n = sum(months[file].count(cells) * share for file, share in shares.items())
        side = 1 << CELL_BITS
        around = (x_high - x_low + 1) * (y_high - y_low + 1) * side * side
        return n * (box[2] - box[0] + 1) * (box[3] - box[1] + 1) / around

    def _find(
        self, rollup: Rollup, requested: Filter, files: Iterable[str]
    ) -> dict[str, _CellCounts]:
        plain = replace(requested, window=TimeWindow(), area=None, ahead=None, trials=())
        keys = {
            file: (part, rollup.admission, rollup.small, plain)
            for file, part in rollup.parts.items()
        }
        files = [*files]
        with self._lock:
            found = {file: self._months[keys[file]] for file in files if keys[file] in self._months}
            if len(found) == len(files):
                return found
            # Who asks for all kinds and places asks for other months next: one read is of all.
            is_usual = plain == Filter(records=plain.records) and len(keys) <= _READ_AT_ONCE
            wanted = keys if is_usual else files
            missing = [file for file in wanted if keys[file] not in self._months]
        read = self._count(rollup, plain, missing)
        with self._lock:
            for file, month in read.items():
                self._months[keys[file]] = month
        return found | read

    def _count(self, rollup: Rollup, plain: Filter, files: list[str]) -> dict[str, _CellCounts]:
        conditions, values = build_conditions(plain, time_column="")
        cells = Selection(source=rollup.select(CELLS, files), where=conditions, values=values)
        columns = self._read(
            f"SELECT part, mx >> {CELL_BITS} AS x, my >> {CELL_BITS} AS y, sum(n)::DOUBLE AS n "
            f"FROM {cells.source} WHERE {cells.where} GROUP BY ALL",
            cells.values,
        )
        part = columns["part"]
        own = {file: part == rollup.parts[file] for file in files}
        return {
            file: _CellCounts(x=columns["x"][rows], y=columns["y"][rows], n=columns["n"][rows])
            for file, rows in own.items()
        }


def _cells_of(box: Box) -> Box:
    x_low, y_low, x_high, y_high = (edge >> CELL_BITS for edge in box)
    return x_low, y_low, x_high, y_high
