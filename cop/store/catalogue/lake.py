"""The catalogue of versions: which files make up each dataset, kept by DuckLake in SQLite."""

import hashlib
import threading
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from cop.errors import DatasetMissingError, StoreError, VersionError
from cop.store.catalogue.version_note import VersionExtra, read_note
from cop.store.engine import Cursor, DatabaseError, fetch, quote_text

LAKE = "lake"
CATALOGUE_FILE = "catalogue.sqlite"
_READER_WAIT_MS = 500
_WRITER_WAIT_MS = 60_000
"""A commit that gives up keeps SQLite's lock for as long as its process lives: readers give up."""
TURN = threading.Lock()
"""Held for each read and each commit: in one process the two would wait for each other."""
_DATA_FOLDER = "datasets"
DATASET_FOLDER = f"{_DATA_FOLDER}/main"
"""Below DuckLake's folder of the schema: there paths are kept relative, so a warehouse can move."""
_META = f"__ducklake_metadata_{LAKE}"
_FILES = f"""
    SELECT t.table_name, f.path, d.data_file_id IS NOT NULL
    FROM {_META}.ducklake_data_file f JOIN {_META}.ducklake_table t USING (table_id)
    LEFT JOIN {_META}.ducklake_delete_file d ON d.data_file_id = f.data_file_id
        AND d.begin_snapshot <= $version
        AND coalesce(d.end_snapshot, $version + 1) > $version
    WHERE f.begin_snapshot <= $version AND coalesce(f.end_snapshot, $version + 1) > $version
    ORDER BY f.data_file_id
"""
"""The files visible at a catalogue, as the DuckLake specification 1.0 defines it, oldest first."""


@dataclass(frozen=True, kw_only=True)
class CatalogueVersion:
    """The files of every dataset at one version of the warehouse; one without rows has none."""

    version: int
    published_at: datetime
    files: dict[str, tuple[str, ...]] = field(repr=False)

    def files_of(self, dataset: str) -> tuple[str, ...]:
        """Give the file paths of a dataset; DatasetMissingError where there is none."""
        if dataset not in self.files:
            raise DatasetMissingError(
                f"the warehouse holds no dataset {dataset!r} at version {self.version}; "
                f"it holds: {', '.join(sorted(self.files)) or 'nothing'}"
            )
        return self.files[dataset]

    def digest(self, *datasets: str) -> str:
        """Name the content of datasets: equal files give an equal digest, whatever the version."""
        if datasets not in self._digests:
            lines = (
                f"{name} {path}" for name in datasets for path in sorted(self.files.get(name, ()))
            )
            self._digests[datasets] = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
        return self._digests[datasets]

    @cached_property
    def _digests(self) -> dict[tuple[str, ...], str]:
        return {}


def build_listing(folder: Path, files: Iterable[str | Path]) -> str:
    """Give the digest of the paths of a version below ``folder``: which files it shows."""
    root = folder / DATASET_FOLDER
    return _digest(sorted(Path(path).relative_to(root).as_posix() for path in files))


