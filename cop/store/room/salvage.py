"""Reads what can still be read of a damaged room's file, table by table, row by row."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cop.store.room.examination import Row, TableContent, expected_columns, open_raw
from cop.store.room.schema import REVISION_TABLE
from cop.store.room.seal import SEAL_TABLE, build_digest

_MOST_PROBED: Final = 100_000
_HEADER: Final = (
    (0, b"SQLite format 3\0"),
    (16, (4096).to_bytes(2, "big")),
    (18, b"\2\2\0\x40\x20\x20"),
    (44, (4).to_bytes(4, "big")),
    (56, (1).to_bytes(4, "big")),
)
"""What the first bytes of every room's file are: format, page size, WAL, schema format, UTF-8."""


@dataclass(frozen=True, kw_only=True)
class Salvage:
    """The tables as far as they were read; ``is_whole`` unless reading one broke off.

    ``is_sealed`` is whether the file has seals to compare rows with.
    """

    tables: Mapping[str, TableContent]
    is_whole: bool
    is_sealed: bool


def salvage_room(copy: Path) -> Salvage:
    """Read a copy of a damaged file, which is changed by it."""
    handle = os.open(copy, os.O_RDWR)
    mend_header(handle)
    os.close(handle)
    try:
        with closing(open_raw(copy)) as opened:
            _restore_schema(opened)
        with closing(open_raw(copy)) as opened:
            return _read(opened)
    except (sqlite3.Error, UnicodeError):
        return Salvage(tables={}, is_whole=False, is_sealed=False)


def mend_header(handle: int) -> None:
    """Write the parts of the header that never change, where they did; the file stays open."""
    for place, stated in _HEADER:
        if os.pread(handle, len(stated), place) != stated:
            os.pwrite(handle, stated, place)


def _restore_schema(opened: sqlite3.Connection) -> None:
    """Write the schema anew as tables alone: what is damaged in it would hide all of them."""
    opened.execute("PRAGMA writable_schema = ON")
    # The first statement meets what is damaged, the next reads on.
    with suppress(sqlite3.Error, UnicodeError):
        opened.execute("SELECT count(*) FROM sqlite_master").fetchone()
    rows = opened.execute(
        "SELECT rowid, CAST(name AS BLOB), CAST(tbl_name AS BLOB), rootpage, sql IS NULL "
        "FROM sqlite_master"
    ).fetchall()
    expected, kept = expected_columns(), []
    for rowid, name, table, page, is_index in rows:
        named = [n for n in (_text(name), _text(table)) if n in expected]
        if page and not is_index and named:
            kept.append((named[0], page, rowid))
    opened.execute("BEGIN")
    opened.execute("DELETE FROM sqlite_master")
    opened.executemany(
        "INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES ('table',?,?,?,?)",
        [(name, name, page, _plain_sql(name, expected[name])) for name, page, _ in kept],
    )
    opened.execute("COMMIT")


def _plain_sql(table: str, columns: tuple[tuple[str, str, bool], ...]) -> str:
    """Return a table without keys and constraints, but for those that say how it is stored."""
    keys = [name for name, _, is_key in columns if is_key]
    listed = ", ".join(f'"{name}" {kind}' for name, kind, _ in columns)
    if table == SEAL_TABLE:
        return f'CREATE TABLE {table} ({listed}, PRIMARY KEY ("of", digest)) WITHOUT ROWID'
    if [kind for _, kind, is_key in columns if is_key] == ["INTEGER"]:
        return f'CREATE TABLE "{table}" ({listed}, PRIMARY KEY ("{keys[0]}"))'
    return f'CREATE TABLE "{table}" ({listed})'


def _read(opened: sqlite3.Connection) -> Salvage:
    found = opened.execute("SELECT CAST(name AS BLOB) FROM sqlite_master").fetchall()
    names = {_text(name) for (name,) in found}
    sealed, is_whole = _scan(opened, f'SELECT "of", digest FROM {SEAL_TABLE}', '"of", digest')
    if SEAL_TABLE not in names:
        sealed, is_whole = [], True
    tables = {}
    for name, columns in expected_columns().items():
        if name in (SEAL_TABLE, REVISION_TABLE):
            continue
        rows, was_whole = _read_rows(opened, name) if name in names else ([], False)
        is_whole = is_whole and was_whole
        tables[name] = TableContent(
            columns=tuple(column for column, *_ in columns),
            rows={build_digest(name, *row): row for row in rows},
            seals=frozenset(digest for of, digest in sealed if _text(of) == name),
        )
    return Salvage(tables=tables, is_whole=is_whole, is_sealed=SEAL_TABLE in names)


def _read_rows(opened: sqlite3.Connection, table: str) -> tuple[list[Row], bool]:
    """Read a table from both ends, and what lies between them row by row."""
    select = f'SELECT rowid, * FROM "{table}"'
    rows, was_whole = _scan(opened, select, "rowid")
    if was_whole:
        return [row[1:] for row in rows], True
    known = {row[0] for row in rows}
    low = max((n for n in known if _is_run(n, known)), default=0)
    high = min((n for n in known if n > low), default=low + _MOST_PROBED)
    for rowid in range(low + 1, min(high, low + _MOST_PROBED)):
        with suppress(sqlite3.Error):
            rows += opened.execute(f"{select} WHERE rowid = ?", [rowid]).fetchall()
    return [row[1:] for row in rows], False


def _is_run(number: int, known: set[int]) -> bool:
    return number - 1 in known or number == 1


def _scan(opened: sqlite3.Connection, select: str, order: str) -> tuple[list[Any], bool]:
    """Return the rows up to what cannot be read from either end, and whether nothing is."""
    first, was_whole = _read_on(opened.execute, f"{select} ORDER BY {order}")
    if was_whole:
        return first, True
    direction = ", ".join(f"{part} DESC" for part in order.split(", "))
    last, _ = _read_on(opened.execute, f"{select} ORDER BY {direction}")
    return [*dict.fromkeys([*first, *reversed(last)])], False


def _read_on(execute: Any, sql: str) -> tuple[list[Any], bool]:
    rows: list[Any] = []
    try:
        reading: Iterator[Any] = execute(sql)
        for row in reading:
            rows.append(row)
    except sqlite3.Error:
        return rows, False
    return rows, True


def _text(stored: object) -> str:
    return stored.decode(errors="replace") if isinstance(stored, bytes) else str(stored)
