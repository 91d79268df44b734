"""Rollups of events, by day, by square cell and in all: each file of a month is counted once."""

import threading
import weakref
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace

from cop.store.catalogue import small_cell
from cop.store.catalogue.version import CatalogueVersion
from cop.store.dataset.schema import EVENTS
from cop.store.engine import Cursor, quote

CELL_BITS = 20
"""A rollup's cell is 2^20 Web Mercator integers wide: a tile of zoom 12, 10 km * cos(lat)."""

_DIMENSIONS = {
    **{
        name: ("VARCHAR", name)
        for name in ("sector", "county", "kind", "source", "unit", "marking")
    },
    "synthetic": ("BOOLEAN", "synthetic"),
}
_FIGURES = {"n": ("BIGINT", "count(*)"), "count": ("BIGINT", "sum(count)")}


@dataclass(frozen=True, kw_only=True)
class Grain:
    """How finely events are counted: a table, its columns, each a type and an expression.

    ``month`` is the month of a row, as SQL.
    """

    table: str
    columns: Mapping[str, tuple[str, str]]
    month: str = "month"


DAYS = Grain(
    table="rollup_days",
    columns={
        "day": ("TIMESTAMP", "date_trunc('day', occurred_at)"),
        **_DIMENSIONS,
        **_FIGURES,
        "oldest": ("TIMESTAMP", "min(occurred_at)"),
        "newest": ("TIMESTAMP", "max(occurred_at)"),
    },
    month="date_trunc('month', day)",
)
CELLS = Grain(
    table="rollup_cells",
    columns={
        "mx": ("UINTEGER", f"(mx >> {CELL_BITS}) << {CELL_BITS}"),
        "my": ("UINTEGER", f"(my >> {CELL_BITS}) << {CELL_BITS}"),
        "month": ("TIMESTAMP", "date_trunc('month', occurred_at)"),
        **_DIMENSIONS,
        **_FIGURES,
    },
)
"""``mx`` and ``my`` are a cell's north-west corner, so that both lie in the same tile."""
TOTALS = Grain(
    table="rollup_totals",
    columns={
        "source": ("VARCHAR", "source"),
        "marking": ("VARCHAR", "marking"),
        **_FIGURES,
        "oldest": ("TIMESTAMP", "min(occurred_at)"),
        "newest": ("TIMESTAMP", "max(occurred_at)"),
    },
)
_GRAINS = (DAYS, CELLS, TOTALS)
_SUM_DAYS = (
    "SELECT part, source, marking, sum(n)::BIGINT AS n, sum(count)::BIGINT AS count, "
    "min(oldest) AS oldest, max(newest) AS newest"
)
_ADMITTED = "rollup_admitted"
Group = tuple[str, str]
"""A source, and a marking of records of it."""


@dataclass(frozen=True, eq=False)
class Rollup:
    """The events of one version, counted: its part of each table; it goes with its readers.

    ``admission`` numbers the groups that a viewer may count; None is everything. ``small`` numbers
    the list of cells that are left out.
    """

    parts: Mapping[str, int] = field(repr=False)
    admission: int | None = None
    small: int | None = None

    def select(self, grain: Grain, files: Iterable[str] | None = None) -> str:
        """Return the rows of some files, or of all of the version, as SQL to read FROM."""
        numbers = self.parts.values() if files is None else [self.parts[file] for file in files]
        listed = ", ".join(map(str, sorted(numbers))) or "NULL"
        rows = f"FROM {quote(grain.table)} WHERE part IN ({listed})"
        if self.admission is None:
            return f"({rows})"
        groups = f"SELECT (source, marking) FROM {_ADMITTED} WHERE admission = {self.admission}"
        admitted = f"{rows} AND (source, marking) IN ({groups})"
        if self.small is None:
            return f"({admitted})"
        if grain is TOTALS:
            return f"({_SUM_DAYS} FROM {self.select(DAYS, files)} GROUP BY ALL)"
        return f"({admitted} AND NOT {small_cell.in_list(self.small, grain.month)})"


