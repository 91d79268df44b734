"""Restore: a backup becomes a warehouse, or the newest version of the one that is there."""

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import BaseModel, ConfigDict, Field

from cop.errors import InputFileError, StoreError
from cop.model.moment import format_instant
from cop.settings import StoreSettings
from cop.store.audit.file import AUDIT_FILE
from cop.store.backup.archive import (
    BackupArchive,
    is_aside,
    is_member,
    is_whole,
    read_archive,
)
from cop.store.backup.archive_check import (
    check_catalogue_file,
    check_dataset_paths,
    check_records,
    check_room_file,
)
from cop.store.backup.audit_file import NONE, check_audit_file, settle_audit
from cop.store.backup.restored_marking import raise_restored
from cop.store.backup.room_file import (
    need_known_copy,
    need_known_room,
    restore_room,
    upgrade_copy,
)
from cop.store.catalogue.copy import keep_copy
from cop.store.catalogue.history import RESTORED
from cop.store.catalogue.lake import attach
from cop.store.catalogue.layout import check_layout
from cop.store.catalogue.listing import read_catalogue
from cop.store.catalogue.lock import WarehouseLock
from cop.store.catalogue.metadata import list_files
from cop.store.catalogue.quarantine import read_quarantine
from cop.store.catalogue.recovery import sweep_drafts
from cop.store.catalogue.store import open_store
from cop.store.catalogue.transaction import WriteTransaction, open_transaction
from cop.store.catalogue.version import (
    CATALOGUE_FILE,
    DATASET_FOLDER,
    QUARANTINE_FOLDER,
    CatalogueVersion,
)
from cop.store.catalogue.writer import file_sha256, make_folder, place_file, write_file
from cop.store.dataset.region import check_region
from cop.store.dataset.schema import LAYERS, QUARANTINE, TERRAIN
from cop.store.engine import CATALOGUE_EXTENSIONS, Cursor, DatabaseError, open_engine
from cop.store.room.exchange import Exchanges
from cop.store.room.relational import ROOM_FILE, has_room

_LOCK_SECONDS = 60
_JOURNALS = ("-journal", "-wal", "-shm")


class RestoreReport(BaseModel):
    """The version that a backup was of, the one that shows its state here, the files written.

    ``left_out`` are records of the room by table, of which others are here: see the quarantine.
    ``audit`` says what became of the audit record, ``raised`` how sources are marked that are
    marked higher here than in the backup.
    """

    model_config = ConfigDict(frozen=True)

    restored: int
    version: int
    files: int
    left_out: Mapping[str, int] = Field(default_factory=dict)
    audit: str = NONE
    raised: Mapping[str, str] = Field(default_factory=dict)


def _begin_quietly(_audit: str) -> None:
    """Record nothing."""


def restore(
    settings: StoreSettings, file: Path, *, begin: Callable[[str], object] = _begin_quietly
) -> RestoreReport:
    """Bring back the state of a backup, whole or not at all; all of the file is checked first.

    Where there is no warehouse, or one whose catalogue cannot be read, the backup's own takes its
    place with all its versions. Otherwise nothing that is there is lost: the backup's newest state
    is published as a further version, marked at least as it is here, and files of it that were lost
    here are written again.

    The audit record is settled first; then ``begin`` is called with what became of it, to record
    the restore. What it raises ends the restore.
    """
    folder = settings.data.resolve()
    store = open_store(settings)
    archive = read_archive(file)
    try:
        with TemporaryDirectory() as scratch:
            copy = Path(scratch) / CATALOGUE_FILE
            catalogue = _read_catalogue(settings, archive, copy)
            room = _read_room(settings, archive, copy.with_name(ROOM_FILE))
            audit_copy = _read_audit(archive, copy.with_name(AUDIT_FILE))
            make_folder(folder)
            with store.writer_lock(timeout_s=_LOCK_SECONDS) as lock:
                store.settle()
                audit = settle_audit(settings, audit_copy)
                begin(audit)
                shown = _names_shown(settings, folder)
                if shown is None:
                    written, left_out = _found(settings, archive, copy, room, lock)
                    _exchange_anew(settings)
                    return _report(catalogue, catalogue.version, written, left_out, audit)
                written = _heal(folder, archive, shown)
            files = _relative(catalogue, copy.parent)
            version, added, raised = _publish(settings, archive, catalogue, files)
            left_out = {} if room is None else restore_room(settings, room)
            _exchange_anew(settings)
            report = _report(catalogue, version, written + added, left_out, audit)
            return report.model_copy(update={"raised": raised})
    except OSError as fault:
        raise StoreError(f"{folder}: cannot be restored: {fault}") from fault


def _report(
    catalogue: CatalogueVersion,
    version: int,
    files: int,
    left_out: Mapping[str, int],
    audit: str,
) -> RestoreReport:
    restored = catalogue.version
    return RestoreReport(
        restored=restored, version=version, files=files, left_out=left_out, audit=audit
    )


