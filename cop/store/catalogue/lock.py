"""The locks of a warehouse: one writer, one retention and one compaction at a time."""

from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol, Self

from filelock import FileLock, Timeout
from psycopg.errors import UndefinedTable

from cop.errors import BusyError, StoreError
from cop.store.database import (
    CATALOGUE_LOCK,
    AdvisoryLock,
    describe_database,
)

LOCK_FILE = "writer.lock"
COMPACTION_LOCK_FILE = "compaction.lock"
RETENTION_LOCK_FILE = "keep.lock"
PUBLISHING = "another process has been publishing"
_AGAIN_S = 10.0
"""How long a lock that was lost is waited for, to learn what became of a commit."""
_RAISE: Final = "UPDATE cop.catalogue SET token = token + 1 RETURNING token"
_PREPARE: Final = """
CREATE SCHEMA IF NOT EXISTS cop;
CREATE TABLE IF NOT EXISTS cop.catalogue (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    token bigint NOT NULL DEFAULT 0
);
INSERT INTO cop.catalogue DEFAULT VALUES ON CONFLICT DO NOTHING;
"""


class WarehouseLock(Protocol):
    """A lock that goes with the process that has it; entering raises BusyError after a wait."""

    def __enter__(self) -> Self:
        """Wait for the lock."""
        ...

    def __exit__(self, *fault: object) -> None:
        """Release the lock."""
        ...

    def is_ours(self) -> bool:
        """Return whether the lock has been ours from the beginning until now."""
        ...

    def fence(self) -> bool:
        """Return ``is_ours`` when no commit that began under the lock is under way any more."""
        ...


class FolderLock:
    """A lock by a file of the warehouse folder, for the processes of one machine."""

    def __init__(self, path: Path, *, timeout_s: float, busy: str) -> None:
        """Prepare the lock; ``busy`` are the words for what another process does meanwhile."""
        self._lock = FileLock(path, timeout=timeout_s)
        self._path = path
        self._timeout_s = timeout_s
        self._busy = busy
        self._inode = -1

    def __enter__(self) -> Self:
        """Wait for the lock; raise BusyError, or OSError where the file cannot be written."""
        try:
            self._lock.acquire()
        except Timeout as fault:
            raise BusyError(
                f"{self._path.parent}: {self._busy} for {self._timeout_s:g} s; try again later"
            ) from fault
        try:
            self._inode = self._path.stat().st_ino
        except OSError:
            self._lock.release()
            raise
        return self

    def __exit__(self, *_fault: object) -> None:
        """Release the lock."""
        self._lock.release()

    def is_ours(self) -> bool:
        """Return whether the file is still the one that was locked: others lock what is there."""
        try:
            return self._lock.is_locked and self._path.stat().st_ino == self._inode
        except OSError:
            return False

    def fence(self) -> bool:
        """Return ``is_ours``: a commit of SQLite ends with the call that makes it."""
        return self.is_ours()


class DatabaseLock(AdvisoryLock):
    """A lock of the PostgreSQL database, for the processes of all machines."""

    def fence(self) -> bool:
        """Return ``is_ours``: nothing is committed under this lock alone."""
        return self.is_ours()


class WriterLock(DatabaseLock):
    """The writer's lock of a database, with a token: a number that each owner raises.

    The database takes no commit with an earlier token, so that a writer who lost the lock without
    knowing publishes nothing over who has it now.
    """

    def __init__(self, database: str, *, timeout_s: float) -> None:
        """Prepare the lock."""
        super().__init__(database, CATALOGUE_LOCK, timeout_s=timeout_s, busy=PUBLISHING)
        self.token = 0
        self._is_lost = False

    def __enter__(self) -> Self:
        """Wait for the lock and raise the token, which waits for a commit that is under way."""
        super().__enter__()
        try:
            self.token, self._is_lost = self._raise_token(), False
        except BaseException:
            self.__exit__()
            raise
        return self

    def is_ours(self) -> bool:
        """Return whether nobody else can have written since the lock was taken."""
        return not self._is_lost and super().is_ours()

    def fence(self) -> bool:
        """Return ``is_ours`` when no commit that began under the lock is under way any more.

        A lock that was lost is taken again: it is as if it had been ours all the time if nobody
        raised the token meanwhile.
        """
        before = self.token
        try:
            if not super().is_ours():
                self.__exit__()
                self._timeout_s = min(self._timeout_s, _AGAIN_S)
                super().__enter__()
            self.token = self._raise_token()
        except StoreError:
            self._is_lost = True
        else:
            self._is_lost = self._is_lost or self.token != before + 1
        return not self._is_lost

    def _raise_token(self) -> int:
        with self._naming():
            for _ in range(2):
                with suppress(UndefinedTable):
                    found = self.connection.execute(_RAISE).fetchone()
                    if found is not None:
                        return int(found[0])
                self.connection.execute(_PREPARE)
        raise StoreError(f"{describe_database(self._database)}: cop.catalogue has no row")


def writer_lock(folder: Path, *, timeout_s: float) -> WarehouseLock:
    """Return the lock that makes one writer at a time."""
    return FolderLock(folder / LOCK_FILE, timeout_s=timeout_s, busy=PUBLISHING)


def retention_lock(folder: Path, *, timeout_s: float, busy: str) -> WarehouseLock:
    """Return the lock under which no version is removed: a backup reads its files meanwhile.

    Take this one before the writer's lock, so that no publish waits for a backup.
    """
    return FolderLock(folder / RETENTION_LOCK_FILE, timeout_s=timeout_s, busy=busy)


def compaction_lock(folder: Path, *, timeout_s: float) -> WarehouseLock:
    """Return the lock that makes one compaction at a time; take it before the writer's."""
    path = folder / COMPACTION_LOCK_FILE
    return FolderLock(path, timeout_s=timeout_s, busy="another process has been compacting")
