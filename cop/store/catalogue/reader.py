"""The catalogue as a long-running reader asks it: cheap to look at, opened again when replaced."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from cop.errors import StoreError, VersionError
from cop.settings import StoreSettings
from cop.store.catalogue.history import VersionNote, read_history
from cop.store.catalogue.lake import TURN, attach, is_locked, read_versions, version_at
from cop.store.catalogue.listing import read_catalogue
from cop.store.catalogue.metadata import FileEntry, list_files
from cop.store.catalogue.recovery import roll_back
from cop.store.catalogue.version import CATALOGUE_FILE, CatalogueVersion
from cop.store.engine import CATALOGUE_EXTENSIONS, Cursor, open_engine

Stamp = tuple[int, int, int]
Answer = TypeVar("Answer")
_SETTLED_S = 2.0
_AGAIN_AFTER_S = (0.02, 0.1, 0.5, 1.0)
"""A commit of another process is over in less."""


class CatalogueReader:
    """Reads the catalogue of one warehouse; safe to use from many threads, one at a time."""

    def __init__(self, settings: StoreSettings) -> None:
        """Open the catalogue; raise StoreError if there is none."""
        self._settings = settings
        self._folder = settings.data.resolve()
        self._path = self._folder / CATALOGUE_FILE
        self._lock = threading.Lock()
        self._cursor: Cursor | None = None
        self._inode = -1
        self._seen: Stamp | None = None

    def catalogue(self, *, version: int | None = None) -> CatalogueVersion:
        """Read the newest version, or the one of that number."""
        return self._ask(lambda cursor: read_catalogue(cursor, self._folder, version=version))

    def has_changed(self) -> bool:
        """Return whether the catalogue may have other versions than ``versions`` returned last."""
        return self._seen is None or self._stamp() != self._seen

    def version_at(self, known_at: datetime) -> int:
        """Return the number of the version that was the newest at a moment."""
        return self._ask(lambda cursor: version_at(cursor, known_at))

    def versions(self) -> dict[int, datetime]:
        """Return every stored version, the oldest first, with when it was published."""
        stamp = self._stamp()
        found = self._ask(read_versions)
        # A change of the same clock tick leaves the same stamp: believe only a settled one.
        settled = time.time() - stamp[1] / 1e9 > _SETTLED_S
        self._seen = stamp if settled else None
        return found

    def files(self) -> list[FileEntry]:
        """Return every file that some stored version shows."""
        return self._ask(list_files)

    def history(self) -> list[VersionNote]:
        """Return the note of every version, the newest first."""
        return self._ask(read_history)

    def close(self) -> None:
        """Close the engine."""
        if self._cursor is not None:
            self._cursor.close()
            self._cursor = None

    def _ask(self, ask: Callable[[Cursor], Answer]) -> Answer:
        with self._lock:
            for delay_s in _AGAIN_AFTER_S:
                try:
                    with TURN, self._opened() as cursor:
                        return ask(cursor)
                except VersionError:
                    raise
                except StoreError as fault:
                    self.close()
                    if not roll_back(self._folder) and not is_locked(fault):
                        raise
                time.sleep(delay_s)
            with TURN, self._opened() as cursor:
                return ask(cursor)

    @contextmanager
    def _opened(self) -> Iterator[Cursor]:
        inode = self._stamp()[0]
        if self._cursor is None or inode != self._inode:
            self.close()
            self._cursor = open_engine(self._settings, CATALOGUE_EXTENSIONS)
            attach(self._cursor, self._folder, read_only=True)
            self._inode = inode
        yield self._cursor

    def _stamp(self) -> Stamp:
        try:
            about = self._path.stat()
        except OSError:
            return (-1, 0, 0)
        return (about.st_ino, about.st_mtime_ns, about.st_size)


def is_published(settings: StoreSettings) -> bool:
    """Return whether a warehouse exists and has any dataset."""
    folder: Path = settings.data.resolve()
    if not (folder / CATALOGUE_FILE).is_file():
        return False
    reader = CatalogueReader(settings)
    try:
        return bool(reader.catalogue().files)
    finally:
        reader.close()
