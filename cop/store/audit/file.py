"""The audit record in an SQLite file of the warehouse's folder."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from cop.errors import AuditError
from cop.model.audit import AuditEntry
from cop.store.audit.head import HEAD_FILE
from cop.store.audit.record import AuditRecord
from cop.store.audit.schema import (
    COLUMNS,
    FORMAT,
    INSERT,
    NOT_REMOVED,
    SELECT,
    TABLE,
    TRIGGERS,
    create_schema,
)
from cop.store.catalogue.writer import place_file, set_aside

AUDIT_FILE: Final = "audit.sqlite"
"""Beside the room's file, in the folder of the warehouse."""
LOCK_FILE: Final = "audit.lock"
_WAIT_S: Final = 10.0
_POLL_S: Final = 0.005
_JOURNALS: Final = ("", "-wal", "-shm")


class AuditFile(AuditRecord):
    """The audit record of one warehouse as a file, with a lock file beside it."""

    find_text = "instr"
    _faults = (sqlite3.Error,)
    _ADVICE = "check the file and its permissions"
    _WRITE_ADVICE = "check free space and permissions"

    def __init__(self, folder: Path) -> None:
        """Name the folder of the warehouse; nothing is opened yet."""
        self.path = folder.resolve() / AUDIT_FILE
        super().__init__(folder, str(self.path))
        self._opened: tuple[int, sqlite3.Connection] | None = None

    def set_aside(self, folder: Path) -> tuple[str, ...]:
        """Move all of the record into a folder, so that the next entry is the first of another.

        Return the names of what was moved. Raise AuditError if it cannot be done.
        """
        moved = []
        with self.locked():
            self._close()
            for name in (*(f"{AUDIT_FILE}{suffix}" for suffix in _JOURNALS), HEAD_FILE):
                if (self.folder / name).exists():
                    set_aside(self.folder / name, folder / name)
                    moved.append(name)
        return tuple(moved)

    def _is_stored(self) -> bool:
        return self.path.exists()

    def _lock(self) -> AbstractContextManager[object]:
        return FileLock(self.folder / LOCK_FILE, timeout=_WAIT_S, poll_interval=_POLL_S)

    def _has_lock(self) -> bool:
        return True

    def _read_last(self) -> AuditEntry | None:
        row = self._connect().execute(f"{SELECT} ORDER BY seq DESC LIMIT 1").fetchone()
        return None if row is None else AuditEntry(**dict(zip(COLUMNS, row, strict=True)))

    def _commit(self, entries: Sequence[AuditEntry], drop_to: int) -> None:
        opened = self._connect()
        opened.execute("BEGIN IMMEDIATE")
        try:
            opened.executemany(INSERT, [_to_row(entry) for entry in entries])
            if drop_to:
                _drop(opened, drop_to)
            opened.execute("COMMIT")
        except BaseException:
            if opened.in_transaction:
                opened.execute("ROLLBACK")
            raise
        if drop_to:
            # What is removed does not stay in the journal either.
            opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _select(self, where: str, values: Sequence[Any]) -> Iterator[AuditEntry]:
        if not self.path.is_file():
            return
        with closing(self._read_only()) as opened:
            for row in opened.execute(f"{SELECT} {where}", values):
                yield AuditEntry(**dict(zip(COLUMNS, row, strict=True)))

    def _connect(self) -> sqlite3.Connection:
        """Return the connection for writing, another one where another file is in its place."""
        if not self.path.exists():
            # Whole or not at all: a file without its table would be no record.
            place_file(self.path, create_file)
        there = self.path.stat().st_ino
        if self._opened is not None and self._opened[0] == there:
            return self._opened[1]
        self._close()
        opened = sqlite3.connect(
            self.path, timeout=_WAIT_S, isolation_level=None, check_same_thread=False
        )
        try:
            self._prepare(opened)
        except BaseException:
            opened.close()
            raise
        self._opened = there, opened
        return opened

    def _prepare(self, opened: sqlite3.Connection) -> None:
        opened.execute("PRAGMA synchronous = FULL")
        opened.execute("PRAGMA trusted_schema = OFF")
        opened.execute("PRAGMA secure_delete = ON")
        (found,) = opened.execute("PRAGMA user_version").fetchone()
        if found > FORMAT:
            raise AuditError(
                f"{self.path}: a newer version of the program wrote it (format {found}, this one "
                f"knows {FORMAT}); update the program"
            )
        if found < FORMAT:
            raise AuditError(
                f"{self.path}: it is no audit record; run `cop audit verify`, then go on with a "
                "new record by `cop audit begin`"
            )

    def _read_only(self) -> sqlite3.Connection:
        opened = sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True, timeout=_WAIT_S)
        opened.execute("PRAGMA trusted_schema = OFF")
        return opened

    def _close(self) -> None:
        if self._opened is not None:
            self._opened[1].close()
            self._opened = None

    def _describe(self, fault: Exception) -> object:
        is_busy = isinstance(fault, Timeout)
        return f"another process has been writing for {_WAIT_S:g} s" if is_busy else fault


def create_file(draft: Path, entries: Iterator[AuditEntry] | None = None) -> None:
    """Write a record of some entries, or of none; readers of it go on while one writes."""
    for suffix in (*_JOURNALS, "-journal"):
        # Of a writer that was killed.
        draft.with_name(f"{draft.name}{suffix}").unlink(missing_ok=True)
    with closing(sqlite3.connect(draft, isolation_level=None)) as opened:
        # First the tables: what is in a journal beside the draft would not be renamed with it.
        opened.execute("BEGIN IMMEDIATE")
        create_schema(opened)
        opened.executemany(INSERT, (_to_row(entry) for entry in entries or ()))
        opened.execute("COMMIT")
        (mode,) = opened.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            raise OSError(f"SQLite keeps its journal as {mode}, not as wal")


def _to_row(entry: AuditEntry) -> tuple[Any, ...]:
    return tuple(getattr(entry, name) for name in COLUMNS)


def _drop(opened: sqlite3.Connection, up_to: int) -> None:
    opened.execute(f"DROP TRIGGER {NOT_REMOVED}")
    opened.execute(f"DELETE FROM {TABLE} WHERE seq <= ?", [up_to])
    opened.execute(TRIGGERS[NOT_REMOVED])
