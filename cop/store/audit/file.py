"""The file of the audit record: entries are added one commit after another, never changed.

Whoever adds takes the lock file, checks that the last entry and the head belong together, writes
beside the head which entry follows, commits with a full sync, and then writes the new head. After a
crash it is at most one commit behind, never ahead, and names the entry that may be there.
"""

import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from cop.errors import AuditError, StoreError
from cop.model.audit import NO_HASH, AuditEntry, AuditHead, NotedHead
from cop.model.audit_chain import ChainReport, check_chain, may_follow
from cop.store.audit.head import HEAD_FILE, read_head, write_head
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
from cop.store.catalogue.writer import make_folder, place_file, set_aside

AUDIT_FILE: Final = "audit.sqlite"
"""Beside the room's file, in the folder of the warehouse."""
LOCK_FILE: Final = "audit.lock"
_WAIT_S: Final = 10.0
_POLL_S: Final = 0.005
_LEAST_FREE: Final = 1_000_000
_JOURNALS: Final = ("", "-wal", "-shm")
Build = Callable[[AuditHead], Sequence[AuditEntry]]


class AuditFile:
    """The audit record of one warehouse; safe to use from many threads and processes."""

    def __init__(self, folder: Path) -> None:
        """Name the folder of the warehouse; nothing is opened yet."""
        self.folder = folder.resolve()
        self.path = self.folder / AUDIT_FILE
        self._turn = threading.Lock()
        self._opened: tuple[int, sqlite3.Connection] | None = None

    def append(self, build: Build, *, drop_to: int = 0) -> tuple[AuditEntry, ...]:
        """Add the entries that ``build`` returns for the head there is, in one commit.

        They are durable when this returns. With ``drop_to`` the entries up to that number go in
        the same commit. Raise AuditError if it cannot be done; then nothing was added, unless the
        head alone could not be written.
        """
        with self._writing() as (opened, head):
            entries = tuple(build(head))
            if entries:
                write_head(self.folder, head, announced=entries[-1].head)
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
            if entries:
                write_head(self.folder, entries[-1].head)
            return entries

    def check(self) -> None:
        """Raise AuditError if an entry could not be added now; no entry is written."""
        with self._writing():
            free = shutil.disk_usage(self.folder).free
            if free < _LEAST_FREE:
                raise OSError(f"{free:,} bytes are free, at least {_LEAST_FREE:,} are needed")

    def read(
        self, where: str = "", values: Sequence[Any] = (), *, newest: int | None = None
    ) -> Iterator[AuditEntry]:
        """Read entries in order, or the ``newest`` ones, newest first; raise AuditError."""
        if not self.path.is_file():
            return
        order = "ORDER BY seq" if newest is None else "ORDER BY seq DESC LIMIT ?"
        bound = [*values] if newest is None else [*values, newest]
        try:
            with closing(self._read_only()) as opened:
                for row in opened.execute(f"{SELECT} {where} {order}", bound):
                    yield AuditEntry(**dict(zip(COLUMNS, row, strict=True)))
        except sqlite3.Error as fault:
            raise AuditError(
                f"{self.path}: the audit record cannot be read ({fault}); check the file and its "
                "permissions, and run `cop audit verify`"
            ) from fault

    def verify(self, stated: AuditHead | None = None) -> ChainReport:
        """Check the record as it is now, and a head that was noted elsewhere; raise AuditError.

        It may grow meanwhile; where it cannot be locked, as on a medium to read, nobody adds to it.
        """
        if not self.exists():
            return check_chain(lambda: (), stated=stated)
        with ExitStack() as stack:
            with suppress(AuditError):
                stack.enter_context(self.locked())
            head, last = read_head(self.folder), self.last()
        to = 0 if last is None else last.seq

        def read() -> Iterator[AuditEntry]:
            return self.read("WHERE seq <= ?", [to])

        return check_chain(read, head=head, stated=stated)

    def last(self) -> AuditEntry | None:
        """Return the last entry; None if there is none."""
        return next(iter(self.read(newest=1)), None)

    def exists(self) -> bool:
        """Return whether there is anything of a record."""
        return self.path.exists() or (self.folder / HEAD_FILE).exists()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let nobody add meanwhile; raise AuditError if it takes too long."""
        with self._turn, self._guarded():
            make_folder(self.folder)
            with FileLock(self.folder / LOCK_FILE, timeout=_WAIT_S, poll_interval=_POLL_S):
                yield

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

    def close(self) -> None:
        """Close the connection; the next use opens it again."""
        with self._turn:
            self._close()

    @contextmanager
    def _writing(self) -> Iterator[tuple[sqlite3.Connection, AuditHead]]:
        with self.locked():
            noted = read_head(self.folder)
            opened = self._connect()
            row = opened.execute(f"{SELECT} ORDER BY seq DESC LIMIT 1").fetchone()
            last = None if row is None else AuditEntry(**dict(zip(COLUMNS, row, strict=True)))
            finding = may_follow(last, noted)
            if finding is not None:
                raise AuditError(
                    f"{self.path}: {finding.words}. Nothing is done that cannot be recorded: run "
                    "`cop audit verify`, then go on with a new record by `cop audit begin`"
                )
            now = AuditHead(seq=0, hash=NO_HASH) if last is None else last.head
            if noted != NotedHead(last=now):
                write_head(self.folder, now)
            yield opened, now

    def _connect(self) -> sqlite3.Connection:
        """Return the connection for writing, another one where another file is in its place."""
        if not self.path.exists():
            # Whole or not at all: a file without its table would be no record.
            place_file(self.path, _create)
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

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, StoreError) as fault:
            why = f"another process has been writing for {_WAIT_S:g} s"
            reason = why if isinstance(fault, Timeout) else fault
            raise AuditError(
                f"{self.path}: the audit record cannot be written ({reason}), and nothing is done "
                "that cannot be recorded; check free space and permissions, then try again"
            ) from fault


def _create(draft: Path) -> None:
    """Write a record without entries; readers of it go on while one writes."""
    for suffix in (*_JOURNALS, "-journal"):
        # Of a writer that was killed.
        draft.with_name(f"{draft.name}{suffix}").unlink(missing_ok=True)
    with closing(sqlite3.connect(draft, isolation_level=None)) as opened:
        # First the tables: what is in a journal beside the draft would not be renamed with it.
        opened.execute("BEGIN IMMEDIATE")
        create_schema(opened)
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
