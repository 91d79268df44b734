"""The room in PostgreSQL: its stores of one process share a few connections."""

import threading
from contextlib import closing
from typing import Any, Final

from psycopg import Error
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, Engine, create_engine

from cop.errors import StoreError
from cop.store.database import (
    ROOM_LOCK,
    check_database,
    connect,
    describe_database,
    naming_faults,
)
from cop.store.room.schema import REVISION_TABLE, SCHEMA

WAIT_S: Final = 10
"""How long a writer waits for another, as in SQLite."""
_STUCK_S: Final = 60
_KEPT: Final = 4
_MOST: Final = 16


class EnginePool:
    """Engines by the address of their database, each for all stores that are open.

    PostgreSQL has a hundred connections for all servers, and a room has twenty stores.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._turn = threading.Lock()
        self._engines: dict[str, Engine] = {}
        self._users: dict[str, int] = {}

    def take(self, database: str) -> Engine:
        """Return the engine of a database, to be given back once; nothing is connected yet."""
        with self._turn:
            if database not in self._engines:
                self._engines[database] = _open(database)
            self._users[database] = self._users.get(database, 0) + 1
            return self._engines[database]

    def give_back(self, database: str) -> None:
        """Close the connections to a database if nobody else uses its engine."""
        with self._turn:
            self._users[database] -= 1
            if not self._users[database]:
                del self._users[database]
                self._engines.pop(database).dispose()


ENGINES: Final = EnginePool()


class RoomDatabase:
    """The room in a PostgreSQL database."""

    def __init__(self, database: str) -> None:
        """Take the engine of a database; nothing is connected yet."""
        self.place = describe_database(database)
        self.engine = ENGINES.take(database)
        self._database = database
        self._is_open = True

    def check(self) -> None:
        """Raise StoreError if the database sorts and stores text otherwise than we do."""
        check_database(self._database)

    def begin(self, connection: Connection) -> None:
        """Begin a transaction that is the only one to write."""
        connection.exec_driver_sql("BEGIN")
        try:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ROOM_LOCK})")
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise

    def build_fault(self, fault: BaseException) -> StoreError:
        """Return the error that states what failed in the database, and no row of it."""
        if isinstance(fault, LockNotAvailable):
            return StoreError(
                f"{self.place}: another process has been writing to the room for {WAIT_S} s; try "
                "again later"
            )
        stated = fault.diag.message_primary if isinstance(fault, Error) else None
        words = " ".join((stated or str(fault) or type(fault).__name__).split())
        return StoreError(
            f"{self.place}: {words}; check that PostgreSQL is running there, then try again"
        )

    def close(self) -> None:
        """Close the connections if no other store uses them."""
        if self._is_open:
            ENGINES.give_back(self._database)
        self._is_open = False


def read_database_revision(database: str) -> str | None:
    """Return the schema revision of a room; None if there is none, StoreError if it is away."""
    table = f"{SCHEMA}.{REVISION_TABLE}"
    with naming_faults(database), closing(connect(database)) as connection:
        if connection.execute("SELECT to_regclass(%s)", [table]).fetchone() == (None,):
            return None
        row = connection.execute(f"SELECT version_num FROM {table}").fetchone()
    return None if row is None else str(row[0])


def _open(database: str) -> Engine:
    def open_connection() -> Any:
        connection = connect(database, application_name="cop room")
        connection.execute(
            f"SET search_path TO {SCHEMA}; SET lock_timeout TO '{WAIT_S}s'; "
            # The lock of a process that is stopped in the midst of writing goes to the next.
            f"SET idle_in_transaction_session_timeout TO '{_STUCK_S}s'"
        )
        return connection

    return create_engine(
        "postgresql+psycopg://",
        creator=open_connection,
        isolation_level="AUTOCOMMIT",
        use_native_hstore=False,
        # After a restart of PostgreSQL the first question opens other connections.
        pool_pre_ping=True,
        pool_size=_KEPT,
        max_overflow=_MOST - _KEPT,
        pool_timeout=WAIT_S,
    )
