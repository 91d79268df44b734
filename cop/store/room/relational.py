"""The relational store: the small records of a room (board, Pictures, annotations), in SQLite."""

import copy
import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self

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

ROOM_FILE = "room.sqlite"
"""Beside the catalogue, in the folder of the warehouse."""
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


class RelationalStore:
    """The tables of a room; safe to use from many threads and processes of one machine."""

    def __init__(self, settings: StoreSettings) -> None:
        """Open the file, and create it or bring its tables to the newest revision.

        One that is no database any more is set aside first. Raise StoreError if a newer version of
        the program wrote it.
        """
        self.path: Path = settings.data.resolve() / ROOM_FILE
        self._engine = _open(self.path)
        try:
            is_current = self._is_current()
        except StoreError:
            from cop.store.room.mending import mend_room

            if mend_room(settings) is None:
                raise
            self.close()
            is_current = self._is_current()
        if not is_current:
            # The write lock of SQLite makes other processes wait; they find it upgraded then.
            with self.writing() as connection:
                upgrade(connection, self.path)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a connection that sees what is committed.

        Raise StoreError if it fails, or if what is stored cannot be understood.
        """
        with self._guarded(), self._engine.connect() as connection:
            try:
                yield connection
            except ValueError as fault:
                stated = " ".join(str(fault).split())[:200]
                raise StoreError(
                    f"{self.path}: a record cannot be read: {stated}; run `cop doctor`"
                ) from fault

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a connection that writes all or nothing and waits for other writers.

        Raise StoreError if it fails; an error of the caller's own undoes what was written.
        """
        with self._guarded(), self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _is_current(self) -> bool:
        with self.reading() as connection:
            return read_revision(connection) == HEAD

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as fault:
            reason = getattr(fault, "orig", None) or fault
            raise StoreError(
                f"{self.path}: {reason}; check the file's permissions and the free space, and run "
                "`cop doctor`"
            ) from fault


def may_count_all(_sources: Collection[str] | None, _version: int) -> bool:
    """Let every source be counted."""
    return True


class RoomRecords:
    """Records of one kind in the room's file; safe to use from many threads and processes."""

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
