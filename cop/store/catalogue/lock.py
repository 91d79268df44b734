"""The locks of a warehouse: one writer, one retention and one compaction at a time."""

from pathlib import Path
from typing import Protocol, Self

from filelock import FileLock, Timeout

from cop.errors import BusyError

LOCK_FILE = "writer.lock"
COMPACTION_LOCK_FILE = "compaction.lock"
RETENTION_LOCK_FILE = "keep.lock"
PUBLISHING = "another process has been publishing"


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