def _read_catalogue(
    settings: StoreSettings, archive: BackupArchive, copy: Path
) -> CatalogueVersion:
    """Unpack the catalogue and check that the backup has what it shows."""
    archive.unpack(CATALOGUE_FILE, copy)
    stored = {member.name: member.sha256 for member in archive.manifest.members}
    _check(archive, CATALOGUE_FILE, file_sha256(copy) == stored[CATALOGUE_FILE])
    check_catalogue_file(settings, copy, archive.file)
    cursor = open_engine(settings, CATALOGUE_EXTENSIONS)
    try:
        attach(cursor, copy.parent, read_only=True)
        catalogue = read_catalogue(cursor, copy.parent)
        shown = {f"{DATASET_FOLDER}/{entry.path}" for entry in list_files(cursor)}
        _check_content(cursor, archive, catalogue, copy.parent)
    except (StoreError, DatabaseError) as fault:
        raise InputFileError(f"{archive.file}: its catalogue cannot be read: {fault}") from fault
    finally:
        cursor.close()
    newest = {name for names in _relative(catalogue, copy.parent).values() for name in names}
    lacking = (newest - {*stored}) | (shown - {*stored, *archive.manifest.absent})
    if lacking or catalogue.version != archive.manifest.version:
        raise InputFileError(
            f"{archive.file}: its catalogue shows version {catalogue.version} with "
            f"{min(lacking, default='other files')}, which it does not have; use another backup"
        )
    return catalogue


def _check_content(
    cursor: Cursor, archive: BackupArchive, catalogue: CatalogueVersion, scratch: Path
) -> None:
    """Check the layout of the newest version, and the paths that rows of any version name."""
    newest = _relative(catalogue, scratch)
    needed = {names[0] for names in newest.values() if names}
    files: dict[str, list[Path]] = {}
    for member in archive.manifest.members:
        dataset = member.name.removeprefix(f"{DATASET_FOLDER}/").partition("/")[0]
        if member.name in needed or dataset in (TERRAIN, LAYERS):
            path = scratch / member.name
            path.parent.mkdir(parents=True, exist_ok=True)
            archive.unpack(member.name, path)
            files.setdefault(dataset, []).append(path)
    check_dataset_paths(cursor, files, archive.file)
    first = {dataset: [str(scratch / names[0])] for dataset, names in newest.items() if names}
    check_layout(cursor, scratch, first)


def _relative(catalogue: CatalogueVersion, folder: Path) -> dict[str, tuple[str, ...]]:
    """Return the files of a version by dataset, as paths below the warehouse."""
    return {
        name: tuple(Path(path).relative_to(folder).as_posix() for path in paths)
        for name, paths in catalogue.files.items()
    }


def _exchange_anew(settings: StoreSettings) -> None:
    """Let partners give everything again: what they gave after the backup is not there."""
    if has_room(settings):
        with closing(Exchanges(settings)) as exchanges:
            exchanges.begin_anew()


def _read_room(settings: StoreSettings, archive: BackupArchive, copy: Path) -> Path | None:
    """Unpack the room's file in the schema of this program; None if the backup has none."""
    stored = {member.name: member.sha256 for member in archive.manifest.members}
    if ROOM_FILE not in stored:
        return None
    archive.unpack(ROOM_FILE, copy)
    _check(archive, ROOM_FILE, file_sha256(copy) == stored[ROOM_FILE])
    need_known_copy(copy, archive.file)
    check_room_file(copy, archive.file)
    check_records(upgrade_copy(settings, copy), archive.file)
    need_known_room(settings)
    return copy


def _read_audit(archive: BackupArchive, copy: Path) -> Path | None:
    """Unpack the audit record and check it; None if the backup has none."""
    stored = {member.name: member.sha256 for member in archive.manifest.members}
    if AUDIT_FILE not in stored:
        return None
    archive.unpack(AUDIT_FILE, copy)
    _check(archive, AUDIT_FILE, file_sha256(copy) == stored[AUDIT_FILE])
    check_audit_file(copy, archive.file)
    return copy


def _names_shown(settings: StoreSettings, folder: Path) -> set[str] | None:
    """Return the files that versions here show; None if there is no catalogue to be read."""
    store = open_store(settings)
    if not store.exists():
        return None
    cursor = open_engine(settings, store.extensions)
    try:
        store.attach(cursor)
        if read_catalogue(cursor, folder).version == 0:
            return None
        return {f"{DATASET_FOLDER}/{entry.path}" for entry in list_files(cursor)}
    except (StoreError, DatabaseError) as fault:
        if settings.database is not None:
            # Nothing of a database is set aside, so that nothing takes its place.
            raise StoreError(f"{store.name}: cannot be read ({fault}); nothing restored") from fault
        return None
    finally:
        cursor.close()


