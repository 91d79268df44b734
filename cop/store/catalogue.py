"""The catalogue of versions: which files make up each dataset, kept by DuckLake in SQLite."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cop.errors import DatasetMissingError, StoreError
from cop.settings import StoreSettings
from cop.store.engine import Cursor, DatabaseError, fetch, open_engine, quote_text

LAKE = "lake"
CATALOGUE_FILE = "catalogue.sqlite"
_DATA_FOLDER = "datasets"
DATASET_FOLDER = f"{_DATA_FOLDER}/main"
"""Below DuckLake's folder of the schema: there paths are kept relative, so a warehouse can move."""


@dataclass(frozen=True, kw_only=True)
class Snapshot:
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
        lines = (f"{name} {path}" for name in datasets for path in sorted(self.files.get(name, ())))
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


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
    ]
    if read_only:
        options.append("READ_ONLY")
    try:
        cursor.execute(
            f"ATTACH {quote_text(f'ducklake:sqlite:{catalogue}')} AS {LAKE} ({', '.join(options)})"
        )
    except DatabaseError as fault:
        raise StoreError(f"cannot open the catalogue {catalogue}: {fault}") from fault


def is_published(settings: StoreSettings) -> bool:
    """Say whether a warehouse is there and holds any dataset."""
    folder = settings.data.resolve()
    if not (folder / CATALOGUE_FILE).is_file():
        return False
    cursor = open_engine(settings)
    try:
        attach(cursor, folder, read_only=True)
        return bool(read_snapshot(cursor).files)
    finally:
        cursor.close()


def current_version(cursor: Cursor) -> int:
    """Give the newest version of the warehouse."""
    return int(fetch(cursor, f"SELECT id FROM ducklake_current_snapshot('{LAKE}')")[0][0])


def table_names(cursor: Cursor) -> list[str]:
    """Give the datasets of the newest version."""
    rows = fetch(
        cursor,
        "SELECT table_name FROM duckdb_tables() WHERE database_name = $lake ORDER BY 1",
        {"lake": LAKE},
    )
    return [name for (name,) in rows]


def read_snapshot(cursor: Cursor) -> Snapshot:
    """Read the newest version whole; a publish that lands meanwhile is not mixed in."""
    try:
        cursor.execute("BEGIN TRANSACTION")
        version = current_version(cursor)
        files = {name: _files(cursor, name, version) for name in table_names(cursor)}
        files = {name: paths for name, paths in files.items() if paths}
        (published_at,) = fetch(
            cursor,
            f"SELECT snapshot_time::TIMESTAMP FROM ducklake_snapshots('{LAKE}') "
            "WHERE snapshot_id = $version",
            {"version": version},
        )[0]
        cursor.execute("COMMIT")
    except DatabaseError as fault:
        raise StoreError(f"cannot read the catalogue: {fault}") from fault
    return Snapshot(version=version, published_at=published_at, files=files)


def _files(cursor: Cursor, dataset: str, version: int) -> tuple[str, ...]:
    rows = fetch(
        cursor,
        "SELECT data_file, delete_file FROM "
        f"ducklake_list_files('{LAKE}', {quote_text(dataset)}, snapshot_version => {version:d})",
    )
    partly_deleted = [path for path, deletes in rows if deletes]
    if partly_deleted:
        raise StoreError(
            f"{dataset}: {partly_deleted[0]} has row deletes, which this program never writes; "
            "restore the warehouse from a backup"
        )
    files = sorted(path for path, _ in rows)
    if len({Path(path).parent for path in files}) < len(files):
        raise StoreError(
            f"{dataset}: version {version} lists two files in one folder, so records would count "
            "twice; restore the warehouse from a backup"
        )
    return tuple(files)
