"""Mending: what is damaged of the room is set aside, and the room goes on with what is sound."""

import os
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from filelock import FileLock, Timeout

from cop.errors import StoreError
from cop.model.moment import utc_now
from cop.settings import StoreSettings
from cop.store.catalogue.writer import make_folder, place_file, sync
from cop.store.room.damage import (
    RoomDamage,
    add_damage,
    has_known_room,
    note_known_room,
    quarantine_of,
    read_damages,
    write_damages,
)
from cop.store.room.examination import TableContent, examine_content, examine_room, open_raw
from cop.store.room.loss import RoomLoss
from cop.store.room.relational import ROOM_FILE, RelationalStore
from cop.store.room.salvage import mend_header, salvage_room
from cop.store.room.seal import SEAL_TABLE, build_digest, build_triggers, list_tables

_LOCK_FILE: Final = "room.lock"
_LOCK_S: Final = 60


def mend_room(settings: StoreSettings) -> RoomDamage | None:
    """Set aside what is damaged of the room, and store and return what was lost; usually None.

    A file that cannot be used is copied to the quarantine, and filled anew with the rows that fit
    their seals; of a sound file the rows that do not fit are moved there. Others may have it open.
    Nothing is locked while nothing is wrong. Raise StoreError if the file cannot be opened. Of a
    database nothing is mended: that is PostgreSQL's own.
    """
    if settings.database is not None:
        return None
    folder = settings.data.resolve()
    path = folder / ROOM_FILE
    if not path.is_file():
        return _note_missing(folder)
    if examine_room(path).is_well:
        return None
    try:
        with FileLock(folder / _LOCK_FILE, timeout=_LOCK_S):
            found = examine_room(path)
            if found.is_well:
                return None
            return (
                _take_out(folder) if found.fault is None else _refill(settings, folder, found.fault)
            )
    except Timeout as fault:
        raise StoreError(f"{path}: another process has mended it for {_LOCK_S} s") from fault
    except (sqlite3.Error, OSError) as fault:
        raise StoreError(f"{path}: is damaged and cannot be mended: {fault}") from fault


def open_room(settings: StoreSettings) -> None:
    """Mend the room, and note that there is one, so that it is missed when it is gone."""
    mend_room(settings)
    RelationalStore(settings).close()
    if settings.database is not None:
        return
    # A folder that cannot be written to is read all the same.
    with suppress(StoreError):
        note_known_room(settings.data.resolve())


def _note_missing(folder: Path) -> RoomDamage | None:
    if not has_known_room(folder):
        return None
    gone = RoomDamage(
        found_at=utc_now(), fault=f"its file {ROOM_FILE} was gone", aside="", unknown=True
    )
    stored = read_damages(folder)
    if not any(each.fault == gone.fault for each in stored):
        write_damages(folder, (*stored, gone))
    return gone


def _take_out(folder: Path) -> RoomDamage | None:
    """Move the rows that do not fit their seals to the quarantine, in one transaction."""
    path = folder / ROOM_FILE
    with closing(open_raw(path)) as opened:
        opened.execute("BEGIN IMMEDIATE")
        loss = RoomLoss(examine_content(opened).damaged)
        for table, content in loss.damaged.items():
            _remove(opened, table, content)
        loss.take_parted(opened)
        _drop_stray_seals(opened)
        aside = quarantine_of(folder, f"room-rows-{loss.name}.json")
        loss.write(aside)
        damage = loss.describe("rows do not fit their seals", aside, folder)
        if damage.is_loss:
            add_damage(folder, damage)
        opened.execute("COMMIT")
    return damage if damage.is_loss else None


