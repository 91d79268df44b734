"""The PostgreSQL database of a warehouse: connections, their faults, and locks across machines."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Final, Self

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import LockNotAvailable

from cop.errors import BusyError, StoreError
from cop.store.connection import ANSWER_S, BoundedConnection

Connection = BoundedConnection

_OURS = 0x636F7000
CATALOGUE_LOCK: Final = _OURS + 1
"""One writer of the catalogue at a time."""
RETENTION_LOCK: Final = _OURS + 2
"""No version is removed: a backup reads its files meanwhile."""
ROOM_LOCK: Final = _OURS + 3
"""One writer of the room at a time; a lock of its transaction."""
AUDIT_LOCK: Final = _OURS + 4
"""One writer of the audit record at a time."""
COMPACTION_LOCK: Final = _OURS + 6
"""One compaction at a time."""
SHARED_LOCKS: Final = {"leader": _OURS + 5, "keys": _OURS + 7, "exchange": _OURS + 8}
"""The locks of cop.store.catalogue.shared_lock."""

# A server that is gone without a word is noticed in 15 s, not in the hours that TCP takes.
_CONNECTING: Final[dict[str, str | int | None]] = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 5,
    "tcp_user_timeout": 15_000,
}
_LEAST_WAIT_MS = 50
_BUSY = "another process has had its lock"
# The same of the server's side, where a lock stays with a machine that is gone until it is noticed;
# and no lock is lost because its owner works for long.
_SERVER_OPTIONS = (
    "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=5 "
    "-c tcp_user_timeout=15000 -c idle_session_timeout=0"
)
_NAMED = ("host", "hostaddr", "port", "dbname", "service")


def build_address(database: str, *, application_name: str = "cop") -> str:
    """Return a libpq connection string with our limits where the address states none."""
    stated = {**_CONNECTING, **conninfo_to_dict(database)}
    options = f"{_SERVER_OPTIONS} {stated.get('options', '')}".strip()
    named = {"options": options, "application_name": application_name}
    return make_conninfo("", **stated | named)


def describe_database(database: str) -> str:
    """Return the part of an address that says which database it is."""
    stated = conninfo_to_dict(database)
    named = [f"{name}={stated[name]}" for name in _NAMED if stated.get(name)]
    return f"the database {' '.join(named) or 'of this machine'}"


def connect(database: str, *, application_name: str = "cop") -> Connection:
    """Open a connection without a transaction of its own; raise StoreError if there is none."""
    with naming_faults(database):
        address = build_address(database, application_name=application_name)
        return BoundedConnection.open(database, address)


@contextmanager
def naming_faults(database: str) -> Iterator[None]:
    """Raise StoreError, which names the database, for what PostgreSQL refuses or cannot do."""
    try:
        yield
    except psycopg.Error as fault:
        words = " ".join(str(fault).split()) or type(fault).__name__
        raise StoreError(
            f"{describe_database(database)}: {words}; check that PostgreSQL is running there, "
            "COP_DATABASE, and the passfile"
        ) from fault


class AdvisoryLock:
    """A lock of the database on a connection of its own; it goes with the process that has it.

    It is no proof alone: a connection can break, and the lock goes to another, while its work goes
    on over other connections. ``is_ours`` asks.
    """

    def __init__(
        self,
        database: str,
        number: int,
        *,
        timeout_s: float,
        busy: str = _BUSY,
        silent_s: float | None = None,
    ) -> None:
        """Prepare the lock of that number; entering waits for it for ``timeout_s``.

        ``busy`` are the words for what another process does meanwhile. Unless ``silent_s`` is None,
        the lock is lost when ``is_ours`` was not asked for so long.
        """
        self._busy = busy
        self._silent_s = silent_s
        self._database = database
        self._number = number
        self._timeout_s = timeout_s
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        """Take the lock; raise BusyError if another has it still, StoreError without database."""
        connection = connect(self._database, application_name="cop lock")
        try:
            with self._naming():
                self._take(connection)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return self

    def __exit__(self, *_fault: object) -> None:
        """Release the lock: the server ends a connection that is closed some time later."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with closing(connection), suppress(psycopg.Error):
                connection.execute("SELECT pg_advisory_unlock(%s)", [self._number])

    def is_ours(self) -> bool:
        """Return whether the lock has been ours from the beginning until now."""
        if self._connection is None:
            return False
        with suppress(psycopg.Error):
            self._connection.execute("SELECT 1")
            return True
        return False

    @property
    def connection(self) -> Connection:
        """The connection that has the lock."""
        if self._connection is None:
            raise StoreError(f"{describe_database(self._database)}: the lock was not taken")
        return self._connection

    @contextmanager
    def _naming(self) -> Iterator[None]:
        """Raise BusyError for a lock that was waited for in vain, StoreError for other faults."""
        try:
            with naming_faults(self._database):
                yield
        except StoreError as fault:
            if isinstance(fault.__cause__, LockNotAvailable):
                raise self._is_taken() from fault
            raise

    def _take(self, connection: Connection) -> None:
        limit = f"{max(_LEAST_WAIT_MS, round(self._timeout_s * 1000))}ms"
        connection.execute("SELECT set_config('lock_timeout', %s, false)", [limit])
        if self._silent_s is not None:
            idle = f"{round(self._silent_s * 1000)}ms"
            connection.execute("SELECT set_config('idle_session_timeout', %s, false)", [idle])
        if self._timeout_s > 0:
            connection.answer_s = self._timeout_s + ANSWER_S
            connection.execute("SELECT pg_advisory_lock(%s)", [self._number])
            return
        found = connection.execute("SELECT pg_try_advisory_lock(%s)", [self._number])
        if found.fetchone() != (True,):
            raise self._is_taken()

    def _is_taken(self) -> BusyError:
        return BusyError(
            f"{describe_database(self._database)}: {self._busy} for {self._timeout_s:g} s; "
            "try again later"
        )


def check_database(database: str) -> None:
    """Raise StoreError if the database cannot be used, or does not sort and store text as we do."""
    with naming_faults(database), closing(connect(database)) as connection:
        found = connection.execute(
            "SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database "
            "WHERE datname = current_database()"
        ).fetchone()
    if found != ("UTF8", "C"):
        raise StoreError(
            f"{describe_database(database)}: has encoding and locale {found}; create it by "
            "`createdb --template template0 --encoding UTF8 --locale C NAME`"
        )
