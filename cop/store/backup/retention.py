"""Retention: remove the versions that a policy does not keep, and the files only they use."""

import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from cop.errors import SettingsError, StoreError
from cop.model.moment import utc_now
from cop.settings import RetentionSettings, StoreSettings
from cop.store.catalogue.lake import is_locked, read_versions
from cop.store.catalogue.metadata import FileEntry, expire, list_files
from cop.store.catalogue.recovery import sweep
from cop.store.catalogue.store import open_store
from cop.store.catalogue.transaction import RETRY_AFTER_S, WriteTransaction, open_transaction
from cop.store.catalogue.version import DATASET_FOLDER
from cop.store.dataset.photo import FOLDER as PHOTOS
from cop.store.dataset.raster import FOLDER as RASTERS
from cop.store.dataset.schema import LAYERS, TERRAIN
from cop.store.engine import Cursor, DatabaseError, fetch
from cop.store.serving.copy import remove_copies

LEAST_AGE = timedelta(minutes=15)
"""A version that was the newest within this time is kept: a server may be answering from it."""
_LOCK_SECONDS = 60


class RetentionReport(BaseModel):
    """The versions that stay and go, and the files that go with them."""

    model_config = ConfigDict(frozen=True)

    dry_run: bool
    kept: tuple[int, ...]
    removed: tuple[int, ...]
    files: int
    bytes: int


def retain(
    settings: StoreSettings, policy: RetentionSettings, *, dry_run: bool = False
) -> RetentionReport:
    """Remove what the policy does not keep, in one transaction; ``dry_run`` only reports it.

    The files go afterwards: what a killed process leaves of them is removed by the next publish.
    """
    store = open_store(settings)
    folder = store.folder
    if policy.keep_days is None and policy.keep_versions is None:
        raise SettingsError(
            "no rule for what to keep: use --keep-days or --keep-versions "
            "(or COP_KEEP_DAYS, COP_KEEP_VERSIONS)"
        )
    if not store.exists():
        raise StoreError(
            f"{folder} is not a warehouse ({store.describe_missing()}): there is nothing to keep"
        )
    with (
        store.retention_lock(timeout_s=_LOCK_SECONDS, busy="a backup has been running"),
        open_transaction(settings) as transaction,
    ):
        report = _retain(transaction, policy, dry_run=dry_run)
        if report.removed and not dry_run:
            # They have the rows of what went, until their place is written over.
            remove_copies(settings)
        return report


def choose_first(versions: Mapping[int, datetime], policy: RetentionSettings, now: datetime) -> int:
    """Return the oldest version to keep of all, ascending; every later one is kept too.

    A version is kept for ``keep_days`` since the next one took its place, so that what was known at
    each moment of those days can be answered.
    """
    numbers = [*versions]
    age = max(LEAST_AGE, timedelta(days=policy.keep_days or 0))
    replaced_at = zip(numbers, [*versions.values()][1:], strict=False)
    recent = [number for number, moment in replaced_at if moment > now - age]
    return min([*numbers[-(policy.keep_versions or 1) :], *recent])


def _retain(
    transaction: WriteTransaction, policy: RetentionSettings, *, dry_run: bool
) -> RetentionReport:
    cursor, folder = transaction.cursor, transaction.folder
    versions = read_versions(cursor)
    if not versions:
        raise StoreError(f"{folder}: the warehouse has no version yet")
    first = choose_first(versions, policy, utc_now())
    entries = list_files(cursor)
    rasters = _rasters_going(cursor, folder, entries, first)
    going = [*_files_going(folder, entries, first), *rasters]
    report = RetentionReport(
        dry_run=dry_run,
        kept=tuple(number for number in versions if number >= first),
        removed=tuple(number for number in versions if number < first),
        files=len(going),
        bytes=sum(path.stat().st_size for path in going),
    )
    if not dry_run:
        _expire(cursor, folder, report.removed)
        with suppress(StoreError, DatabaseError):
            sweep(cursor, folder, transaction.lock)
        transaction.remove_files(rasters)
    return report


def _files_going(folder: Path, entries: list[FileEntry], first: int) -> list[Path]:
    """Return the files that no version from ``first`` on shows; a path may be shown twice."""
    root = folder / DATASET_FOLDER
    staying = {entry.path for entry in entries if entry.shown_from(first)}
    going = {entry.path for entry in entries} - staying
    return sorted(path for name in going if (path := root / name).is_file())


def _rasters_going(
    cursor: Cursor, folder: Path, entries: list[FileEntry], first: int
) -> list[Path]:
    """Return the rasters and photos that no stored version names.

    None if a table that names them cannot be read.
    """
    named: set[Path] = set()
    photo = "declared->>'$.content.photo'"
    for dataset, column in ((TERRAIN, "path"), (LAYERS, "raster"), (LAYERS, photo)):
        tables = [
            str(folder / DATASET_FOLDER / entry.path)
            for entry in entries
            if entry.dataset == dataset and entry.shown_from(first)
        ]
        if tables:
            sql = f"SELECT DISTINCT {column} FROM read_parquet($files) WHERE {column} IS NOT NULL"
            try:
                rows = fetch(cursor, sql, {"files": tables})
            except DatabaseError:
                return []
            named |= {folder / path for (path,) in rows}
    stored = {*(folder / RASTERS).glob("*.tif"), *(folder / PHOTOS).glob("*.jpg")}
    return sorted(stored - named)


def _expire(cursor: Cursor, folder: Path, versions: tuple[int, ...]) -> None:
    for delay_s in (*RETRY_AFTER_S, None):
        try:
            expire(cursor, versions)
            return
        except DatabaseError as fault:
            if _are_removed(cursor, folder, versions, fault):
                return
            if delay_s is None or not is_locked(fault):
                raise StoreError(
                    f"{folder}: no version was removed, the catalogue refused: {fault}"
                ) from fault
            time.sleep(delay_s)


def _are_removed(
    cursor: Cursor, folder: Path, versions: tuple[int, ...], fault: DatabaseError
) -> bool:
    """Return whether a failed commit took place, by the catalogue."""
    try:
        return not set(versions) & set(read_versions(cursor))
    except StoreError as unread:
        raise StoreError(
            f"{folder}: the catalogue failed ({fault}) and cannot be read ({unread}): the versions "
            "are all kept or all removed, and those kept are whole; run `cop doctor`"
        ) from fault
