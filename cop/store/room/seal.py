"""Seals: a digest of each row of each table, kept by triggers, so that a flipped bit is found.

SQLite has no checksums of pages: a bit that flips in a text passes its own integrity check.
"""

import sqlite3
import struct
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

SEAL_TABLE: Final = "seal"
"""Columns ``of`` (the table) and ``digest``; it holds one row for each row of every other table."""
_FUNCTION: Final = "row_digest"
_DIGEST_BYTES: Final = 16

Cell = str | bytes | int | float | None


class RawText(bytes):
    """A text as it is stored: where bits flipped it may not be UTF-8 any more."""


def build_digest(table: str, *cells: Cell) -> bytes:
    """Return the digest of a row: of its table's name, and of each cell with its kind."""
    digest = blake2b(digest_size=_DIGEST_BYTES)
    for cell in (table, *cells):
        kind, content = _encode(cell)
        digest.update(kind + len(content).to_bytes(8, "big") + content)
    return digest.digest()


def register_seals(opened: sqlite3.Connection) -> None:
    """Let a connection write to sealed tables: the triggers call a function of its own."""
    opened.create_function(_FUNCTION, -1, build_digest, deterministic=True)


def build_triggers(table: str, columns: Iterable[str]) -> dict[str, str]:
    """Return the SQL of the triggers that keep the seals of a table, by their name.

    A row that does not fit its seal is never changed: its new seal would hide the damage.
    """
    listed = [*columns]
    new, old = (_call(table, side, listed) for side in ("NEW", "OLD"))
    add = f"INSERT INTO {SEAL_TABLE} VALUES ('{table}', {new});"
    remove = f"DELETE FROM {SEAL_TABLE} WHERE of = '{table}' AND digest = {old};"
    check = (
        f"SELECT RAISE(ABORT, 'a row of {table} is damaged') WHERE NOT EXISTS "
        f"(SELECT 1 FROM {SEAL_TABLE} WHERE of = '{table}' AND digest = {old});"
    )
    steps = {"INSERT": add, "UPDATE": f"{check} {remove} {add}", "DELETE": remove}
    return {
        (name := f"seal_{table}_{event.lower()}"): (
            f'CREATE TRIGGER {name} AFTER {event} ON "{table}" BEGIN {step} END'
        )
        for event, step in steps.items()
    }


def list_tables(opened: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
    """Return the columns of each table that is sealed, all but the seals' own, by its name."""
    names = opened.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' "
        "ESCAPE '~' AND name <> ? ORDER BY name",
        [SEAL_TABLE],
    ).fetchall()
    return {name: _columns(opened, name) for name in (_decode(name) for (name,) in names)}


def seal_tables(opened: sqlite3.Connection) -> None:
    """Seal every row that there is, and create the triggers that seal those to come."""
    unseal_tables(opened)
    opened.execute(f"DELETE FROM {SEAL_TABLE}")
    for table, columns in list_tables(opened).items():
        cells = ", ".join(f'"{column}"' for column in columns)
        opened.execute(
            f"INSERT INTO {SEAL_TABLE} "
            f"SELECT '{table}', {_FUNCTION}('{table}', {cells}) FROM \"{table}\""
        )
        for trigger in build_triggers(table, columns).values():
            opened.execute(trigger)


def unseal_tables(opened: sqlite3.Connection) -> None:
    """Drop the triggers, so that a migration can change tables."""
    found = opened.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in found:
        opened.execute(f'DROP TRIGGER "{name}"')


def _columns(opened: sqlite3.Connection, table: str) -> tuple[str, ...]:
    return tuple(_decode(name) for _, name, *_ in opened.execute(f'PRAGMA table_info("{table}")'))


def _decode(name: str | bytes) -> str:
    return name if isinstance(name, str) else name.decode(errors="replace")


def _call(table: str, side: str, columns: list[str]) -> str:
    cells = ", ".join(f'{side}."{column}"' for column in columns)
    return f"{_FUNCTION}('{table}', {cells})"


def _encode(cell: Cell) -> tuple[bytes, bytes]:
    match cell:
        case None:
            return b"n", b""
        case RawText():
            return b"t", cell
        case bytes():
            return b"b", cell
        case str():
            return b"t", cell.encode()
        case int():
            return b"i", str(cell).encode()
        case float():
            return b"f", struct.pack(">d", cell)