def _digest(names: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def attach(cursor: Cursor, folder: Path, *, read_only: bool) -> None:
    """Attach the catalogue of the warehouse in ``folder`` as ``lake``."""
    catalogue = folder / CATALOGUE_FILE
    if read_only and not catalogue.is_file():
        raise StoreError(f"{folder} is no warehouse (no {CATALOGUE_FILE}): run `cop demo` first")
    options = [
        f"DATA_PATH {quote_text(str(folder / _DATA_FOLDER) + '/')}",
        "OVERRIDE_DATA_PATH true",
        # Inlined, a delete of ten rows or fewer would leave the file of a replaced month listed.
        "DATA_INLINING_ROW_LIMIT 0",
        f"META_BUSY_TIMEOUT {_READER_WAIT_MS if read_only else _WRITER_WAIT_MS}",
    ]
    if read_only:
        options.append("READ_ONLY")
    try:
        cursor.execute(
            f"ATTACH {quote_text(f'ducklake:sqlite:{catalogue}')} AS {LAKE} ({', '.join(options)})"
        )
    except DatabaseError as fault:
        raise StoreError(f"cannot open the catalogue {catalogue}: {fault}") from fault


def current_version(cursor: Cursor) -> int:
    """Give the newest version of the warehouse."""
    return int(fetch(cursor, f"SELECT max(snapshot_id) FROM {_META}.ducklake_snapshot")[0][0])


def version_at(cursor: Cursor, known_at: datetime) -> int:
    """Give the version that was the newest at a moment (UTC); VersionError before the first."""
    (found, first) = fetch(
        cursor,
        "SELECT max(snapshot_id) FILTER (snapshot_time::TIMESTAMPTZ::TIMESTAMP <= $at), "
        "min(snapshot_time::TIMESTAMPTZ::TIMESTAMP) "
        f"FROM {_META}.ducklake_snapshot WHERE snapshot_id > 0",
        {"at": known_at},
    )[0]
    if found is None:
        raise VersionError(
            f"known_at={known_at.isoformat()}Z: no version that old is kept; the oldest is of "
            f"{first.isoformat(timespec='seconds') if first else 'never'}Z"
        )
    return int(found)


def read_versions(cursor: Cursor) -> dict[int, datetime]:
    """Give every version that is kept, the oldest first, with when it was published (UTC)."""
    try:
        rows = fetch(
            cursor,
            "SELECT snapshot_id, snapshot_time::TIMESTAMPTZ::TIMESTAMP "
            f"FROM {_META}.ducklake_snapshot WHERE snapshot_id > 0 ORDER BY snapshot_id",
        )
    except DatabaseError as fault:
        raise StoreError(f"cannot read the catalogue: {fault}") from fault
    return dict(rows)


def expire(cursor: Cursor, versions: Iterable[int]) -> None:
    """Let versions go, all in one transaction; DatabaseError where the catalogue refuses.

    DuckLake lists their files for a removal of its own. Files named by content may be shown again,
    so that list is emptied, now or by the next one: what no version shows our sweep alone removes.
    """
    gone = list(versions)
    with TURN:
        if gone:
            cursor.execute(
                f"CALL ducklake_expire_snapshots('{LAKE}', versions => $gone)", {"gone": gone}
            )
        with suppress(DatabaseError):
            cursor.execute(f"DELETE FROM {_META}.ducklake_files_scheduled_for_deletion")


def table_names(cursor: Cursor) -> list[str]:
    """Give the datasets of the newest version."""
    rows = fetch(
        cursor,
        "SELECT table_name FROM duckdb_tables() WHERE database_name = $lake ORDER BY 1",
        {"lake": LAKE},
    )
    return [name for (name,) in rows]


def read_catalogue(
    cursor: Cursor, folder: Path, *, version: int | None = None, known_at: datetime | None = None
) -> CatalogueVersion:
    """Read the newest version whole, or the one that is named, or the newest of a moment.

    A publish that lands meanwhile is not mixed in. Raises VersionError where that version is not
    kept, StoreError where the catalogue does not list what the version was published with.
    """
    try:
        cursor.execute("BEGIN TRANSACTION")
        try:
            if version is None:
                version = (
                    current_version(cursor) if known_at is None else version_at(cursor, known_at)
                )
            published_at, note = _read_version(cursor, version)
            rows = fetch(cursor, _FILES, {"version": version})
        finally:
            cursor.execute("ROLLBACK")
    except DatabaseError as fault:
        raise StoreError(f"cannot read the catalogue: {fault}") from fault
    files: defaultdict[str, list[str]] = defaultdict(list)
    for dataset, path, has_deletes in rows:
        if has_deletes:
            raise StoreError(
                f"{dataset}: {path} has row deletes, which this program never writes; "
                "restore the warehouse from a backup"
            )
        files[dataset].append(str(folder / DATASET_FOLDER / dataset / path))
    catalogue = CatalogueVersion(
        version=version,
        published_at=published_at,
        files={name: tuple(files[name]) for name in sorted(files)},
    )
    _check_listing(folder, catalogue, note)
    return catalogue


@dataclass(frozen=True, kw_only=True)
class FileEntry:
    """A file that some kept version shows: its path below the datasets, and which versions.

    ``until`` is the first version without it, None where the newest shows it; ``n`` is its rows.
    """

    path: str
    since: int
    until: int | None
    size_bytes: int
    n: int

    def is_shown_at(self, version: int) -> bool:
        """Say whether a version shows the file."""
        return self.since <= version and (self.until is None or version < self.until)

    @property
    def dataset(self) -> str:
        """The dataset that the file is of."""
        return self.path.partition("/")[0]

    def shown_from(self, version: int) -> bool:
        """Say whether the version or a later one shows the file."""
        return self.until is None or self.until > version


def list_files(cursor: Cursor) -> list[FileEntry]:
    """Give every file that some kept version shows."""
    rows = fetch(
        cursor,
        "SELECT t.table_name || '/' || f.path, f.begin_snapshot, f.end_snapshot, "
        f"f.file_size_bytes, f.record_count FROM {_META}.ducklake_data_file f "
        f"JOIN {_META}.ducklake_table t USING (table_id) ORDER BY 2, 1",
    )
    return [
        FileEntry(path=path, since=since, until=until, size_bytes=size, n=n)
        for path, since, until, size, n in rows
    ]


def read_notes(cursor: Cursor) -> dict[int, VersionExtra]:
    """Read what each kept version says of itself, the oldest first."""
    rows = fetch(
        cursor,
        f"SELECT s.snapshot_id, c.commit_extra_info FROM {_META}.ducklake_snapshot s "
        f"LEFT JOIN {_META}.ducklake_snapshot_changes c USING (snapshot_id) ORDER BY 1",
    )
    return {version: read_note(text) for version, text in rows}


def read_bounds(cursor: Cursor, path: str) -> dict[str, tuple[str, str]]:
    """Give the least and greatest identity and source of a file, by column, as published."""
    dataset, _, below = path.partition("/")
    rows = fetch(
        cursor,
        f"SELECT c.column_name, s.min_value, s.max_value FROM {_META}.ducklake_data_file f "
        f"JOIN {_META}.ducklake_table t USING (table_id) "
        f"JOIN {_META}.ducklake_file_column_stats s USING (data_file_id) "
        f"JOIN {_META}.ducklake_column c ON c.table_id = f.table_id AND c.column_id = s.column_id "
        "WHERE t.table_name = $dataset AND f.path = $path AND s.min_value IS NOT NULL "
        "AND c.column_name IN ('event_id', 'record_id', 'source')",
        {"dataset": dataset, "path": below},
    )
    return {name: (least, greatest) for name, least, greatest in rows}


def find_false_listings(cursor: Cursor) -> list[int]:
    """Give the kept versions that list other files than they were published with."""
    files = list_files(cursor)
    found = []
    for version, note in read_notes(cursor).items():
        names = sorted(file.path for file in files if file.is_shown_at(version))
        if (names or note.listing) and note.listing != _digest(names):
            found.append(version)
    return found


def _read_version(cursor: Cursor, version: int) -> tuple[datetime, str | None]:
    rows = fetch(
        cursor,
        "SELECT s.snapshot_time::TIMESTAMPTZ::TIMESTAMP, c.commit_extra_info "
        f"FROM {_META}.ducklake_snapshot s "
        f"LEFT JOIN {_META}.ducklake_snapshot_changes c USING (snapshot_id) "
        "WHERE s.snapshot_id = $version",
        {"version": version},
    )
    if not rows:
        first, last = fetch(
            cursor,
            f"SELECT min(snapshot_id), max(snapshot_id) FROM {_META}.ducklake_snapshot "
            "WHERE snapshot_id > 0",
        )[0]
        raise VersionError(
            f"version={version} is not kept: versions from {first} to {last} are, but for those "
            "that retention removed"
        )
    published_at, note = rows[0]
    return published_at, note


def _check_listing(folder: Path, catalogue: CatalogueVersion, note: str | None) -> None:
    """Compare what a version lists with what it was published with."""
    paths = [path for paths in catalogue.files.values() for path in paths]
    said = read_note(note).listing
    if not paths and said is None:
        return
    if said is None:
        raise StoreError(
            f"{folder}: the warehouse was written by an earlier build: version {catalogue.version} "
            "does not say which files it was published with. Choose another folder with --data, "
            "or remove this one and build it again from the sources"
        )
    if build_listing(folder, paths) != said:
        raise StoreError(
            f"{folder / CATALOGUE_FILE}: version {catalogue.version} lists other files than it was "
            "published with; run `cop doctor` and restore the warehouse from a backup"
        )
