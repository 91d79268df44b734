"""Examination of the room's file: is it whole, has it its tables, does each row fit its seal."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy.dialects import sqlite

from cop.errors import StoreError
from cop.store.room.damage import has_known_room
from cop.store.room.relational import METADATA
from cop.store.room.schema import HEAD, REVISION_TABLE
from cop.store.room.seal import (
    SEAL_TABLE,
    Cell,
    RawText,
    build_digest,
    build_triggers,
    list_tables,
    register_seals,
)

_WAIT_S = 60
_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT})
Row = tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True)
class TableContent:
    """The rows of a table by their digest, in order; ``seals`` are the digests it should have."""

    columns: tuple[str, ...]
    rows: Mapping[bytes, Row]
    seals: frozenset[bytes]

    @property
    def unfit(self) -> dict[bytes, Row]:
        """The rows that have no seal."""
        return {digest: row for digest, row in self.rows.items() if digest not in self.seals}

    @property
    def lacking(self) -> frozenset[bytes]:
        """The seals that have no row."""
        return self.seals - self.rows.keys()

    @property
    def sound(self) -> list[Row]:
        """The rows that fit their seals, their texts decoded."""
        return [_decode(row) for digest, row in self.rows.items() if digest in self.seals]

    @property
    def readable(self) -> list[Row]:
        """The rows whose texts are UTF-8, seals or not."""
        return [_decode(row) for row in self.rows.values() if _is_readable(row)]

    @property
    def lost(self) -> int:
        """How many rows are damaged or gone: a changed one has no seal and leaves one behind."""
        return max(len(self.unfit), len(self.lacking))


@dataclass(frozen=True, kw_only=True)
class RoomExamination:
    """What was found: why the file as a whole cannot be used, or the tables that lost rows."""

    fault: str | None = None
    damaged: Mapping[str, TableContent] = field(default_factory=dict)

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong."""
        return self.fault is None and not self.damaged

    @property
    def line(self) -> str:
        """What is wrong in one line."""
        if self.fault is not None:
            return f"is damaged: {' '.join(self.fault.split())[:300]}"
        return f"is damaged: {describe_rows({n: each.lost for n, each in self.damaged.items()})}"


def describe_rows(lost: Mapping[str, int]) -> str:
    """Return how many rows of which tables do not fit their seals."""
    tables = ", ".join(f"{name} {n}" for name, n in sorted(lost.items()))
    n = sum(lost.values())
    return f"{n} row{'' if n == 1 else 's'} changed or gone ({tables})"


def examine_room(path: Path) -> RoomExamination:
    """Examine the room's file in one read transaction; raise StoreError if it cannot be opened.

    A file from before there were seals, or of a later program, is only examined as a whole.
    """
    try:
        with closing(open_raw(path)) as opened:
            # A header that forbids to write is found by no reading.
            opened.execute("BEGIN IMMEDIATE")
            opened.execute("ROLLBACK")
            opened.execute("BEGIN")
            return examine_content(opened, is_known=has_known_room(path.parent))
    except UnicodeError as error:
        return RoomExamination(fault=f"its schema cannot be read: {error}")
    except sqlite3.Error as error:
        if is_damage(error) or (is_read_only(error) and os.access(path, os.W_OK)):
            return RoomExamination(fault=str(error))
        raise StoreError(f"{path}: {error}; check permissions and the disk") from error
    except OSError as error:
        raise StoreError(f"{path}: cannot be read ({error}); check its permissions") from error


def open_raw(path: Path) -> sqlite3.Connection:
    """Open a room's file that may be damaged: texts come as they are stored."""
    opened = sqlite3.connect(
        f"{path.as_uri()}?mode=rw", uri=True, timeout=_WAIT_S, isolation_level=None
    )
    opened.text_factory = RawText
    register_seals(opened)
    return opened


def is_damage(error: sqlite3.Error) -> bool:
    """Return whether SQLite means damaged content, and not a lock, a full disk or permissions."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED


def is_read_only(error: sqlite3.Error) -> bool:
    """Return whether SQLite cannot write: where the system lets it, the file's header is wrong."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_READONLY


def read_content(opened: sqlite3.Connection, table: str, columns: tuple[str, ...]) -> TableContent:
    """Read a table with the seals that it should have, without any index."""
    rows = opened.execute(f'SELECT * FROM "{table}" NOT INDEXED')
    seals = opened.execute(f"SELECT digest FROM {SEAL_TABLE} WHERE of = ?", [table])
    return TableContent(
        columns=columns,
        rows={build_digest(table, *row): row for row in rows},
        seals=frozenset(digest for (digest,) in seals),
    )


