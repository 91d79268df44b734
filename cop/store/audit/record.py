"""The audit record of a warehouse: entries are added one commit after another, never changed.

Whoever adds takes the record's lock, checks that the last entry and the head belong together,
writes beside the head which entry follows, commits durably, and then writes the new head. After a
crash it is at most one commit behind, never ahead, and names the entry that may be there.
"""

import shutil
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, ClassVar, Final

from cop.errors import AuditError, StoreError
from cop.model.audit import NO_HASH, AuditEntry, AuditHead, NotedHead
from cop.model.audit_chain import ChainReport, check_chain, may_follow
from cop.settings import StoreSettings
from cop.store.audit.head import HEAD_FILE, read_head, write_head
from cop.store.catalogue.writer import make_folder

_LEAST_FREE: Final = 1_000_000
Build = Callable[[AuditHead], Sequence[AuditEntry]]


class AuditRecord(ABC):
    """The audit record of one warehouse; safe to use from many threads and processes.

    A kind of it stores the entries; their head is in a file of the folder in each.
    """

    find_text: ClassVar[str]
    """The SQL function that returns where a text has another, 0 if nowhere."""
    _faults: ClassVar[tuple[type[Exception], ...]]
    """What the kind's database raises."""

    def __init__(self, folder: Path, place: str | None = None) -> None:
        """Name the folder of the warehouse, and for messages where the entries are."""
        self.folder = folder.resolve()
        self.place = str(self.folder) if place is None else place
        self._turn = threading.Lock()

    def append(self, build: Build, *, drop_to: int = 0) -> tuple[AuditEntry, ...]:
        """Add the entries that ``build`` returns for the head there is, in one commit.

        They are durable when this returns. With ``drop_to`` the entries up to that number go in
        the same commit. Raise AuditError if it cannot be done; then nothing was added, unless the
        head alone could not be written.
        """
        with self._writing() as head:
            entries = tuple(build(head))
            if entries:
                write_head(self.folder, head, announced=entries[-1].head)
            self._commit(entries, drop_to)
            # Where the lock is lost, whoever has it writes what was announced and is there.
            if entries and self._has_lock():
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
        """Read entries in order, or the ``newest`` ones, newest first; raise AuditError.

        ``where`` is SQL that has a ``?`` for each of ``values``.
        """
        order = "ORDER BY seq" if newest is None else "ORDER BY seq DESC LIMIT ?"
        bound = [*values] if newest is None else [*values, newest]
        try:
            yield from self._select(f"{where} {order}", bound)
        except self._faults as fault:
            raise self._build_unread(fault) from fault

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
        return self._is_stored() or (self.folder / HEAD_FILE).exists()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let nobody add meanwhile; raise AuditError if it takes too long."""
        with self._turn, self._guarded():
            make_folder(self.folder)
            with self._lock():
                yield

    def close(self) -> None:
        """Close the connection; the next use opens it again."""
        with self._turn:
            self._close()

    @abstractmethod
    def set_aside(self, folder: Path) -> tuple[str, ...]:
        """Move all of the record into a folder, so that the next entry is the first of another.

        Return the names of what was moved. Raise AuditError if it cannot be done.
        """

    _ADVICE: ClassVar[str]
    """What to check where reading fails."""
    _WRITE_ADVICE: ClassVar[str]
    """What to check where writing fails."""

    @abstractmethod
    def _is_stored(self) -> bool:
        """Return whether there is a place for entries."""

    @abstractmethod
    def _lock(self) -> AbstractContextManager[object]:
        """Return what keeps every other process from adding."""

    @abstractmethod
    def _has_lock(self) -> bool:
        """Return whether the lock that was taken is not lost."""

    @abstractmethod
    def _read_last(self) -> AuditEntry | None:
        """Return the last entry as it is under the lock; create what stores it if need be."""

    @abstractmethod
    def _commit(self, entries: Sequence[AuditEntry], drop_to: int) -> None:
        """Add entries durably, and drop those up to a number, all or nothing."""

    @abstractmethod
    def _select(self, where: str, values: Sequence[Any]) -> Iterator[AuditEntry]:
        """Yield entries; none where nothing is stored."""

    @abstractmethod
    def _close(self) -> None:
        """Close what is open."""

    def _choose_error(self, _fault: Exception) -> type[AuditError]:
        """Return the class of the error for a fault."""
        return AuditError

    @abstractmethod
    def _describe(self, fault: Exception) -> object:
        """Return what is said of a fault."""

    def _build_unread(self, fault: Exception) -> AuditError:
        return self._choose_error(fault)(
            f"{self.place}: the audit record cannot be read ({self._describe(fault)}); "
            f"{self._ADVICE}, and run `cop audit verify`"
        )

    @contextmanager
    def _writing(self) -> Iterator[AuditHead]:
        with self.locked():
            noted = read_head(self.folder)
            last = self._read_last()
            finding = may_follow(last, noted)
            if finding is not None:
                raise AuditError(
                    f"{self.place}: {finding.words}. Nothing is done that cannot be recorded: run "
                    "`cop audit verify`, then go on with a new record by `cop audit begin`"
                )
            now = AuditHead(seq=0, hash=NO_HASH) if last is None else last.head
            if noted != NotedHead(last=now):
                write_head(self.folder, now)
            yield now

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        faults: tuple[type[Exception], ...] = (*self._faults, OSError, StoreError)
        try:
            yield
        except faults as fault:
            raise self._choose_error(fault)(
                f"{self.place}: the audit record cannot be written ({self._describe(fault)}), and "
                f"nothing is done that cannot be recorded; {self._WRITE_ADVICE}, then try again"
            ) from fault


def open_record(settings: StoreSettings) -> AuditRecord:
    """Return the audit record of a warehouse: a file, or in its database; nothing is opened yet."""
    if settings.database is None:
        from cop.store.audit.file import AuditFile

        return AuditFile(settings.data)
    from cop.store.audit.database import AuditDatabase

    return AuditDatabase(settings.data, settings.database)
