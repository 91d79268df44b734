"""A PostgreSQL cluster of the tests' own: made when first asked for, ended with their process."""

import itertools
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

import psycopg
import pytest
from psycopg import sql

from cop.bench.cluster.postgres import PostgresServer, find_program
from cop.errors import SettingsError
from tests.support.command import free_port

_HANG_S = 60
_UNSAFE = ("fsync=off", "full_page_writes=off")
"""What only a power failure would punish: after a kill every commit is there."""


class PostgresCluster(PostgresServer):
    """One PostgreSQL on this machine, with databases to make tests' own from."""

    def __init__(self) -> None:
        """Make the files of the cluster; ``start`` starts it. Skips without PostgreSQL."""
        try:
            find_program("postgres")
        except SettingsError as fault:
            pytest.skip(str(fault))
        # A socket's path has 107 bytes at most, and the folder of pytest is closed to others.
        folder = Path(tempfile.mkdtemp(prefix="cop-pg-", dir="/tmp"))
        super().__init__(folder, port=free_port(), options=_UNSAFE)
        self._names = itertools.count(1)
        self._templates: dict[str, str] = {}

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stop every process of PostgreSQL in its midst, as a machine that hangs does."""
        first = self.pid
        # Stopped before its children are listed: it begins none after that.
        os.kill(first, signal.SIGSTOP)
        asked = ["ps", "-o", "pid=", "--ppid", str(first)]
        children = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
        pids = [*map(int, children.split())]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in (*pids, first):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator[Self]:
        """Run a cluster that no other test uses."""
        cluster = cls()
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.remove()

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """Make a database, yield its address and drop it, whoever is connected still."""
        name = f"test_{next(self._names)}"
        self.copy(name, template)
        try:
            yield self.address(name)
        finally:
            self._execute("DROP DATABASE {} WITH (FORCE)", name)

    def copy(self, name: str, template: str) -> None:
        """Make a database from another, which nobody may be connected to."""
        self._execute("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, template)

    def template(self, name: str, fill: Callable[[str], None]) -> str:
        """Return a database to make others from, filled when first asked for by its address."""
        if name not in self._templates:
            self.create(name)
            fill(self.address(name))
            self._templates[name] = name
        return self._templates[name]

    def end_connections(self, application_name: str) -> int:
        """End the connections of that name in any database, as a network does; return how many."""
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            ended = connection.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
                "WHERE application_name = %s",
                [application_name],
            )
            return len(ended.fetchall())

    def await_version(self, database: str | None, version: int) -> bool:
        """Wait until the catalogue in a database has a version."""
        deadline = time.monotonic() + _HANG_S
        with psycopg.connect(database or "", autocommit=True) as connection:
            while time.monotonic() < deadline:
                found = connection.execute(
                    "SELECT max(snapshot_id) FROM main.ducklake_snapshot"
                ).fetchone()
                if found is not None and found[0] >= version:
                    return True
                time.sleep(0.02)
        return False

    def _execute(self, statement: str, *names: str) -> None:
        quoted = sql.SQL(statement).format(*map(sql.Identifier, names))
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(quoted)


def await_waiting(database: str, application_name: str) -> None:
    """Wait until a connection of that name waits for a lock of the database."""
    deadline = time.monotonic() + _HANG_S
    with psycopg.connect(database, autocommit=True) as connection:
        while time.monotonic() < deadline:
            found = connection.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) "
                "WHERE NOT granted AND application_name = %s AND datname = current_database()",
                [application_name],
            ).fetchone()
            if found != (0,):
                return
            time.sleep(0.01)
    raise AssertionError(f"no connection {application_name!r} waits for a lock")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    """A PostgreSQL for the tests of one process."""
    with PostgresCluster.opened() as cluster:
        yield cluster


@pytest.fixture
def database(postgres: PostgresCluster) -> Iterator[str]:
    """The address of an empty database of a test's own."""
    with postgres.database() as address:
        yield address
