"""Where the catalogue of a warehouse is: in an SQLite file of its folder, or in PostgreSQL."""

from pathlib import Path
from typing import Final, Protocol

from cop.settings import StoreSettings
from cop.store.catalogue.file_store import FileCatalogue
from cop.store.catalogue.lock import WarehouseLock
from cop.store.engine import Cursor

Stamp = tuple[int, int, int]
"""Which catalogue it is, ABSENT if there is none, and two numbers that change with each commit."""
ABSENT: Final = -1


class CatalogueStore(Protocol):
    """One place of a catalogue, to be attached to an engine, and the locks of its warehouse."""

    folder: Path
    name: str
    """What messages call it."""
    extensions: tuple[str, ...]
    """What an engine needs to attach it."""

    def exists(self) -> bool:
        """Return whether there is a catalogue."""
        ...

    def has_remains(self) -> bool:
        """Return whether there is one, or what one can be made whole from."""
        ...

    def describe_missing(self) -> str:
        """Return what is missing where there is none."""
        ...

    def attach(self, cursor: Cursor) -> None:
        """Attach it as ``lake`` to be read; raise StoreError if that cannot be."""
        ...

    def attach_writer(self, cursor: Cursor, lock: WarehouseLock) -> None:
        """Attach it as ``lake`` to be written under the lock, made where it is missing."""
        ...

    def stamp(self) -> Stamp:
        """Return what changes with each commit, cheaply; raise StoreError if it cannot be asked."""
        ...

    def is_settled(self, stamp: Stamp) -> bool:
        """Return whether no further commit can have the same stamp."""
        ...

    def writer_lock(self, *, timeout_s: float) -> WarehouseLock:
        """Return the lock that makes one writer at a time."""
        ...

    def retention_lock(self, *, timeout_s: float, busy: str) -> WarehouseLock:
        """Return the lock under which no version is removed; take it before the writer's."""
        ...

    def compaction_lock(self, *, timeout_s: float) -> WarehouseLock:
        """Return the lock that makes one compaction at a time; take it before the writer's."""
        ...

    def settle(self) -> bool:
        """Undo what a killed writer left, under the writer's lock; return whether it is whole."""
        ...

    def preserve(self) -> None:
        """Keep a copy of what was committed, under the writer's lock, where it is not kept."""
        ...

    def may_pass(self, fault: Exception) -> bool:
        """Return whether what failed is worth another try."""
        ...

    def close(self) -> None:
        """Close the connection that ``stamp`` keeps."""
        ...


def open_store(settings: StoreSettings) -> CatalogueStore:
    """Return where the catalogue of a warehouse is; nothing is opened yet."""
    folder = settings.data.resolve()
    if settings.database is None:
        return FileCatalogue(folder)
    # Who has files does not wait for PostgreSQL's packages to be imported.
    from cop.store.catalogue.database_store import DatabaseCatalogue

    return DatabaseCatalogue(folder, settings.database)


def has_catalogue(settings: StoreSettings) -> bool:
    """Return whether the warehouse has a catalogue; raise StoreError if that cannot be asked."""
    return open_store(settings).exists()
