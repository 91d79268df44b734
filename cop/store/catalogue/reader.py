"""The catalogue as a long-running reader asks it: cheap to look at, opened again when replaced."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TypeVar

from cop.errors import StoreError, VersionError
from cop.settings import StoreSettings
from cop.store.catalogue.history import VersionNote, read_history
from cop.store.catalogue.lake import TURN, read_versions, version_at
from cop.store.catalogue.listing import read_catalogue
from cop.store.catalogue.metadata import FileEntry, list_files
from cop.store.catalogue.store import ABSENT, Stamp, has_catalogue, open_store
from cop.store.catalogue.version import CatalogueVersion
from cop.store.engine import Cursor, open_engine

Answer = TypeVar("Answer")
_AGAIN_AFTER_S = (0.02, 0.1, 0.5, 1.0)
"""A commit of another process is over in less."""
_TURN_S = 60.0


class CatalogueReader:
    """Reads the catalogue of one warehouse; safe to use from many threads, one at a time."""

    def __init__(self, settings: StoreSettings) -> None:
        """Open the catalogue; raise StoreError if there is none."""
        self._settings = settings
        self._store = open_store(settings)
        self._lock = threading.Lock()
        self._cursor: Cursor | None = None
        self._which = -1
        self._seen: Stamp | None = None

    def catalogue(self, *, version: int | None = None) -> CatalogueVersion:
        """Read the newest version, or the one of that number."""
        return self._ask(lambda cursor: read_catalogue(cursor, self._store.folder, version=version))

    def has_changed(self) -> bool:
        """Return whether the catalogue may have other versions than ``versions`` returned last."""
        return self._seen is None or self._store.stamp() != self._seen

    def version_at(self, known_at: datetime) -> int:
        """Return the number of the version that was the newest at a moment."""
        return self._ask(lambda cursor: version_at(cursor, known_at))

    def versions(self) -> dict[int, datetime]:
        """Return every stored version, the oldest first, with when it was published."""
        stamp = self._store.stamp()
        found = self._ask(read_versions)
        self._seen = stamp if self._store.is_settled(stamp) else None
        return found

    def files(self) -> list[FileEntry]:
        """Return every file that some stored version shows."""
        return self._ask(list_files)

    def history(self) -> list[VersionNote]:
        """Return the note of every version, the newest first."""
        return self._ask(read_history)

    def close(self) -> None:
        """Close the engine."""
        self._detach()
        self._store.close()

    def check_there(self) -> None:
        """Raise StoreError if the catalogue is gone; one that cannot be asked now may be there."""
        stamp = self.stamp()
        if stamp is not None and stamp[0] == ABSENT:
            raise StoreError(
                f"{self._store.folder} is gone, or has {self._store.describe_missing()}: put it "
                "back, or restore a backup"
            )

    def stamp(self) -> Stamp | None:
        """Return what changes with each commit; None if the catalogue cannot be asked."""
        with suppress(StoreError):
            return self._store.stamp()
        return None

    def _ask(self, ask: Callable[[Cursor], Answer]) -> Answer:
        with self._turn():
            for delay_s in _AGAIN_AFTER_S:
                try:
                    with TURN, self._opened() as cursor:
                        return ask(cursor)
                except VersionError:
                    raise
                except StoreError as fault:
                    self._detach()
                    if not self._store.may_pass(fault):
                        raise
                time.sleep(delay_s)
            with TURN, self._opened() as cursor:
                return ask(cursor)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for the others who ask, but not for one that has no answer."""
        if not self._lock.acquire(timeout=_TURN_S):
            raise StoreError(f"{self._store.name} has not answered for {_TURN_S:g} s")
        try:
            yield
        finally:
            self._lock.release()

    @contextmanager
    def _opened(self) -> Iterator[Cursor]:
        which = self._store.stamp()[0]
        if self._cursor is None or which != self._which:
            self._detach()
            self._cursor = open_engine(self._settings, self._store.extensions)
            self._store.attach(self._cursor)
            self._which = which
        yield self._cursor

    def _detach(self) -> None:
        if self._cursor is not None:
            self._cursor.close()
            self._cursor = None


def is_published(settings: StoreSettings) -> bool:
    """Return whether a warehouse exists and has any dataset."""
    if not has_catalogue(settings):
        return False
    reader = CatalogueReader(settings)
    try:
        return bool(reader.catalogue().files)
    finally:
        reader.close()
