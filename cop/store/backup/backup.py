"""Backup: the catalogue and every file that it shows in one tar, while publishing goes on."""

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import BaseModel, ConfigDict

from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.audit.file import AUDIT_FILE
from cop.store.backup.archive import BackupManifest, Member, is_aside, is_whole, write_archive
from cop.store.backup.audit_file import copy_audit
from cop.store.backup.room_file import copy_room
from cop.store.catalogue.file_store import FileCatalogue
from cop.store.catalogue.lake import attach
from cop.store.catalogue.listing import read_catalogue
from cop.store.catalogue.lock import WarehouseLock
from cop.store.catalogue.metadata import list_files
from cop.store.catalogue.store import CatalogueStore, open_store
from cop.store.catalogue.version import (
    CATALOGUE_FILE,
    DATASET_FOLDER,
    QUARANTINE_FOLDER,
    CatalogueVersion,
)
from cop.store.catalogue.writer import file_sha256, place_file
from cop.store.dataset.photo import FOLDER as PHOTOS
from cop.store.dataset.raster import FOLDER as RASTERS
from cop.store.dataset.reject import FOLDER as REJECTS
from cop.store.engine import CATALOGUE_EXTENSIONS, open_engine
from cop.store.room.file import BRIEFS, REPORT_PHOTOS
from cop.store.room.relational import ROOM_FILE

_LOCK_SECONDS = 60
_BESIDE = (REJECTS, RASTERS, PHOTOS, REPORT_PHOTOS, BRIEFS)


class BackupReport(BaseModel):
    """What a backup contains; ``absent`` files were lost before, no copy of them could be taken."""

    model_config = ConfigDict(frozen=True)

    file: str
    version: int
    files: int
    bytes: int
    absent: tuple[str, ...]


def back_up(settings: StoreSettings, file: Path) -> BackupReport:
    """Write the warehouse with all its versions to ``file``, whole or not at all.

    Publishing goes on meanwhile: the backup is of the version that was the newest at its start. A
    file that is there already is refused, and so is a warehouse whose newest version is damaged.
    """
    folder, target = settings.data.resolve(), file.resolve()
    store = open_store(settings)
    _check_target(store, target)
    if settings.database is None:
        FileCatalogue(folder).roll_back()
    try:
        with _alone(store), TemporaryDirectory() as scratch:
            copy = Path(scratch) / CATALOGUE_FILE
            if settings.database is None:
                _copy_catalogue(folder / CATALOGUE_FILE, copy)
            else:
                from cop.store.catalogue.transfer import write_catalogue_file

                write_catalogue_file(settings, copy)
            room, audit = Path(scratch) / ROOM_FILE, Path(scratch) / AUDIT_FILE
            beside = [room] if copy_room(settings, room) else []
            beside += [audit] if copy_audit(settings, audit) else []
            manifest = _build_manifest(settings, folder, copy, beside)
            sources = {m.name: folder / m.name for m in manifest.members}
            sources |= {path.name: path for path in (copy, *beside)}
            place_file(target, lambda draft: write_archive(draft, manifest, sources))
            return BackupReport(
                file=str(file),
                version=manifest.version,
                files=len(manifest.members),
                bytes=target.stat().st_size,
                absent=manifest.absent,
            )
    except OSError as fault:
        raise StoreError(f"{folder}: cannot be backed up: {fault}") from fault


def _alone(store: CatalogueStore) -> WarehouseLock:
    busy = "another backup or retention has been at work"
    return store.retention_lock(timeout_s=_LOCK_SECONDS, busy=busy)


def _check_target(store: CatalogueStore, target: Path) -> None:
    folder = store.folder
    if not store.exists():
        missing = store.describe_missing()
        raise StoreError(f"{folder} is not a warehouse ({missing}): nothing to back up")
    if target.exists():
        raise StoreError(f"{target} already exists: remove it or choose another file")
    if target.is_relative_to(folder):
        raise StoreError(f"{target} is inside the warehouse: choose a file elsewhere")
    if not target.parent.is_dir():
        raise StoreError(f"{target}: there is no folder {target.parent}; create it first")


def _copy_catalogue(catalogue: Path, copy: Path) -> None:
    """Copy the catalogue as of one moment, waiting for a commit that is going on."""
    deadline = time.monotonic() + _LOCK_SECONDS

    def wait(_status: int, _remaining: int, _total: int) -> None:
        if time.monotonic() > deadline:
            raise StoreError(f"{catalogue}: in use for {_LOCK_SECONDS} s; try again later")

    try:
        with (
            closing(sqlite3.connect(f"{catalogue.as_uri()}?mode=ro", uri=True)) as opened,
            closing(sqlite3.connect(copy)) as copied,
        ):
            opened.backup(copied, progress=wait, sleep=0.05)
            (found,) = copied.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as fault:
        raise StoreError(f"{catalogue}: cannot be read ({fault}); run `cop doctor`") from fault
    if found != "ok":
        raise StoreError(f"{catalogue}: damaged ({found}); run `cop doctor`")


def _build_manifest(
    settings: StoreSettings, folder: Path, copy: Path, beside: Sequence[Path]
) -> BackupManifest:
    """List what belongs to a backup, each file checked against its name; ``beside`` are copies."""
    cursor = open_engine(settings, CATALOGUE_EXTENSIONS)
    try:
        attach(cursor, copy.parent, read_only=True)
        catalogue = read_catalogue(cursor, copy.parent)
        names = {f"{DATASET_FOLDER}/{entry.path}" for entry in list_files(cursor)}
    finally:
        cursor.close()
    whole = {name for name in (*names, *_names_beside(folder)) if is_whole(folder, name)}
    lost = names - whole
    needed = lost & _names_of(catalogue, copy.parent)
    if needed:
        raise StoreError(
            f"{folder / min(needed)}: missing or damaged; run `cop doctor --repair`, then back up"
        )
    about = [
        Member(name=path.name, sha256=file_sha256(path), size_bytes=path.stat().st_size)
        for path in (copy, *beside)
    ]
    return BackupManifest(
        version=catalogue.version,
        published_at=catalogue.published_at,
        members=(
            *about,
            *(_describe(folder, name) for name in sorted(whole)),
            *(_describe_aside(folder, name) for name in _names_aside(folder)),
        ),
        absent=tuple(sorted(lost)),
    )


def _names_of(catalogue: CatalogueVersion, folder: Path) -> set[str]:
    paths = (Path(path) for files in catalogue.files.values() for path in files)
    return {path.relative_to(folder).as_posix() for path in paths}


def _names_beside(folder: Path) -> set[str]:
    paths = (path for beside in _BESIDE for path in (folder / beside).rglob("*"))
    return {path.relative_to(folder).as_posix() for path in paths}


def _names_aside(folder: Path) -> list[str]:
    paths = (path for path in (folder / QUARANTINE_FOLDER).rglob("*") if path.is_file())
    return sorted(filter(is_aside, (path.relative_to(folder).as_posix() for path in paths)))


def _describe_aside(folder: Path, name: str) -> Member:
    path = folder / name
    return Member(name=name, sha256=file_sha256(path), size_bytes=path.stat().st_size)


def _describe(folder: Path, name: str) -> Member:
    path = folder / name
    return Member(name=name, sha256=path.stem, size_bytes=path.stat().st_size)
