"""Brings the records of another room's file into the one that is here: nothing here is lost."""

import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cop.store.room.examination import expected_columns
from cop.store.room.loss import PASSING
from cop.store.room.schema import REVISION_TABLE
from cop.store.room.seal import SEAL_TABLE, register_seals

_WAIT_S = 60
_NOT_KEPT: Final = PASSING | {SEAL_TABLE, REVISION_TABLE}
"""The file's own, and who was connected, signed in or had a token at the time of the backup.

A token that was revoked since would otherwise let its program in again.
"""
_ACCOUNTS: Final = "account"
"""Its rows give access: those of a backup only where there are none."""
_JOURNAL: Final = "board"
"""Its rows build on one another: those of two files are never mixed."""
_CHAINS: Final = {
    "alert": (("id",), "revision"),
    "annotation": (("id",), "revision"),
    "impact": (("records", "segment_id"), "revision"),
    "picture_revision": (("picture_id",), "number"),
}
"""Tables of revisions: by what they belong together, and their number."""
_BY_TIME: Final = {"impact": "at"}
"""Chains whose key is a place and no drawn id: two rooms decide on it without knowing."""
_CHANGING: Final = {"annotation": ("retired_at", "retired_by")}
"""Columns that are filled later: a row without them is the same row."""
Record = dict[str, Any]


@dataclass(kw_only=True)
class RoomMerge:
    """What was added, and the records that were left out as others are here in their place."""

    added: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    left_out: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))


def list_kept() -> dict[str, tuple[str, ...]]:
    """Return the columns of each table that a backup keeps, by the schema of this program."""
    return {
        name: tuple(column for column, *_ in columns)
        for name, columns in expected_columns().items()
        if name not in _NOT_KEPT
    }


def merge_room(path: Path, copy: Path) -> RoomMerge:
    """Add every record of ``copy`` that is missing in ``path``, both of this schema, or none.

    Of a record that is in both as another one, that of here stays. Decisions on one segment are
    put in the order of their time. Raise sqlite3.Error if it fails.
    """
    merge = RoomMerge()
    with (
        closing(sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)) as opened,
        closing(sqlite3.connect(copy)) as other,
    ):
        register_seals(opened)
        opened.execute("BEGIN IMMEDIATE")
        for table, columns in list_kept().items():
            theirs = _read(other, table, columns)
            if table == _ACCOUNTS:
                _take_accounts(opened, merge, columns, theirs)
            elif table == _JOURNAL:
                _take_journal(opened, merge, columns, theirs)
            elif table in _CHAINS:
                _add_chains(opened, merge, table, columns, theirs)
            else:
                _add_rows(opened, merge, table, columns, theirs)
        newest = "(SELECT max(number) FROM picture_revision WHERE picture_id = picture.id)"
        opened.execute(f"UPDATE picture SET newest = {newest} WHERE newest <> {newest}")
        opened.execute("COMMIT")
    return merge


def _add_rows(
    opened: sqlite3.Connection,
    merge: RoomMerge,
    table: str,
    columns: Sequence[str],
    theirs: list[Record],
) -> None:
    keys = [name for name, _, is_key in expected_columns()[table] if is_key]
    here = {tuple(row[key] for key in keys): row for row in _read(opened, table, columns)}
    for row in theirs:
        stored = here.get(tuple(row[key] for key in keys))
        if stored is None:
            _insert(opened, merge, table, row)
        elif stored != row and table != "picture":
            merge.left_out[table].append(row)


def _take_accounts(
    opened: sqlite3.Connection, merge: RoomMerge, columns: Sequence[str], theirs: list[Record]
) -> None:
    """Take the accounts of a backup into a room without any; others would let people in again."""
    if not _read(opened, _ACCOUNTS, columns):
        for row in theirs:
            _insert(opened, merge, _ACCOUNTS, row)


def _take_journal(
    opened: sqlite3.Connection, merge: RoomMerge, columns: Sequence[str], theirs: list[Record]
) -> None:
    here = _read(opened, _JOURNAL, columns)
    for row in theirs:
        if not here:
            _insert(opened, merge, _JOURNAL, row)
        elif row not in here:
            merge.left_out[_JOURNAL].append(row)


def _add_chains(
    opened: sqlite3.Connection,
    merge: RoomMerge,
    table: str,
    columns: Sequence[str],
    theirs: list[Record],
) -> None:
    keys, number = _CHAINS[table]
    chains_here = _group(_read(opened, table, columns), keys)
    for key, rows in _group(theirs, keys).items():
        here = {row[number]: row for row in chains_here.get(key, ())}
        shared = [row for row in rows if row[number] in here]
        if all(_is_same(table, row, here[row[number]]) for row in shared):
            for row in rows:
                if row[number] not in here:
                    _insert(opened, merge, table, row)
                else:
                    _fill(opened, table, columns, here[row[number]], row)
        elif table in _BY_TIME:
            _order(opened, merge, table, [*here.values()], rows)
        else:
            merge.left_out[table] += [row for row in rows if row not in here.values()]


def _is_same(table: str, row: Record, other: Record) -> bool:
    changing = _CHANGING.get(table, ())
    return all(row[name] == other[name] for name in row if name not in changing)


def _fill(
    opened: sqlite3.Connection, table: str, columns: Sequence[str], here: Record, row: Record
) -> None:
    """Fill what a row here does not have yet, as when an annotation was erased."""
    filled = {
        name: row[name]
        for name in _CHANGING.get(table, ())
        if here[name] is None and row[name] is not None
    }
    if filled:
        _delete(opened, table, here)
        _write(opened, table, {name: here[name] for name in columns} | filled)


def _order(
    opened: sqlite3.Connection,
    merge: RoomMerge,
    table: str,
    here: list[Record],
    theirs: list[Record],
) -> None:
    """Put the rows of both into the order of their time, and number them anew."""
    (_, number), at = _CHAINS[table], _BY_TIME[table]
    bare = [{name: row[name] for name in row if name != number} for row in here]
    added = [
        row for row in theirs if {name: row[name] for name in row if name != number} not in bare
    ]
    for row in here:
        _delete(opened, table, row)
    ordered = sorted([*here, *added], key=lambda row: (row[at], row[number]))
    for place, row in enumerate(ordered, start=1):
        _write(opened, table, row | {number: place})
    merge.added[table] += len(added)


def _insert(opened: sqlite3.Connection, merge: RoomMerge, table: str, row: Record) -> None:
    _write(opened, table, row)
    merge.added[table] += 1


def _write(opened: sqlite3.Connection, table: str, row: Record) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" for _ in row)
    opened.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', [*row.values()])


def _delete(opened: sqlite3.Connection, table: str, row: Record) -> None:
    keys, number = _CHAINS[table]
    where = " AND ".join(f'"{name}" = ?' for name in (*keys, number))
    opened.execute(f'DELETE FROM "{table}" WHERE {where}', [row[name] for name in (*keys, number)])


def _read(opened: sqlite3.Connection, table: str, columns: Sequence[str]) -> list[Record]:
    names = ", ".join(f'"{name}"' for name in columns)
    rows = opened.execute(f'SELECT {names} FROM "{table}" ORDER BY rowid')
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _group(rows: list[Record], keys: Sequence[str]) -> Mapping[tuple[Any, ...], list[Record]]:
    found: dict[tuple[Any, ...], list[Record]] = defaultdict(list)
    for row in rows:
        found[tuple(row[key] for key in keys)].append(row)
    return found
