"""The room's file in backups: copied as of one moment, brought back record by record."""

import json
import sqlite3
from base64 import b64encode
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cop.errors import InputFileError, StoreError
from cop.settings import StoreSettings
from cop.store.backup.database_copy import copy_database
from cop.store.backup.room_merge import Record, RoomMerge, merge_room
from cop.store.catalogue.version import QUARANTINE_FOLDER
from cop.store.catalogue.writer import make_folder, place_file
from cop.store.room.damage import leave_restored, note_known_room, read_damages, write_damages
from cop.store.room.mending import mend_room
from cop.store.room.relational import ROOM_FILE, RelationalStore, has_room
from cop.store.room.schema import HEAD, describe_newer, read_file_revision
from cop.store.room.seal import build_digest
from cop.store.room.transfer import copy_rows, file_settings, write_room_file

_WAIT_S = 60


def copy_room(settings: StoreSettings, copy: Path) -> bool:
    """Copy the room of a warehouse as of one moment to a file; return False if there is none."""
    if settings.database is None:
        path = settings.data.resolve() / ROOM_FILE
        return copy_database(path, copy, connect=_open, remedy="run `cop doctor`")
    if not has_room(settings):
        return False
    write_room_file(settings, copy)
    # A copy of its own needs no journal beside it.
    with closing(_open(copy)) as opened:
        opened.execute("PRAGMA journal_mode = DELETE")
    return True


def need_known_copy(copy: Path, archive: Path) -> None:
    """Raise InputFileError if a newer version of the program wrote the room's file of a backup."""
    revision = read_file_revision(copy)
    if revision is not None and revision > HEAD:
        raise InputFileError(
            f"{archive}: its {ROOM_FILE} was written by a newer version of the program (schema "
            f"{revision}, this one knows {HEAD}); update the program, then restore"
        )


def upgrade_copy(settings: StoreSettings, copy: Path) -> StoreSettings:
    """Bring the room's file of a backup to the schema of this program; return how to open it."""
    own = file_settings(settings, copy.parent)
    RelationalStore(own).close()
    return own


def need_known_room(settings: StoreSettings) -> None:
    """Raise StoreError if a newer version of the program wrote the room of a warehouse."""
    if settings.database is not None:
        RelationalStore(settings).close()
        return
    path = settings.data.resolve() / ROOM_FILE
    revision = read_file_revision(path) if path.is_file() else None
    if revision is not None and revision > HEAD:
        raise StoreError(describe_newer(path, revision))


def restore_room(settings: StoreSettings, copy: Path) -> Mapping[str, int]:
    """Bring back every record of a copy of this schema that is missing; nothing here is lost.

    A file that is damaged is mended first. Records that are here as others stay; those of the copy
    are written to the quarantine. Return how many by table.
    """
    folder = settings.data.resolve()
    merge = _merge_file(settings, copy) if settings.database is None else _merge(settings, copy)
    left_out = {name: rows for name, rows in merge.left_out.items() if rows}
    if left_out:
        _write_left_out(folder, left_out)
    return {name: len(rows) for name, rows in left_out.items()}


def _merge_file(settings: StoreSettings, copy: Path) -> RoomMerge:
    folder = settings.data.resolve()
    path = folder / ROOM_FILE
    mend_room(settings)
    RelationalStore(settings).close()
    try:
        merge = merge_room(path, copy)
        _settle_losses(folder, path)
    except sqlite3.Error as fault:
        raise StoreError(f"{path}: {fault}; try again later") from fault
    return merge


def _merge(settings: StoreSettings, copy: Path) -> RoomMerge:
    """Merge in a file of its own while nobody else writes to the database."""
    with TemporaryDirectory() as scratch, closing(RelationalStore(settings)) as store:
        own = file_settings(settings, Path(scratch))
        with closing(RelationalStore(own)) as mirror, store.writing() as here:
            # The database waits for the file.
            here.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout TO 0")
            with mirror.writing() as there:
                copy_rows(here, there)
            try:
                merge = merge_room(own.data / ROOM_FILE, copy)
            except sqlite3.Error as fault:
                raise StoreError(f"{own.data}: {fault}; try again later") from fault
            with mirror.reading() as there:
                copy_rows(there, here)
    return merge


def _settle_losses(folder: Path, path: Path) -> None:
    """What is back is not missing any more; what goes on of board and accounts takes its place."""
    note_known_room(folder)
    damages = read_damages(folder)
    if not damages:
        return
    with closing(_open(path)) as opened:
        present: dict[str, frozenset[str]] = {}
        for name in {name for damage in damages for name in damage.lost}:
            seals = opened.execute("SELECT digest FROM seal WHERE of = ?", [name])
            present[name] = frozenset(digest.hex() for (digest,) in seals)
    for name in ("account", "board"):
        present[name] = frozenset(each for d in damages for each in d.seals.get(name, ()))
    write_damages(folder, leave_restored(damages, present))


def _write_left_out(folder: Path, left_out: Mapping[str, list[Record]]) -> None:
    content = json.dumps(left_out, default=_encode, ensure_ascii=False, indent=1)
    name = f"restore-{build_digest('restore', content).hex()[:16]}.json"
    make_folder(folder / QUARANTINE_FOLDER)

    def write(draft: Path) -> None:
        draft.write_text(content, encoding="utf-8")

    place_file(folder / QUARANTINE_FOLDER / name, write)


def _encode(cell: Any) -> Any:
    return {"base64": b64encode(cell).decode()}


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=_WAIT_S)
