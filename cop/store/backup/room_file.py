"""The room's file in backups and checks: copied as of one moment, restored without loss."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from cop.errors import InputFileError, StoreError
from cop.settings import StoreSettings
from cop.store.catalogue.writer import QUARANTINE_FOLDER, file_sha256, place_file
from cop.store.room.relational import ROOM_FILE, RelationalStore
from cop.store.room.schema import HEAD, REVISION_TABLE, describe_newer, read_file_revision

_WAIT_S = 60
_BESIDE = ("", "-wal", "-shm", "-journal")
_NOT_RESTORED = frozenset({REVISION_TABLE, "attendance"})
"""The schema's own revision, and who was connected to a server at the time of the backup."""
_SEQUENCE = "board"
"""A journal whose rows build on one another: rows of two are never mixed."""


def copy_room(folder: Path, copy: Path) -> bool:
    """Copy the room's file of a warehouse as of one moment; return False if there is none."""
    path = folder / ROOM_FILE
    if not path.is_file():
        return False
    try:
        with closing(_open(path)) as opened, closing(sqlite3.connect(copy)) as copied:
            opened.backup(copied)
            # A copy of its own needs no journal beside it.
            copied.execute("PRAGMA journal_mode = DELETE")
            (found,) = copied.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as fault:
        raise StoreError(f"{path}: cannot be read ({fault}); run `cop doctor`") from fault
    if found != "ok":
        raise StoreError(f"{path}: damaged ({found}); run `cop doctor`")
    return True


def upgrade_copy(settings: StoreSettings, copy: Path, archive: Path) -> None:
    """Bring the room's file of a backup to the schema of this program.

    Raise InputFileError if a newer version of the program wrote it.
    """
    revision = read_file_revision(copy)
    if revision is not None and revision > HEAD:
        raise InputFileError(
            f"{archive}: its {ROOM_FILE} was written by a newer version of the program (schema "
            f"{revision}, this one knows {HEAD}); update the program, then restore"
        )
    RelationalStore(settings.model_copy(update={"data": copy.parent})).close()


def need_known_room(folder: Path) -> None:
    """Raise StoreError if a newer version of the program wrote the room's file of a warehouse."""
    path = folder / ROOM_FILE
    revision = read_file_revision(path) if path.is_file() else None
    if revision is not None and revision > HEAD:
        raise StoreError(describe_newer(path, revision))


def restore_room(settings: StoreSettings, copy: Path) -> None:
    """Bring a copy of this schema back: whole if there is no file, else every row that is missing.

    A file that cannot be read is set aside, never deleted.
    """
    folder = settings.data.resolve()
    path = folder / ROOM_FILE
    if path.is_file():
        try:
            _check_whole(path)
            RelationalStore(settings).close()
            _add(path, copy)
            return
        except sqlite3.OperationalError as fault:
            raise StoreError(f"{path}: {fault}; try again later") from fault
        except sqlite3.DatabaseError:
            _set_aside(folder)
    place_file(path, lambda draft: _write(copy, draft))


def _write(copy: Path, draft: Path) -> None:
    shutil.copyfile(copy, draft)


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=_WAIT_S)


def _check_whole(path: Path) -> None:
    with closing(_open(path)) as opened:
        (found,) = opened.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(found)


def _add(path: Path, copy: Path) -> None:
    """Add the rows that are missing; rows that are there stay as they are."""
    with closing(_open(path)) as opened:
        opened.execute("ATTACH $copy AS copied", {"copy": str(copy)})
        tables = opened.execute("SELECT name FROM copied.sqlite_master WHERE type = 'table'")
        names = {name for (name,) in tables} - _NOT_RESTORED
        if opened.execute(f'SELECT count(*) FROM main."{_SEQUENCE}"').fetchone() != (0,):
            names.remove(_SEQUENCE)
        with opened:
            for name in sorted(names):
                columns = ", ".join(_columns(opened, name))
                opened.execute(
                    f'INSERT OR IGNORE INTO main."{name}" ({columns}) '
                    f'SELECT {columns} FROM copied."{name}"'
                )


def _columns(opened: sqlite3.Connection, table: str) -> list[str]:
    described = opened.execute(f'PRAGMA main.table_info("{table}")')
    return [f'"{name}"' for _, name, *_ in described]


def _set_aside(folder: Path) -> None:
    aside = folder / QUARANTINE_FOLDER / f"room-{file_sha256(folder / ROOM_FILE)[:16]}"
    aside.mkdir(parents=True, exist_ok=True)
    for suffix in _BESIDE:
        path = folder / f"{ROOM_FILE}{suffix}"
        if path.is_file():
            path.replace(aside / path.name)
