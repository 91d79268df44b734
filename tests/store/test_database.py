"""Tests of the PostgreSQL database: connections, their faults, locks across processes."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from psycopg.conninfo import conninfo_to_dict

from cop.errors import BusyError, StoreError
from cop.store.database import (
    CATALOGUE_LOCK,
    ROOM_LOCK,
    AdvisoryLock,
    build_address,
    check_database,
    connect,
    describe_database,
    naming_faults,
)
from tests.support.postgres import PostgresCluster, await_waiting

pytestmark = pytest.mark.scale


def test_an_address_gets_limits_where_it_states_none() -> None:
    built = conninfo_to_dict(build_address("postgresql://me@db:5433/x?connect_timeout=9"))
    assert built["host"] == "db"
    assert (built["port"], built["dbname"], built["user"]) == ("5433", "x", "me")
    assert (built["connect_timeout"], built["tcp_user_timeout"]) == ("9", "15000")
    assert built["application_name"] == "cop"


def test_a_name_in_the_address_does_not_stand_for_ours() -> None:
    built = build_address("host=db application_name=mine", application_name="cop:7")
    assert conninfo_to_dict(built)["application_name"] == "cop:7"


def test_a_database_is_described_without_its_user() -> None:
    described = describe_database("host=db port=5433 dbname=x user=me passfile=/some/file")
    assert described == "the database host=db port=5433 dbname=x"
    assert describe_database("user=me") == "the database of this machine"


def test_a_database_that_is_away_is_named_with_what_to_do() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        with pytest.raises(StoreError, match=rf"port={port} dbname=x: .*refused.*COP_DATABASE"):
            connect(f"host=127.0.0.1 port={port} dbname=x user=me")


def test_a_refused_statement_is_a_store_error(database: str) -> None:
    with closing(connect(database)) as connection:
        with pytest.raises(StoreError, match=r"no_such"), naming_faults(database):
            connection.execute("SELECT * FROM no_such")
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_connection_by_a_socket_works(postgres: PostgresCluster, database: str) -> None:
    name = conninfo_to_dict(database)["dbname"]
    with closing(connect(postgres.address(str(name), by_socket=True))) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == (name,)


def test_one_has_a_lock_at_a_time(database: str) -> None:
    with AdvisoryLock(database, CATALOGUE_LOCK, timeout_s=0) as lock:
        assert lock.is_ours()
        for timeout_s in (0, 0.05):
            with (
                pytest.raises(BusyError, match=r"another process has had its lock"),
                AdvisoryLock(database, CATALOGUE_LOCK, timeout_s=timeout_s),
            ):
                pass
        with AdvisoryLock(database, ROOM_LOCK, timeout_s=0):
            pass
    assert not lock.is_ours()
    with AdvisoryLock(database, CATALOGUE_LOCK, timeout_s=0):
        pass


def test_locks_of_two_databases_are_two(postgres: PostgresCluster, database: str) -> None:
    with (
        postgres.database() as other,
        AdvisoryLock(database, CATALOGUE_LOCK, timeout_s=0),
        AdvisoryLock(other, CATALOGUE_LOCK, timeout_s=0),
    ):
        pass


def test_who_waits_gets_the_lock_when_it_is_free(database: str) -> None:
    taken = threading.Event()

    def wait() -> None:
        with AdvisoryLock(database, CATALOGUE_LOCK, timeout_s=60):
            taken.set()

    with AdvisoryLock(database, CATALOGUE_LOCK, timeout_s=0):
        waiting = threading.Thread(target=wait)
        waiting.start()
        await_waiting(database, "cop lock")
        assert not taken.is_set()
    waiting.join(60)
    assert taken.is_set()


@contextmanager
def broken_lock(postgres: PostgresCluster, database: str) -> Iterator[AdvisoryLock]:
    """A lock whose connection is ended while its owner works."""
    with AdvisoryLock(database, CATALOGUE_LOCK, timeout_s=0) as lock:
        assert postgres.end_connections("cop lock") == 1
        yield lock


def test_a_lock_whose_connection_broke_is_not_ours(
    postgres: PostgresCluster, database: str
) -> None:
    with broken_lock(postgres, database) as lock:
        with AdvisoryLock(database, CATALOGUE_LOCK, timeout_s=60) as other:
            assert other.is_ours()
            assert not lock.is_ours()
        assert not lock.is_ours()


def test_no_lock_outlives_a_restart(postgres: PostgresCluster, database: str) -> None:
    with AdvisoryLock(database, CATALOGUE_LOCK, timeout_s=0) as lock:
        postgres.restart()
        assert not lock.is_ours()
    with AdvisoryLock(database, CATALOGUE_LOCK, timeout_s=0):
        pass


def test_a_lock_needs_a_database() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        address = f"host=127.0.0.1 port={bound.getsockname()[1]} dbname=x"
        lock = AdvisoryLock(address, CATALOGUE_LOCK, timeout_s=0)
        with pytest.raises(StoreError, match=r"the lock was not taken"):
            _ = lock.connection
        with pytest.raises(StoreError), lock:
            pass
        assert not lock.is_ours()


def test_a_database_that_sorts_otherwise_is_refused(
    postgres: PostgresCluster, database: str
) -> None:
    check_database(database)
    with closing(connect(postgres.address("postgres"))) as connection:
        connection.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    with pytest.raises(StoreError, match=r"LATIN1.*--encoding UTF8 --locale C"):
        check_database(postgres.address("latin"))