class Rollups:
    """Counts for one engine; a file is read once however many versions show it."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        self._shown: weakref.WeakSet[Rollup] = weakref.WeakSet()
        self._parts: dict[str, int] = {}
        self._admissions: dict[frozenset[Group], int] = {}
        self._next = 0
        self._lists = 0
        self._has_tables = False

    def build(self, cursor: Cursor, catalogue: CatalogueVersion) -> Rollup:
        """Return the rollup of a version."""
        files = catalogue.files.get(EVENTS, ())
        with self._lock:
            self._count(cursor, [file for file in files if file not in self._parts])
            rollup = Rollup(parts={file: self._parts[file] for file in files})
            self._shown.add(rollup)
            self._forget(cursor)
            return rollup

    def admit(
        self,
        cursor: Cursor,
        rollup: Rollup,
        groups: frozenset[Group],
        *,
        smallest_count: int = 1,
        small_of: Rollup | None = None,
    ) -> Rollup:
        """Return what a viewer may count of a rollup: the groups, of the files that have any.

        Cells with fewer of their events than ``smallest_count`` are left out, and those that are
        left out of ``small_of``.
        """
        with self._lock:
            if groups not in self._admissions:
                self._admissions[groups] = len(self._admissions)
                cursor.execute(
                    f"INSERT INTO {_ADMITTED} SELECT $admission, unnest($sources::VARCHAR[]), "
                    "unnest($markings::VARCHAR[])",
                    {
                        "admission": self._admissions[groups],
                        "sources": [source for source, _ in sorted(groups)],
                        "markings": [marking for _, marking in sorted(groups)],
                    },
                )
            admitted = replace(rollup, admission=self._admissions[groups])
            if smallest_count > 1:
                small = self._list_small(cursor, admitted, smallest_count, small_of)
                admitted = replace(admitted, small=small)
            found = cursor.execute(
                f"SELECT DISTINCT part FROM {admitted.select(TOTALS)}"
            ).fetchall()
            some = {part for (part,) in found}
            if admitted.small is None and _has_only(cursor, rollup, some, groups):
                # What is counted of a file never changes: a condition could leave nothing out.
                admitted = rollup
            parts = {file: part for file, part in rollup.parts.items() if part in some}
            admitted = replace(admitted, parts=parts)
            self._shown.add(admitted)
            return admitted

    def _list_small(
        self, cursor: Cursor, rollup: Rollup, smallest_count: int, other: Rollup | None
    ) -> int:
        """List the small cells of what a viewer may count, those of another rollup too.

        Lists without a reader are removed.
        """
        used = [shown.small for shown in self._shown if shown.small is not None]
        cursor.execute(
            f"DELETE FROM {small_cell.TABLE} WHERE list NOT IN (SELECT unnest($used::INTEGER[]))",
            {"used": used},
        )
        self._lists += 1
        cursor.execute(
            small_cell.insert_sql(rollup.select(DAYS)),
            {"list": self._lists, "smallest_count": smallest_count},
        )
        if other is not None and other.small is not None:
            cursor.execute(
                f"INSERT INTO {small_cell.TABLE} SELECT * REPLACE ($list AS list) "
                f"FROM {small_cell.TABLE} WHERE list = $other",
                {"list": self._lists, "other": other.small},
            )
        return self._lists

    def _count(self, cursor: Cursor, files: list[str]) -> None:
        first, self._next = self._next, self._next + len(files)
        if not self._has_tables:
            cursor.execute(
                f"CREATE OR REPLACE TABLE {_ADMITTED} "
                "(admission INTEGER, source VARCHAR, marking VARCHAR)"
            )
            cursor.execute(small_cell.CREATE)
        for grain in _GRAINS:
            if not self._has_tables:
                cursor.execute(_create_sql(grain))
            if files:
                cursor.execute(_count_sql(grain), {"files": files, "first": first})
        self._has_tables = True
        self._parts |= {file: first + i for i, file in enumerate(files)}

    def _forget(self, cursor: Cursor) -> None:
        """Rewrite the tables once most of their parts have no reader."""
        used = {file for rollup in self._shown for file in rollup.parts}
        if len(self._parts) <= 2 * len(used):
            return
        parts = {file: self._parts[file] for file in used}
        for grain in _GRAINS:
            cursor.execute(
                f"CREATE OR REPLACE TABLE {quote(grain.table)} AS FROM {quote(grain.table)} "
                "WHERE part IN (SELECT unnest($parts::INTEGER[])) ORDER BY part",
                {"parts": list(parts.values())},
            )
        self._parts = parts


def _has_only(
    cursor: Cursor, rollup: Rollup, parts: Container[int], groups: Container[Group]
) -> bool:
    """Return whether the parts of a rollup count nothing but these groups."""
    rows = cursor.execute(
        f"SELECT DISTINCT part, source, marking FROM {rollup.select(TOTALS)}"
    ).fetchall()
    return all((source, marking) in groups for part, source, marking in rows if part in parts)


def _create_sql(grain: Grain) -> str:
    columns = ", ".join(f"{quote(name)} {kind}" for name, (kind, _) in grain.columns.items())
    return f"CREATE OR REPLACE TABLE {quote(grain.table)} (part INTEGER, {columns})"


def _count_sql(grain: Grain) -> str:
    figures = ", ".join(
        f"({sql})::{kind} AS {quote(n)}" for n, (kind, sql) in grain.columns.items()
    )
    return (
        f"INSERT INTO {quote(grain.table)} "
        "SELECT $first + list_position($files, filename) - 1, * EXCLUDE (filename) "
        f"FROM (SELECT filename, {figures} "
        "FROM read_parquet($files, filename => true, hive_partitioning => false) GROUP BY ALL) "
        "ORDER BY 1"
    )