def expected_columns() -> dict[str, tuple[tuple[str, str, bool], ...]]:
    """Return the columns of each table of this program: name, type, and whether it is a key."""
    # Every store must have declared its table.
    import cop.store.room.mapping
    import cop.store.room.room
    import cop.store.room.uploader  # noqa: F401

    dialect = sqlite.dialect()  # type: ignore[no-untyped-call]
    found = {
        table.name: tuple(
            (column.name, column.type.compile(dialect), column.primary_key)
            for column in table.columns
        )
        for table in METADATA.tables.values()
    }
    return found | {REVISION_TABLE: (("version_num", "VARCHAR(32)", True),)}


def examine_content(opened: sqlite3.Connection, *, is_known: bool = False) -> RoomExamination:
    """Examine what a transaction sees; of a file that ``is_known`` none is without tables."""
    (found,) = opened.execute("PRAGMA integrity_check(1)").fetchone()
    if _text(found) != "ok":
        return RoomExamination(fault=_text(found))
    objects = [*_list_objects(opened)]
    tables = {name for kind, name, _ in objects if kind == "table"}
    if SEAL_TABLE not in tables:
        return _examine_unsealed(opened, tables, is_known=is_known)
    number = _sealed_revision(opened) if REVISION_TABLE in tables else None
    if number is None:
        return RoomExamination(fault=f"its {REVISION_TABLE} is damaged")
    if number > HEAD:
        return RoomExamination()
    if number == HEAD and (fault := _schema_fault(opened, objects)) is not None:
        return RoomExamination(fault=fault)
    return _examine_rows(opened)


def _sealed_revision(opened: sqlite3.Connection) -> str | None:
    """Return the revision of a file's schema; None if it does not fit its seal."""
    revision = read_content(opened, REVISION_TABLE, ("version_num",))
    if revision.lost or len(revision.rows) != 1:
        return None
    ((number,),) = revision.rows.values()
    return _text(number)


def _examine_rows(opened: sqlite3.Connection) -> RoomExamination:
    content = {
        name: read_content(opened, name, columns) for name, columns in list_tables(opened).items()
    }
    damaged = {name: each for name, each in content.items() if each.lost}
    stray = {_text(of) for (of,) in opened.execute(f"SELECT DISTINCT of FROM {SEAL_TABLE}")}
    if stray - content.keys() and not damaged:
        return RoomExamination(fault="it has seals of a table that is not there")
    return RoomExamination(damaged=damaged)


def _examine_unsealed(
    opened: sqlite3.Connection, tables: set[str], *, is_known: bool
) -> RoomExamination:
    """Of a file from before there were seals nothing more can be said, if it is one."""
    if is_known and not tables:
        return RoomExamination(fault="it is empty")
    if REVISION_TABLE in tables:
        found = opened.execute(f"SELECT version_num FROM {REVISION_TABLE}").fetchone()
        number = "" if found is None else _text(found[0])
        if not ("0001" <= number < "0005"):
            return RoomExamination(fault=f"it has no table {SEAL_TABLE}")
    return RoomExamination()


def _schema_fault(
    opened: sqlite3.Connection, objects: list[tuple[str, str, str | None]]
) -> str | None:
    """Return how tables and triggers differ from those of this program, None if they do not."""
    expected = expected_columns()
    triggers: dict[str, str] = {}
    for name, columns in expected.items():
        if name != SEAL_TABLE:
            triggers |= build_triggers(name, (column for column, *_ in columns))
    stated = {(kind, name): sql for kind, name, sql in objects if sql is not None}
    requested = {("table", name) for name in expected} | {("trigger", name) for name in triggers}
    if stated.keys() != requested:
        differing = sorted(f"{kind} {name}" for kind, name in stated.keys() ^ requested)
        return f"its schema is another: {', '.join(differing)[:200]}"
    for name, sql in triggers.items():
        if stated["trigger", name] != sql:
            return f"its trigger {name} is another"
    for name, columns in expected.items():
        about = opened.execute(f'PRAGMA table_info("{name}")')
        found = {(_text(c), _text(kind), bool(key)) for _, c, kind, _, _, key in about}
        if found != {*columns}:
            return f"the columns of its table {name} are others"
    return None


def _list_objects(opened: sqlite3.Connection) -> Iterator[tuple[str, str, str | None]]:
    for kind, name, sql in opened.execute("SELECT type, name, sql FROM sqlite_master"):
        yield _text(kind), _text(name), None if sql is None else _text(sql)


def _text(stored: object) -> str:
    return stored.decode(errors="replace") if isinstance(stored, bytes) else str(stored)


def _decode(row: Row) -> Row:
    return tuple(cell.decode() if isinstance(cell, RawText) else cell for cell in row)


def _is_readable(row: Row) -> bool:
    try:
        _decode(row)
    except UnicodeError:
        return False
    return True