def _found(
    settings: StoreSettings,
    archive: BackupArchive,
    copy: Path,
    room: Path | None,
    lock: WarehouseLock,
) -> tuple[int, Mapping[str, int]]:
    """Build the warehouse of the backup: its files first, its catalogue last."""
    folder = settings.data.resolve()
    sweep_drafts(folder, lock)
    written = _write(folder, archive, _names_of(archive)) + _write_aside(folder, archive)
    _set_aside(folder, archive)
    left_out = {} if room is None else restore_room(settings, room)
    if settings.database is None:
        place_file(folder / CATALOGUE_FILE, lambda draft: _copy(copy, draft))
        keep_copy(folder)
    else:
        from cop.store.catalogue.transfer import fill_catalogue

        fill_catalogue(settings, lock, copy)
    return written, left_out


def _copy(copy: Path, draft: Path) -> None:
    shutil.copyfile(copy, draft)


def _set_aside(folder: Path, archive: BackupArchive) -> None:
    """Move aside what the backup does not know: without a catalogue it may be the only copy."""
    members = {member.name: member.sha256 for member in archive.manifest.members}
    aside = folder / QUARANTINE_FOLDER / f"before-{members.pop(CATALOGUE_FILE)[:16]}"
    for path in (folder / CATALOGUE_FILE, *(folder / DATASET_FOLDER).rglob("*.parquet")):
        name = path.relative_to(folder).as_posix()
        target = aside / name
        if path.is_file() and name not in members and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(path, target)
    # SQLite would play a journal that lies beside another catalogue into that one.
    for suffix in _JOURNALS:
        journal = folder / f"{CATALOGUE_FILE}{suffix}"
        if journal.is_file():
            aside.mkdir(parents=True, exist_ok=True)
            journal.replace(aside / journal.name)


def _heal(folder: Path, archive: BackupArchive, shown: set[str]) -> int:
    """Write again what was lost of the files that versions here show, and of those beside them."""
    names = _names_of(archive)
    beside = {name for name in names if not name.startswith(f"{DATASET_FOLDER}/")}
    return _write(folder, archive, names & (shown | beside)) + _write_aside(folder, archive)


def _names_of(archive: BackupArchive) -> set[str]:
    """Return the members that are named by their content."""
    return {member.name for member in archive.manifest.members if is_member(member.name)}


def _write_aside(folder: Path, archive: BackupArchive) -> int:
    """Write what had been set aside, never over what is set aside here."""
    lacking = [
        member
        for member in archive.manifest.members
        if is_aside(member.name) and not (folder / member.name).exists()
    ]
    for member in lacking:
        path = folder / member.name
        make_folder(path.parent)
        place_file(path, partial(archive.unpack, member.name))
        _check(archive, member.name, file_sha256(path) == member.sha256)
    return len(lacking)


def _write(folder: Path, archive: BackupArchive, names: Iterable[str]) -> int:
    lost = sorted(name for name in names if not is_whole(folder, name))
    for name in lost:
        path = folder / name
        written = write_file(path.parent, path.suffix, partial(archive.unpack, name))
        _check(archive, name, written is not None and written.path == path)
    return len(lost)


def _check(archive: BackupArchive, name: str, same: bool) -> None:
    if not same:
        raise InputFileError(f"{archive.file}: {name} changed while it was read; try again")


def _publish(
    settings: StoreSettings,
    archive: BackupArchive,
    catalogue: CatalogueVersion,
    files: dict[str, tuple[str, ...]],
) -> tuple[int, int, Mapping[str, str]]:
    """Show the state of the backup as a further version; what was there stays readable.

    Return the version, how many files were written, and the sources that are marked higher here.
    """
    with open_transaction(settings, repairing=True) as transaction:
        folder, before = transaction.folder, _region_of(transaction)
        names = [name for names in files.values() for name in names]
        added = [name for name in names if not is_whole(folder, name)]
        for name in added:
            path = Path(name)
            write = partial(archive.unpack, name)
            unpacked = transaction.store_file(path.parent.as_posix(), path.suffix, write)
            _check(archive, name, unpacked.name == path.name)
        transaction.show({name: [folder / path for path in files[name]] for name in files})
        lacking = [str(folder / path) for path in files.get(QUARANTINE, ())]
        transaction.quarantine = read_quarantine(transaction.cursor, lacking)
        check_layout(
            transaction.cursor,
            folder,
            {name: [str(folder / path) for path in files[name]] for name in files},
        )
        check_region(folder, stored=before or "", requested=before and _region_of(transaction))
        raised = raise_restored(transaction, catalogue.version)
        version = transaction.commit(
            f"{RESTORED} {archive.file.name}: version {catalogue.version} of "
            f"{format_instant(catalogue.published_at)}"
        )
        return version, len(added), raised


def _region_of(transaction: WriteTransaction) -> str | None:
    if not transaction.has("region"):
        return None
    return str(transaction.read("region")["name"].iloc[0])
