"""The relational store: the small records of a room, in SQLite or in a PostgreSQL database."""

import copy
import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol, Self

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    event,
)
from sqlalchemy.exc import SQLAlchemyError

from cop.errors import StoreError
from cop.model.moment import utc_now
from cop.model.release import Release, admits
from cop.settings import StoreSettings
from cop.store.room.schema import HEAD, read_revision, upgrade
from cop.store.room.seal import SEAL_TABLE, register_seals

ROOM_FILE: Final = "room.sqlite"
"""Beside the catalogue, in the folder of the warehouse, unless it has a database."""
METADATA = MetaData()
SEALS = Table(
    SEAL_TABLE,
    METADATA,
    Column("of", String, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    sqlite_with_rowid=False,
)
MayCount = Callable[[Collection[str] | None, int], bool]
"""Whether viewers may read all of some sources of a version, as these are marked now.

None are sources that are not known.
"""
_WAIT_S = 10
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz234567"
_ID_LENGTH: Final = 10


class RoomBackend(Protocol):
    """What a kind of database does in its own way."""

    @property
    def engine(self) -> Engine:
        """The engine that connects to it."""

    @property
    def place(self) -> str:
        """Where the room is, for messages."""

    def check(self) -> None:
        """Raise StoreError if it is not fit for a room's tables."""

    def begin(self, connection: Connection) -> None:
        """Begin a transaction that is the only one to write."""

    def build_fault(self, fault: BaseException) -> StoreError:
        """Return the error that states what failed and what to do."""

    def close(self) -> None:
        """Close the connections that nobody else uses."""


class RelationalStore:
    """The tables of a room; safe to use from many threads and processes."""

    def __init__(self, settings: StoreSettings) -> None:
        """Open file or database, and create its tables or bring them to the newest revision.

        A file that is no database any more is set aside first. Raise StoreError if a newer version
        of the program wrote it.
        """
        self._backend = _choose_backend(settings)
        try:
            self._prepare(settings)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a connection that sees what is committed.

        Raise StoreError if it fails, or if what is stored cannot be understood.
        """
        with self._guarded(), self._backend.engine.connect() as connection:
            try:
                yield connection
            except ValueError as fault:
                stated = " ".join(str(fault).split())[:200]
                raise StoreError(
                    f"{self._backend.place}: a record cannot be read: {stated}; run `cop doctor`"
                ) from fault

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a connection that writes all or nothing and waits for other writers.

        Raise StoreError if it fails; an error of the caller's own undoes what was written.
        """
        with self._guarded(), self._backend.engine.connect() as connection:
            self._backend.begin(connection)
            try:
                yield connection
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")

    def close(self) -> None:
        """Close every connection that no other store uses."""
        self._backend.close()

    def _prepare(self, settings: StoreSettings) -> None:
        try:
            is_current = self._is_current()
        except StoreError:
            from cop.store.room.mending import mend_room

            if mend_room(settings) is None:
                raise
            self.close()
            is_current = self._is_current()
        if not is_current:
            self._backend.check()
            # The lock of writers makes other processes wait; they find it upgraded then.
            with self.writing() as connection:
                upgrade(connection, self._backend.place)

    def _is_current(self) -> bool:
        with self.reading() as connection:
            return read_revision(connection) == HEAD

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as fault:
            raise self._backend.build_fault(getattr(fault, "orig", None) or fault) from fault


def has_room(settings: StoreSettings) -> bool:
    """Return whether a warehouse has a room; raise StoreError if its database does not answer."""
    if settings.database is None:
        return (settings.data.resolve() / ROOM_FILE).is_file()
    from cop.store.room.pool import read_database_revision

    return read_database_revision(settings.database) is not None


def may_count_all(_sources: Collection[str] | None, _version: int) -> bool:
    """Let every source be counted."""
    return True


class RoomRecords:
    """Records of one kind in the room; safe to use from many threads and processes."""

    def __init__(self, settings: StoreSettings, *, now: Callable[[], datetime] = utc_now) -> None:
        """Open the store of the room; ``now`` is the clock, naive UTC."""
        self._store = RelationalStore(settings)
        self._now = now
        self._release: Release | None = None
        self._may_count: MayCount = may_count_all

    def released_to(self, release: Release | None) -> Self:
        """Return the same records for viewers who may read what a release has."""
        other = copy.copy(self)
        other._release = release
        return other

    def counted_by(self, may_count: MayCount) -> Self:
        """Return the same records for viewers who may not read all sources.

        What rests on others is withheld from them, whatever it was marked.
        """
        other = copy.copy(self)
        other._may_count = may_count
        return other

    def admits(self, marking: str) -> bool:
        """Return whether these viewers may read what carries a marking."""
        return admits(self._release, marking)

    def close(self) -> None:
        """Close the store."""
        self._store.close()


def new_id() -> str:
    """Return an id that nothing else has, 50 random bits in lower-case letters and digits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_ID_LENGTH))


def _choose_backend(settings: StoreSettings) -> RoomBackend:
    if settings.database is None:
        return _RoomFile(settings.data.resolve() / ROOM_FILE)
    # Whoever has files does not wait for PostgreSQL's packages to be imported.
    from cop.store.room.pool import RoomDatabase

    return RoomDatabase(settings.database)


class _RoomFile:
    """The room in an SQLite file."""

    def __init__(self, path: Path) -> None:
        self.place = str(path)
        self.engine = _open(path)

    def check(self) -> None:
        """Do nothing: any file is fit."""

    def begin(self, connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def build_fault(self, fault: BaseException) -> StoreError:
        return StoreError(
            f"{self.place}: {fault}; check the file's permissions and the free space, and run "
            "`cop doctor`"
        )

    def close(self) -> None:
        self.engine.dispose()


def _open(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}", isolation_level="AUTOCOMMIT", connect_args={"timeout": _WAIT_S}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # Readers go on while one writes; what is committed survives a killed process.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        register_seals(connection)

    return engine
