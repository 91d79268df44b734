"""The catalogue in an SQLite file of the warehouse folder, for one machine."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from cop.errors import BusyError, StoreError
from cop.store.catalogue.copy import keep_copy_if_possible, list_copies, settle_catalogue
from cop.store.catalogue.lake import attach, is_locked
from cop.store.catalogue.lock import (
    WarehouseLock,
    compaction_lock,
    retention_lock,
    writer_lock,
)
from cop.store.catalogue.version import CATALOGUE_FILE, MARK_FILE
from cop.store.engine import CATALOGUE_EXTENSIONS, Cursor

_SETTLED_S = 2.0


class FileCatalogue:
    """The catalogue of a folder; nothing of it stays open."""

    extensions: tuple[str, ...] = CATALOGUE_EXTENSIONS

    def __init__(self, folder: Path) -> None:
        """Name the catalogue of a folder."""
        self.folder = folder
        self._path = folder / CATALOGUE_FILE
        self.name = str(self._path)

    def exists(self) -> bool:
        """Return whether the file is there."""
        return self._path.is_file()

    def describe_missing(self) -> str:
        """Return that the file is missing, or where the catalogue is instead."""
        if (self.folder / MARK_FILE).is_file():
            return "its catalogue is in a PostgreSQL database: set COP_DATABASE"
        return f"no {CATALOGUE_FILE}"

    def attach(self, cursor: Cursor) -> None:
        """Attach the file to be read."""
        if not self.exists() and (self.folder / MARK_FILE).is_file():
            raise StoreError(f"{self.folder}: {self.describe_missing()}")
        attach(cursor, self.folder, read_only=True)

    def attach_writer(self, cursor: Cursor, _lock: WarehouseLock) -> None:
        """Attach the file to be written."""
        attach(cursor, self.folder, read_only=False)

    def stamp(self) -> tuple[int, int, int]:
        """Return inode, time of the last change and size of the file."""
        try:
            about = self._path.stat()
        except OSError:
            return (-1, 0, 0)
        return (about.st_ino, about.st_mtime_ns, about.st_size)

    def is_settled(self, stamp: tuple[int, int, int]) -> bool:
        """Return whether the stamp is old: a change of the same clock tick leaves the same one."""
        return time.time() - stamp[1] / 1e9 > _SETTLED_S

    def writer_lock(self, *, timeout_s: float) -> WarehouseLock:
        """Return the lock by a file of the folder."""
        return writer_lock(self.folder, timeout_s=timeout_s)

    def retention_lock(self, *, timeout_s: float, busy: str) -> WarehouseLock:
        """Return the lock by a file of the folder."""
        return retention_lock(self.folder, timeout_s=timeout_s, busy=busy)

    def compaction_lock(self, *, timeout_s: float) -> WarehouseLock:
        """Return the lock by a file of the folder."""
        return compaction_lock(self.folder, timeout_s=timeout_s)

    def settle(self) -> bool:
        """Roll back what a killed writer began, and put the copy in the place of a damaged file.

        Raise StoreError where the catalogue of the folder is in a database: without this every
        file would be swept as shown by no version.
        """
        if (self.folder / MARK_FILE).is_file():
            raise StoreError(f"{self.folder}: {self.describe_missing()}")
        self._roll_back()
        damage = settle_catalogue(self.folder)
        return damage is None or damage.copy is not None

    def preserve(self) -> None:
        """Keep a copy of the file beside it."""
        keep_copy_if_possible(self.folder)

    def may_pass(self, fault: Exception) -> bool:
        """Return whether another process had the file, or a killed writer's transaction is undone.

        A reader cannot undo it: SQLite keeps it in a journal that only a writer may apply.
        """
        return self.roll_back() or is_locked(fault)

    def close(self) -> None:
        """Close nothing."""

    def has_remains(self) -> bool:
        """Return whether there is a catalogue, or a copy of one that is lost."""
        return self.exists() or bool(list_copies(self.folder))

    def roll_back(self) -> bool:
        """Undo the transaction of a killed writer; False if a writer is at work."""
        if not self.exists():
            return False
        try:
            with self.writer_lock(timeout_s=0):
                return self._roll_back()
        except (BusyError, OSError):
            return False

    def _roll_back(self) -> bool:
        if not self.exists():
            return False
        try:
            with closing(sqlite3.connect(f"{self._path.as_uri()}?mode=rw", uri=True)) as opened:
                opened.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except (OSError, sqlite3.Error):
            return False
        return True
