"""What a version shows: the files of each dataset, read whole at one moment."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cop.errors import StoreError, VersionError
from cop.store.catalogue.lake import LAKE, current_version, read_versions
from cop.store.catalogue.metadata import list_shown
from cop.store.catalogue.version import DATASET_FOLDER, CatalogueVersion, check_listing
from cop.store.catalogue.version_note import VersionExtra, read_note
from cop.store.engine import Cursor, DatabaseError, fetch


def read_catalogue(cursor: Cursor, folder: Path, *, version: int | None = None) -> CatalogueVersion:
    """Read the newest version whole, or the one of that number.

    A publish that lands meanwhile is not mixed in. Raise VersionError if that version is not
    stored, StoreError if the catalogue does not list what the version was published with.
    """
    try:
        with _transaction(cursor):
            catalogue, extra = _read(cursor, folder, _find(cursor, version))
    except DatabaseError as fault:
        raise StoreError(f"cannot read the catalogue: {fault}") from fault
    check_listing(folder, catalogue, extra.listing)
    return catalogue


def _find(cursor: Cursor, version: int | None) -> int:
    if version is None:
        return current_version(cursor)
    stored = read_versions(cursor)
    if version not in (0, *stored):
        raise VersionError(
            f"version={version} is not stored: versions from {min(stored, default=None)} to "
            f"{max(stored, default=None)} are, except those that retention removed"
        )
    return version


@contextmanager
def _transaction(cursor: Cursor) -> Iterator[None]:
    cursor.execute("BEGIN TRANSACTION")
    try:
        yield
    finally:
        cursor.execute("ROLLBACK")


def _read(cursor: Cursor, folder: Path, version: int) -> tuple[CatalogueVersion, VersionExtra]:
    ((published_at, note),) = fetch(
        cursor,
        "SELECT max(snapshot_time)::TIMESTAMP, "
        "any_value(commit_extra_info) FILTER (snapshot_id = $version) "
        f"FROM ducklake_snapshots('{LAKE}') WHERE snapshot_id BETWEEN 1 AND $version "
        "HAVING count(*) > 0 UNION ALL "
        "SELECT snapshot_time::TIMESTAMP, commit_extra_info "
        f"FROM ducklake_snapshots('{LAKE}') WHERE snapshot_id = 0 AND $version = 0",
        {"version": version},
    )
    root = folder / DATASET_FOLDER
    files: defaultdict[str, list[str]] = defaultdict(list)
    for shown in list_shown(cursor, version):
        path = str(root / shown.dataset / shown.path)
        if shown.has_deletes:
            raise StoreError(
                f"{path} has row deletes, which this program never writes; "
                "restore the warehouse from a backup"
            )
        files[shown.dataset].append(path)
    extra = read_note(note)
    catalogue = CatalogueVersion(
        version=version,
        published_at=published_at,
        files={name: tuple(paths) for name, paths in files.items()},
        default=extra.default,
    )
    return catalogue, extra