def _remove(opened: sqlite3.Connection, table: str, content: TableContent) -> None:
    """Delete rows without the trigger, which cannot read a text that is no UTF-8."""
    triggers = build_triggers(table, content.columns)
    (name,) = (trigger for trigger in triggers if trigger.endswith("_delete"))
    opened.execute(f"DROP TRIGGER {name}")
    unfit = content.unfit
    rows = opened.execute(f'SELECT rowid, * FROM "{table}" NOT INDEXED').fetchall()
    numbers = [(rowid,) for rowid, *row in rows if build_digest(table, *row) in unfit]
    opened.executemany(f'DELETE FROM "{table}" WHERE rowid = ?', numbers)
    opened.executemany(
        f"DELETE FROM {SEAL_TABLE} WHERE of = ? AND digest = ?",
        [(table, digest) for digest in content.lacking],
    )
    opened.execute(triggers[name])


def _drop_stray_seals(opened: sqlite3.Connection) -> None:
    """Delete seals of tables that are not there: a bit of the name flipped, their row is lost."""
    tables = [*list_tables(opened)]
    marks = ", ".join("?" for _ in tables)
    opened.execute(f"DELETE FROM {SEAL_TABLE} WHERE of NOT IN ({marks})", tables)


def _refill(settings: StoreSettings, folder: Path, fault: str) -> RoomDamage:
    """Copy the file aside and fill it anew with the rows that are sound.

    It stays the same file of the system: whoever has it open goes on with the new content.
    """
    path = folder / ROOM_FILE
    # Never closed: SQLite's locks of this process on the file would go with the descriptor.
    handle = os.open(path, os.O_RDWR)
    content = os.pread(handle, path.stat().st_size, 0)
    aside = quarantine_of(folder, f"room-{sha256(content).hexdigest()[:16]}")
    _copy_aside(path, content, aside)
    with TemporaryDirectory() as scratch:
        old, fresh = Path(scratch, "old", ROOM_FILE), Path(scratch, ROOM_FILE)
        shutil.copytree(aside, old.parent)
        salvage = salvage_room(old)
        loss = _build(
            settings.of_files(Path(scratch)),
            fresh,
            salvage.tables,
            salvage.is_sealed,
        )
        loss.is_unknown = not salvage.is_sealed or not salvage.is_whole
        if loss.rows:
            loss.write(aside / "rows.json")
        damage = loss.describe(fault, aside, folder)
        add_damage(folder, damage)
        mend_header(handle)
        with closing(sqlite3.connect(fresh)) as built, closing(sqlite3.connect(path)) as opened:
            built.backup(opened)
    return damage


def _copy_aside(path: Path, content: bytes, aside: Path) -> None:
    """Copy the file with its journals; the index of a WAL holds nothing of its own."""
    make_folder(aside)
    if not (aside / path.name).exists():
        place_file(aside / path.name, lambda draft: _write(draft, content))
    for suffix in ("-wal", "-journal"):
        journal = path.with_name(f"{path.name}{suffix}")
        target = aside / journal.name
        if journal.is_file() and not target.exists():
            shutil.copyfile(journal, target)
            sync(target)
    sync(aside)


def _write(draft: Path, content: bytes) -> None:
    draft.write_bytes(content)


def _build(
    settings: StoreSettings, fresh: Path, tables: Mapping[str, TableContent], is_sealed: bool
) -> RoomLoss:
    """Build a file of this schema with the rows that fit; return those that do not."""
    RelationalStore(settings).close()
    loss = RoomLoss({name: each for name, each in tables.items() if is_sealed and each.lost})
    with closing(open_raw(fresh)) as opened:
        opened.execute("BEGIN IMMEDIATE")
        for table, content in tables.items():
            for row in content.sound if is_sealed else content.readable:
                marks = ", ".join("?" for _ in row)
                # Of a file without seals a row may break a rule of its table.
                with suppress(sqlite3.IntegrityError):
                    opened.execute(f'INSERT INTO "{table}" VALUES ({marks})', row)
        loss.take_parted(opened)
        opened.execute("COMMIT")
        opened.execute("PRAGMA journal_mode = DELETE")
    return loss
