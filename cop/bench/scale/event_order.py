"""Where the events of a sample lie along the curve by which files are sorted, and their sectors."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from cop.store.dataset.schema import EVENT_ORDER
from cop.store.warehouse import Warehouse

Integers = npt.NDArray[np.int64]
_MONTH: Final = "datetime64[M]"


@dataclass(frozen=True, kw_only=True)
class EventOrder:
    """The events of a sample in the order of a file, and how many each of its files has.

    Files are ordered as a serving copy has them, the newest month first. ``sector`` is a place in
    the sorted ``sectors``.
    """

    mx: Integers
    my: Integers
    sector: Integers
    sectors: tuple[str, ...]
    files: tuple[str, ...]
    months: npt.NDArray[Any]
    n: Integers

    @classmethod
    def read(cls, warehouse: Warehouse) -> Self:
        """Read it from the files of a warehouse."""
        catalogue, events = warehouse.snapshot.catalogue, warehouse.snapshot.rollup.events
        files = sorted(catalogue.event_files, key=catalogue.event_months.__getitem__, reverse=True)
        columns = warehouse.columns(
            f"SELECT mx, my, sector FROM read_parquet($files) {EVENT_ORDER}",  # noqa: S608 our own fragments, values are bound
            {"files": files},
        )
        sectors, sector = np.unique(columns["sector"].astype(str), return_inverse=True)
        return cls(
            mx=columns["mx"].astype(np.int64),
            my=columns["my"].astype(np.int64),
            sector=sector.astype(np.int64),
            sectors=tuple(map(str, sectors)),
            files=tuple(files),
            months=np.array([catalogue.event_months[file] for file in files], dtype=_MONTH),
            n=np.array([events[file] for file in files], dtype=np.int64),
        )

    def scale(self, events: int) -> Integers:
        """Return how many events each file has where there are so many in all."""
        ends = np.round(np.cumsum(self.n) * (events / self.n.sum())).astype(np.int64)
        return np.asarray(np.diff(ends, prepend=0))

    def overlaps(self, start: datetime | None, end: datetime | None) -> npt.NDArray[np.bool_]:
        """Return which files have a month that a window overlaps."""
        inside = np.ones(len(self.months), dtype=bool)
        if start is not None:
            inside &= (self.months + 1).astype("datetime64[us]") > np.datetime64(start)
        if end is not None:
            inside &= self.months.astype("datetime64[us]") < np.datetime64(end)
        return inside
