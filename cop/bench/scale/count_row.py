"""How many rows a table of counts has where there are many more events than in a sample."""

from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from cop.bench.case import Box
from cop.store.catalogue.grain import Grain
from cop.store.engine import quote
from cop.store.warehouse import Warehouse

_DAYS_A_MONTH: Final = 30.44
_OF_TIME: Final = {"day", "month"}
_FIGURES: Final = {"n", "count", "oldest", "newest"}


@dataclass(frozen=True, kw_only=True)
class CountRows:
    """The groups of a table of counts whatever their time, and the share of events in each.

    ``mx`` are their cells where the table has any; ``times`` are how many days, or months, a file
    has.
    """

    columns: tuple[str, ...]
    share: npt.NDArray[np.float64]
    mx: npt.NDArray[Any]
    bits: int
    times: float

    @classmethod
    def read(cls, warehouse: Warehouse, grain: Grain, counts: str) -> Self:
        """Read the groups of a table from ``counts``, which is SQL to read FROM."""
        names = [name for name in grain.columns if name not in _OF_TIME | _FIGURES]
        cell = "mx" if "mx" in names else "0"
        columns = warehouse.columns(
            f"SELECT {cell} AS mx, sum(n)::DOUBLE AS n FROM {counts} "  # noqa: S608 our own fragments, values are bound
            f"GROUP BY {', '.join(map(quote, names))}"
        )
        return cls(
            columns=(*grain.columns,),
            share=columns["n"] / columns["n"].sum(),
            mx=columns["mx"].astype(np.int64),
            bits=grain.bits or 0,
            times=_DAYS_A_MONTH if "day" in grain.columns else 1.0,
        )

    def expect(self, events: int, box: Box | None = None) -> int:
        """Return how many rows a file of a month has of so many events.

        A group has a row of a day unless none of its events is of that day. With a box, only those
        of its columns of cells, as rows are sorted by mx.
        """
        share = self.share
        if self.bits and box is not None:
            inside = (self.mx >> self.bits >= box[0] >> self.bits) & (self.mx <= box[2])
            share = share[inside]
        return round(float(self.times * -np.expm1(-share * events / self.times).sum()))
