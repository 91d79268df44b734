"""How finely events are counted: the columns that their counts keep, each an expression of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cop.store.engine import quote

Columns = Mapping[str, tuple[str, str]]
"""Each a type and an expression over the columns of an event."""

CELL_BITS: Final = 20
"""Of the finest cells that are counted: a tile of zoom 12, 10 km * cos(lat) wide."""
_FIGURES: Final[Columns] = {"n": ("BIGINT", "count(*)"), "count": ("BIGINT", "sum(count)")}
_REACH: Final[Columns] = {
    "oldest": ("TIMESTAMP", "min(occurred_at)"),
    "newest": ("TIMESTAMP", "max(occurred_at)"),
}
_DAY: Final[Columns] = {"day": ("TIMESTAMP", "date_trunc('day', occurred_at)")}
_OF_DAY: Final = "date_trunc('month', day)"


def _dimensions(*names: str) -> Columns:
    kinds = {"synthetic": "BOOLEAN"}
    return {name: (kinds.get(name, "VARCHAR"), name) for name in names}


def _cell(bits: int) -> Columns:
    return {name: ("UINTEGER", f"({name} >> {bits}) << {bits}") for name in ("mx", "my")}


@dataclass(frozen=True, kw_only=True)
class Grain:
    """A table of counts: ``n`` events and the sum of their ``count``, by the other columns.

    ``month`` is the month of a row, as SQL. With ``bits``, mx and my are the north-west corner of
    a cell that is 2^bits Web Mercator integers wide, so that both lie in the same tile. A grain
    ``of`` another one sums its rows.
    """

    table: str
    columns: Columns
    month: str = "month"
    bits: int | None = None
    of: "Grain | None" = None

    @property
    def tells_small_cells(self) -> bool:
        """Whether it keeps what the small cells of a release are made of."""
        return {"sector", "county", "kind", "synthetic"} <= {*self.columns}

    @property
    def order(self) -> tuple[str, ...]:
        """How its rows lie: by place where they have one, else by day."""
        first = "mx" if self.bits is not None else "day"
        return (first, *(name for name in ("my", "day") if name in self.columns and name != first))

    def create_sql(self, schema: str = "", *, is_new: bool = False) -> str:
        """Return SQL that makes the empty table; ``part`` tells files apart.

        One that ``is_new`` takes the place of any other, else one that is there stays.
        """
        begin = "CREATE OR REPLACE TABLE" if is_new else "CREATE TABLE IF NOT EXISTS"
        columns = ", ".join(f"{quote(name)} {kind}" for name, (kind, _) in self.columns.items())
        return f"{begin} {schema}{quote(self.table)} (part INTEGER, {columns})"

    def count_sql(self, events: str, *key: str) -> str:
        """Return SQL that counts a relation of events, also by the columns of ``key``."""
        counted = (f"({sql})::{kind} AS {quote(n)}" for n, (kind, sql) in self.columns.items())
        return f"SELECT {', '.join((*key, *counted))} FROM {events} GROUP BY ALL"

    def sum_sql(self, counts: str) -> str:
        """Return SQL that sums the rows of a finer grain, part by part."""
        own = ", ".join(quote(name) for name in self.columns if name not in _FIGURES)
        sums = ", ".join(f"sum({quote(name)})::BIGINT AS {quote(name)}" for name in _FIGURES)
        return f"SELECT part, {own}, {sums} FROM {counts} GROUP BY ALL"


DAYS: Final = Grain(
    table="rollup_days",
    columns={
        **_DAY,
        **_dimensions("sector", "county", "kind", "source", "unit", "marking", "synthetic"),
        **_FIGURES,
        **_REACH,
    },
    month=_OF_DAY,
)
SECTOR_DAYS: Final = Grain(
    table="rollup_sector_days",
    columns={
        **_DAY,
        **_dimensions("sector", "kind", "source", "unit", "marking", "synthetic"),
        **_FIGURES,
    },
    month=_OF_DAY,
    of=DAYS,
)
"""A third of the rows of DAYS, for what asks of no county."""
CELLS: Final = Grain(
    table="rollup_cells",
    columns={
        **_cell(CELL_BITS),
        "month": ("TIMESTAMP", "date_trunc('month', occurred_at)"),
        **_dimensions("sector", "county", "kind", "source", "unit", "marking", "synthetic"),
        **_FIGURES,
    },
    bits=CELL_BITS,
)
TOTALS: Final = Grain(
    table="rollup_totals",
    columns={**_dimensions("source", "marking"), **_FIGURES, **_REACH},
)
SEGMENT_DAYS: Final = Grain(
    table="segment_days",
    columns={
        **_DAY,
        **_dimensions("segment_id", "sector", "county", "source", "unit", "marking", "synthetic"),
        **_FIGURES,
    },
    month=_OF_DAY,
)


def _cell_days(z: int) -> Grain:
    bits = 32 - z
    return Grain(
        table=f"cell_days_{z}",
        columns={
            **_DAY,
            **_cell(bits),
            **_dimensions("sector", "county", "kind", "source", "unit", "marking", "synthetic"),
            **_FIGURES,
        },
        month=_OF_DAY,
        bits=bits,
    )


CELL_DAYS_8: Final = _cell_days(8)
CELL_DAYS_12: Final = _cell_days(12)

IN_MEMORY: Final = (DAYS, SECTOR_DAYS, CELLS, TOTALS)
"""Counted by every reader of a warehouse."""
IN_COPY: Final = (SEGMENT_DAYS, CELL_DAYS_8, CELL_DAYS_12)
"""Larger ones, beside the events of a serving copy."""
