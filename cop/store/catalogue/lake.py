"""The catalogue of versions: which files make up each dataset, stored by DuckLake."""

import threading
from datetime import datetime
from pathlib import Path

from cop.errors import StoreError, VersionError
from cop.store.catalogue.clock import order_moments
from cop.store.catalogue.version import (
    CATALOGUE_FILE,
    DATA_FOLDER,
)
from cop.store.catalogue.version_note import VersionExtra, read_note
from cop.store.engine import Cursor, DatabaseError, fetch, quote_text

LAKE = "lake"
_READER_WAIT_MS = 500
_WRITER_WAIT_MS = 60_000
"""A commit that gives up keeps SQLite's lock for as long as its process lives: readers give up."""
TURN = threading.Lock()
"""Taken for each read and each commit: in one process the two would wait for each other."""


def attach(cursor: Cursor, folder: Path, *, read_only: bool) -> None:
    """Attach the SQLite file with the catalogue of the warehouse in ``folder`` as ``lake``."""
    catalogue = folder / CATALOGUE_FILE
    if read_only and not catalogue.is_file():
        raise StoreError(f"{folder} is not a warehouse (no {CATALOGUE_FILE}): run `cop demo` first")
    wait_ms = _READER_WAIT_MS if read_only else _WRITER_WAIT_MS
    stated = [f"META_BUSY_TIMEOUT {wait_ms}", *(["READ_ONLY"] if read_only else [])]
    try:
        attach_catalogue(cursor, folder, f"ducklake:sqlite:{catalogue}", *stated)
    except DatabaseError as fault:
        raise StoreError(
            f"cannot open the catalogue {catalogue}: {fault}; run `cop doctor`"
        ) from fault


def is_locked(fault: Exception) -> bool:
    """Return whether another process had the catalogue: what failed is worth another try."""
    return "locked" in str(fault)


def current_version(cursor: Cursor) -> int:
    """Return the newest version of the warehouse."""
    return int(fetch(cursor, f"FROM ducklake_current_snapshot('{LAKE}')")[0][0])


def read_versions(cursor: Cursor) -> dict[int, datetime]:
    """Return every stored version, the oldest first, with when it was published (naive UTC).

    None is dated before an earlier one, whatever the clock was.
    """
    try:
        rows = fetch(
            cursor,
            "SELECT snapshot_id, snapshot_time::TIMESTAMP "
            f"FROM ducklake_snapshots('{LAKE}') WHERE snapshot_id > 0 ORDER BY 1",
        )
    except DatabaseError as fault:
        raise StoreError(f"cannot read the catalogue: {fault}") from fault
    return order_moments(dict(rows))


def version_at(cursor: Cursor, known_at: datetime) -> int:
    """Return the newest version of a moment (naive UTC); raise VersionError before the first."""
    versions = read_versions(cursor)
    found = max((number for number, at in versions.items() if at <= known_at), default=None)
    if found is None:
        first = min(versions.values(), default=None)
        raise VersionError(
            f"known_at={known_at.isoformat()}Z: no version that old is stored; the oldest is of "
            f"{first.isoformat(timespec='seconds') if first else 'never'}Z"
        )
    return found


def read_notes(cursor: Cursor) -> dict[int, VersionExtra]:
    """Read the note of each stored version, the oldest first."""
    rows = fetch(
        cursor,
        f"SELECT snapshot_id, commit_extra_info FROM ducklake_snapshots('{LAKE}') ORDER BY 1",
    )
    return {version: read_note(text) for version, text in rows}


def table_names(cursor: Cursor) -> list[str]:
    """Return the datasets of the newest version, as this transaction has changed them."""
    rows = fetch(
        cursor,
        "SELECT table_name FROM duckdb_tables() WHERE database_name = $lake ORDER BY 1",
        {"lake": LAKE},
    )
    return [name for (name,) in rows]


def attach_catalogue(cursor: Cursor, folder: Path, address: str, *stated: str) -> None:
    """Attach what DuckLake finds at an address as ``lake``; ``stated`` are further options."""
    options = [
        f"DATA_PATH {quote_text(str(folder / DATA_FOLDER) + '/')}",
        "OVERRIDE_DATA_PATH true",
        # Inlined, a delete of ten rows or fewer would leave the file of a replaced month listed.
        "DATA_INLINING_ROW_LIMIT 0",
        "METADATA_SCHEMA 'main'",
        *stated,
    ]
    # A commit that comes after another's must fail: its note would list other files than it shows.
    cursor.execute("SET ducklake_max_retry_count = 0")
    cursor.execute(f"ATTACH {quote_text(address)} AS {LAKE} ({', '.join(options)})")
