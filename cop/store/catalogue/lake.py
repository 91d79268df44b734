"""The catalogue of versions: which files make up each dataset, stored by DuckLake in SQLite."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from cop.errors import StoreError, VersionError
from cop.store.catalogue.clock import order_moments
from cop.store.catalogue.version import (
    CATALOGUE_FILE,
    DATA_FOLDER,
    CatalogueVersion,
    check_listing,
)
from cop.store.catalogue.version_note import VersionExtra, read_note
from cop.store.engine import Cursor, DatabaseError, fetch, quote_text

LAKE = "lake"
_PAST = "lake_past"
_READER_WAIT_MS = 500
_WRITER_WAIT_MS = 60_000
"""A commit that gives up keeps SQLite's lock for as long as its process lives: readers give up."""
TURN = threading.Lock()
"""Taken for each read and each commit: in one process the two would wait for each other."""


def attach(cursor: Cursor, folder: Path, *, read_only: bool) -> None:
    """Attach the catalogue of the warehouse in ``folder`` as ``lake``."""
    catalogue = folder / CATALOGUE_FILE
    if read_only and not catalogue.is_file():
        raise StoreError(f"{folder} is not a warehouse (no {CATALOGUE_FILE}): run `cop demo` first")
    try:
        _attach(cursor, folder, LAKE, *(["READ_ONLY"] if read_only else []))
    except DatabaseError as fault:
        raise StoreError(
            f"cannot open the catalogue {catalogue}: {fault}; run `cop doctor`"
        ) from fault


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


def read_catalogue(cursor: Cursor, folder: Path, *, version: int | None = None) -> CatalogueVersion:
    """Read the newest version whole, or the one of that number.

    A publish that lands meanwhile is not mixed in. Raise VersionError if that version is not
    stored, StoreError if the catalogue does not list what the version was published with.
    """
    try:
        if version is None:
            with _transaction(cursor):
                catalogue, listing = _read(cursor, folder, LAKE, current_version(cursor))
        else:
            with _at_version(cursor, folder, version):
                catalogue, listing = _read(cursor, folder, _PAST, version)
    except DatabaseError as fault:
        raise StoreError(f"cannot read the catalogue: {fault}") from fault
    check_listing(folder, catalogue, listing)
    return catalogue


def _attach(cursor: Cursor, folder: Path, alias: str, *options: str) -> None:
    wait_ms = _READER_WAIT_MS if "READ_ONLY" in options else _WRITER_WAIT_MS
    stated = [
        f"DATA_PATH {quote_text(str(folder / DATA_FOLDER) + '/')}",
        "OVERRIDE_DATA_PATH true",
        # Inlined, a delete of ten rows or fewer would leave the file of a replaced month listed.
        "DATA_INLINING_ROW_LIMIT 0",
        f"META_BUSY_TIMEOUT {wait_ms}",
        *options,
    ]
    address = quote_text(f"ducklake:sqlite:{folder / CATALOGUE_FILE}")
    cursor.execute(f"ATTACH {address} AS {alias} ({', '.join(stated)})")


@contextmanager
def _at_version(cursor: Cursor, folder: Path, version: int) -> Iterator[None]:
    """Attach the catalogue a second time, as of one version, for one transaction."""
    stored = read_versions(cursor)
    if version not in (0, *stored):
        raise VersionError(
            f"version={version} is not stored: versions from {min(stored, default=None)} to "
            f"{max(stored, default=None)} are, except those that retention removed"
        )
    _attach(cursor, folder, _PAST, "READ_ONLY", f"SNAPSHOT_VERSION {version:d}")
    try:
        with _transaction(cursor):
            yield
    finally:
        with suppress(DatabaseError):
            cursor.execute(f"DETACH {_PAST}")


@contextmanager
def _transaction(cursor: Cursor) -> Iterator[None]:
    cursor.execute("BEGIN TRANSACTION")
    try:
        yield
    finally:
        cursor.execute("ROLLBACK")


def _read(
    cursor: Cursor, folder: Path, alias: str, version: int
) -> tuple[CatalogueVersion, str | None]:
    """Read a version that ``alias`` is attached at, and the digest of the files it shows."""
    ((published_at, note),) = fetch(
        cursor,
        "SELECT max(snapshot_time)::TIMESTAMP, "
        "any_value(commit_extra_info) FILTER (snapshot_id = $version) "
        f"FROM ducklake_snapshots('{alias}') WHERE snapshot_id BETWEEN 1 AND $version "
        "HAVING count(*) > 0 UNION ALL "
        "SELECT snapshot_time::TIMESTAMP, commit_extra_info "
        f"FROM ducklake_snapshots('{alias}') WHERE snapshot_id = 0 AND $version = 0",
        {"version": version},
    )
    tables = fetch(
        cursor,
        f"SELECT table_name FROM ducklake_table_info('{alias}') WHERE file_count > 0 ORDER BY 1",
    )
    files: defaultdict[str, list[str]] = defaultdict(list)
    for dataset, path, deletes in _list_tables(cursor, alias, [name for (name,) in tables]):
        if deletes is not None:
            raise StoreError(
                f"{path} has row deletes, which this program never writes; "
                "restore the warehouse from a backup"
            )
        files[dataset].append(path)
    extra = read_note(note)
    catalogue = CatalogueVersion(
        version=version,
        published_at=published_at,
        files={name: tuple(paths) for name, paths in files.items()},
        default=extra.default,
    )
    return catalogue, extra.listing


def _list_tables(cursor: Cursor, alias: str, names: list[str]) -> list[tuple[str, str, str | None]]:
    """Return the files of datasets, oldest first, each with its file of row deletes."""
    parts = (
        f"SELECT {quote_text(name)}, data_file, delete_file "
        f"FROM ducklake_list_files('{alias}', {quote_text(name)})"
        for name in names
    )
    return fetch(cursor, " UNION ALL ".join(parts)) if names else []
