"""Rollups of events, by day, by square cell and in all: each file of a month is counted once."""

import threading
import weakref
from collections.abc import Container, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from cop.store.catalogue import small_cell
from cop.store.catalogue.grain import DAYS, IN_MEMORY, TOTALS, Grain
from cop.store.catalogue.version import CatalogueVersion
from cop.store.dataset.schema import EVENTS
from cop.store.engine import Cursor, DatabaseError, quote
from cop.store.serving.served import ServedFiles

_SUM_DAYS = (
    "SELECT part, source, marking, sum(n)::BIGINT AS n, sum(count)::BIGINT AS count, "
    "min(oldest) AS oldest, max(newest) AS newest"
)
_ADMITTED = "rollup_admitted"
_COUNTS = "counts"
"""The database of the counts, in memory and compressed: a few values make most of their columns."""
Group = tuple[str, str]
"""A source, and a marking of records of it."""


@dataclass(frozen=True, eq=False)
class Rollup:
    """The events of one version, counted: its part of each table; it goes with its readers.

    ``events`` is how many each file has, whoever may read them.

    ``admission`` numbers the groups that a viewer may count; None is everything. ``small`` numbers
    the list of cells that are left out.
    """

    parts: Mapping[str, int] = field(repr=False)
    events: Mapping[str, int] = field(default_factory=dict, repr=False)
    admission: int | None = None
    small: int | None = None

    def select(self, grain: Grain, files: Iterable[str] | None = None) -> str:
        """Return the rows of some files, or of all of the version, as SQL to read FROM."""
        numbers = self.parts.values() if files is None else [self.parts[file] for file in files]
        listed = ", ".join(map(str, sorted(numbers))) or "NULL"
        return self._admit(grain, f"FROM {_name(grain)} WHERE part IN ({listed})", files)

    def select_served(self, grain: Grain, served: ServedFiles, files: Iterable[str]) -> str:
        """Return the same of what a serving copy has counted of some files."""
        return self._admit(grain, served.counted(grain, files), files)

    def can_answer(self, grain: Grain) -> bool:
        """Return whether a grain keeps all that tells what a viewer may count."""
        return self.small is None or grain.tells_small_cells

    def _admit(self, grain: Grain, rows: str, files: Iterable[str] | None) -> str:
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
        self._events: dict[str, int] = {}
        self._admissions: dict[frozenset[Group], int] = {}
        self._next = 0
        self._lists = 0
        self._has_tables = False

    def build(self, cursor: Cursor, catalogue: CatalogueVersion) -> Rollup:
        """Return the rollup of a version."""
        files = catalogue.files.get(EVENTS, ())
        with self._lock:
            self._count(cursor, [file for file in files if file not in self._parts])
            rollup = Rollup(
                parts={file: self._parts[file] for file in files},
                events={file: self._events[file] for file in files},
            )
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

    def files_in_use(self) -> set[str]:
        """Return the files of all versions that have a reader."""
        with self._lock:
            return self._files_in_use()

    def _files_in_use(self) -> set[str]:
        return {file for rollup in self._shown for file in rollup.parts}

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
            cursor.execute(f"ATTACH IF NOT EXISTS ':memory:' AS {_COUNTS} (COMPRESS)")
            cursor.execute(
                f"CREATE OR REPLACE TABLE {_ADMITTED} "
                "(admission INTEGER, source VARCHAR, marking VARCHAR)"
            )
            cursor.execute(small_cell.CREATE)
        for grain in IN_MEMORY:
            if not self._has_tables:
                cursor.execute(grain.create_sql(f"{_COUNTS}.", is_new=True))
            if files:
                named = {} if grain.of is not None else {"files": files}
                cursor.execute(_count_sql(grain), {**named, "first": first})
        if files:
            _compress(cursor)
        self._has_tables = True
        self._parts |= {file: first + i for i, file in enumerate(files)}
        counted = cursor.execute(
            f"SELECT part, sum(n)::BIGINT FROM {_name(TOTALS)} WHERE part >= $first GROUP BY part",
            {"first": first},
        ).fetchall()
        self._events |= dict.fromkeys(files, 0) | {files[part - first]: n for part, n in counted}

    def _forget(self, cursor: Cursor) -> None:
        """Rewrite the tables once most of their parts have no reader."""
        used = self._files_in_use()
        if len(self._parts) <= 2 * len(used):
            return
        parts = {file: self._parts[file] for file in used}
        for grain in IN_MEMORY:
            cursor.execute(
                f"CREATE OR REPLACE TABLE {_name(grain)} AS FROM {_name(grain)} "
                "WHERE part IN (SELECT unnest($parts::INTEGER[])) ORDER BY part",
                {"parts": list(parts.values())},
            )
        _compress(cursor)
        self._parts = parts
        self._events = {file: self._events[file] for file in parts}


def _has_only(
    cursor: Cursor, rollup: Rollup, parts: Container[int], groups: Container[Group]
) -> bool:
    """Return whether the parts of a rollup count nothing but these groups."""
    rows = cursor.execute(
        f"SELECT DISTINCT part, source, marking FROM {rollup.select(TOTALS)}"
    ).fetchall()
    return all((source, marking) in groups for part, source, marking in rows if part in parts)


def _compress(cursor: Cursor) -> None:
    # Refused where another transaction ends just now; what is not compressed is so the next time.
    with suppress(DatabaseError):
        cursor.execute(f"CHECKPOINT {_COUNTS}")


def _name(grain: Grain) -> str:
    return f"{_COUNTS}.{quote(grain.table)}"


def _count_sql(grain: Grain) -> str:
    """Return SQL that counts new files, or sums what was counted of them at a finer grain."""
    name = _name(grain)
    if grain.of is not None:
        new = f"(FROM {_name(grain.of)} WHERE part >= $first)"
        return f"INSERT INTO {name} {grain.sum_sql(new)} ORDER BY 1"
    events = "read_parquet($files, filename => true, hive_partitioning => false)"
    return (
        f"INSERT INTO {name} SELECT $first + list_position($files, filename) - 1, "
        f"* EXCLUDE (filename) FROM ({grain.count_sql(events, 'filename')}) ORDER BY 1"
    )
