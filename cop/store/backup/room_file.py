"""The room's file in backups and checks: copied as of one moment, brought back without any loss."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from cop.errors import StoreError
from cop.store.catalogue.writer import file_sha256, place_file
from cop.store.integrity.health import HealthFinding, sqlite_fault
from cop.store.integrity.quarantine import QUARANTINE_FOLDER
from cop.store.room.relational import ROOM_FILE

_WAIT_S = 60
_BESIDE = ("", "-wal", "-shm", "-journal")
_KEPT = ("picture", "picture_revision", "annotation", "audit", "mapping")
"""The tables whose rows a restore adds to those that are there, which stay as they are."""


def copy_room(folder: Path, copy: Path) -> bool:
    """Copy the room's file of a warehouse as of one moment; False where there is none."""
    path = folder / ROOM_FILE
    if not path.is_file():
        return False
    try:
        with closing(_open(path)) as held, closing(sqlite3.connect(copy)) as copied:
            held.backup(copied)
            # A copy of its own needs no journal beside it.
            copied.execute("PRAGMA journal_mode = DELETE")
            (found,) = copied.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as fault:
        raise StoreError(f"{path}: cannot be read ({fault}); run `cop doctor`") from fault
    if found != "ok":
        raise StoreError(f"{path}: damaged ({found}); run `cop doctor`")
    return True


def restore_room(folder: Path, copy: Path) -> None:
    """Bring a copy back: whole where no file is, else the Pictures and annotations it lacks.

    A file that cannot be read is set aside, never thrown away.
    """
    path = folder / ROOM_FILE
    if path.is_file():
        try:
            _add(path, copy)
            return
        except sqlite3.OperationalError as fault:
            raise StoreError(f"{path}: {fault}; try again later") from fault
        except sqlite3.DatabaseError:
            _set_aside(folder)
    place_file(path, lambda draft: _write(copy, draft))


def check_room(folder: Path) -> Iterator[HealthFinding]:
    """Let SQLite check the room's file, where there is one; nothing is changed."""
    path = folder / ROOM_FILE
    if not path.is_file():
        return
    fault = sqlite_fault(path, mode="rw")
    if fault:
        yield HealthFinding(
            check="room",
            subject=str(path),
            fault=fault,
            remedy="restore the warehouse from a backup: it sets this file aside",
        )


def _write(copy: Path, draft: Path) -> None:
    shutil.copyfile(copy, draft)


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=_WAIT_S)


def _add(path: Path, copy: Path) -> None:
    """Add the rows that are not there; of a table that is not there, all."""
    with closing(_open(path)) as held:
        (found,) = held.execute("PRAGMA integrity_check(1)").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError(found)
        held.execute("ATTACH $copy AS copied", {"copy": str(copy)})
        made = dict(held.execute("SELECT name, sql FROM copied.sqlite_master WHERE type = 'table'"))
        with held:
            for table in [name for name in _KEPT if name in made]:
                present = "SELECT 1 FROM main.sqlite_master WHERE type = 'table' AND name = $name"
                if held.execute(present, {"name": table}).fetchone() is None:
                    held.execute(made[table])
                names = ", ".join(_columns(held, "main", table) & _columns(held, "copied", table))
                held.execute(
                    f'INSERT OR IGNORE INTO main."{table}" ({names}) '
                    f'SELECT {names} FROM copied."{table}"'
                )


def _columns(held: sqlite3.Connection, schema: str, table: str) -> set[str]:
    described = held.execute(f'PRAGMA {schema}.table_info("{table}")')
    return {f'"{name}"' for _, name, *_ in described}


def _set_aside(folder: Path) -> None:
    aside = folder / QUARANTINE_FOLDER / f"room-{file_sha256(folder / ROOM_FILE)[:16]}"
    aside.mkdir(parents=True, exist_ok=True)
    for suffix in _BESIDE:
        path = folder / f"{ROOM_FILE}{suffix}"
        if path.is_file():
            path.replace(aside / path.name)
