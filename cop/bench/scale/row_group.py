"""The row groups that files of so many events would have, with their bounds, without the files."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cop.bench.case import Box
from cop.bench.scale.event_order import EventOrder, Integers
from cop.model.filter import Filter

_Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class RowGroupIndex:
    """The bounds of row groups: of file, place and sector, both ends inclusive, and their rows."""

    order: EventOrder
    file: tuple[Integers, Integers]
    mx: tuple[Integers, Integers]
    my: tuple[Integers, Integers]
    sector: tuple[Integers, Integers]
    rows: Integers

    def find(self, files: Collection[str], requested: Filter, box: Box | None) -> _Mask:
        """Return which row groups can hold events of files in a box that pass a filter.

        Time tells months apart and nothing within one, as files are sorted by place.
        """
        window = requested.window
        read = np.array([file in files for file in self.order.files])
        found = self._has_any(self.file, read & self.order.overlaps(window.start, window.end))
        if requested.sectors:
            asked = np.isin(self.order.sectors, requested.sectors)
            found &= self._has_any(self.sector, asked)
        if box is not None:
            x_low, y_low, x_high, y_high = box
            found &= _overlaps(self.mx, x_low, x_high) & _overlaps(self.my, y_low, y_high)
        return found

    def among(self, files: Collection[str]) -> int:
        """Return how many row groups have rows of files: as many bounds are looked through."""
        read = np.array([file in files for file in self.order.files])
        return int(self._has_any(self.file, read).sum())

    @staticmethod
    def _has_any(bounds: tuple[Integers, Integers], chosen: npt.NDArray[Any]) -> _Mask:
        """Return where any of the chosen numbers lies between both bounds."""
        before = np.concatenate([[0], np.cumsum(chosen)])
        low, high = bounds
        return np.asarray(before[high + 1] > before[low])


def build_row_groups(
    order: EventOrder, events: int, *, group_rows: int, across_files: bool = False
) -> RowGroupIndex:
    """Return the row groups of so many events that are spread as those of a sample.

    ``across_files`` fills a group with rows of the next file, as a serving copy does.
    """
    sizes = order.scale(events)
    ends = np.cumsum(sizes)
    if across_files:
        begin = np.unique(np.concatenate([ends - sizes, np.arange(0, events, group_rows)]))
        begin = begin[begin < events]
        file = np.searchsorted(ends, begin, side="right")
        group = begin // group_rows
        begin = begin - (ends - sizes)[file]
    else:
        groups = -(-sizes // group_rows)
        file = np.repeat(np.arange(len(sizes)), groups)
        group = np.arange(len(file))
        begin = (group - np.repeat(np.cumsum(groups) - groups, groups)) * group_rows
    end = np.append(begin[1:], sizes[-1])
    end = np.where(np.append(file[1:] != file[:-1], True), sizes[file], end)
    first = np.flatnonzero(np.diff(group, prepend=-1))
    n = len(order.mx)
    low, high = begin * n // sizes[file], -(-end * n // sizes[file])
    pieces = low, np.maximum(high, low + 1)

    def bound(values: Integers) -> tuple[Integers, Integers]:
        least, most = (_reduce(by, values, pieces) for by in (np.minimum, np.maximum))
        return np.minimum.reduceat(least, first), np.maximum.reduceat(most, first)

    return RowGroupIndex(
        order=order,
        file=(np.minimum.reduceat(file, first), np.maximum.reduceat(file, first)),
        mx=bound(order.mx),
        my=bound(order.my),
        sector=bound(order.sector),
        rows=np.add.reduceat(end - begin, first),
    )


def _reduce(by: np.ufunc, values: Integers, pieces: tuple[Integers, Integers]) -> Integers:
    """Return the least or greatest of the values from each ``low`` up to before each ``high``."""
    # A further value lets the last piece end behind all values.
    edges = np.stack(pieces, axis=1).ravel()
    reduced: Integers = by.reduceat(np.append(values, values[-1]), edges)[::2]
    return reduced


def _overlaps(bounds: tuple[Integers, Integers], low: int, high: int) -> _Mask:
    return (bounds[0] <= high) & (bounds[1] >= low)
