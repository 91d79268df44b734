"""A PostgreSQL cluster of the tests' own: made when first asked for, ended with their process."""

import itertools
import os
import shutil
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
from psycopg.conninfo import make_conninfo

from tests.support.command import free_port

_PROGRAMS = Path("/usr/lib/postgresql")
_USER = "cop"
_HANG_S = 60
_UNSAFE = ("fsync=off", "full_page_writes=off")
"""What only a power failure would punish: after a kill every commit is there."""


class PostgresCluster:
    """One PostgreSQL on this machine, by TCP on 127.0.0.1 and by a Unix socket."""

    def __init__(self) -> None:
        """Make the files of the cluster; ``start`` starts it."""
        # A socket's path has 107 bytes at most, and the folder of pytest is closed to others.
        self.folder = Path(tempfile.mkdtemp(prefix="cop-pg-", dir="/tmp"))
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._names = itertools.count(1)
        self._templates: dict[str, str] = {}
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        made = subprocess.run(
            [
                *_as_owner(),
                find_program("initdb"),
                *("-D", self.folder / "data", "-U", _USER, "-A", "trust", "-N"),
                *("-E", "UTF8", "--locale=C"),
            ],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, made.stderr

    def address(self, name: str, *, by_socket: bool = False) -> str:
        """The address of a database."""
        host = str(self.folder) if by_socket else "127.0.0.1"
        return make_conninfo(host=host, port=self.port, dbname=name, user=_USER)

    def start(self) -> None:
        """Start PostgreSQL and wait until it answers; it ends with this process at the latest."""
        stated = [
            *_UNSAFE,
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={self.folder}",
            "shared_buffers=32MB",
        ]
        with (self.folder / "log.txt").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *_as_owner("--pdeathsig", "INT"),
                    find_program("postgres"),
                    *("-D", self.folder / "data"),
                    *(part for one in stated for part in ("-c", one)),
                ],
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + _HANG_S
        while True:
            try:
                psycopg.connect(self.address("postgres")).close()
                return
            except psycopg.OperationalError as fault:
                ended = self._process.poll() is not None
                if ended or time.monotonic() > deadline:
                    raise AssertionError(self._last_words()) from fault
                time.sleep(0.02)

    def stop(self) -> None:
        """End PostgreSQL as an operator does who does not wait for clients."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End all of PostgreSQL at once without a shutdown, as a power failure does.

        SIGKILL of its first process would leave the others to go on for a while.
        """
        self._end(signal.SIGQUIT)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stop every process of PostgreSQL in its midst, as a machine that hangs does."""
        assert self._process is not None
        asked = ["ps", "-o", "pid=", "--ppid", str(self._process.pid)]
        children = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
        pids = [self._process.pid, *map(int, children.split())]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
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

    def restart(self) -> None:
        """Stop and start PostgreSQL."""
        self.stop()
        self.start()

    def remove(self) -> None:
        """End PostgreSQL for good, with its files."""
        if self._process is not None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """Make a database, yield its address and drop it, whoever is connected still."""
        name = f"test_{next(self._names)}"
        self.create(name, template)
        try:
            yield self.address(name)
        finally:
            self._execute("DROP DATABASE {} WITH (FORCE)", name)

    def create(self, name: str, template: str = "template1") -> None:
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

    def _end(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)
        try:
            self._process.wait(_HANG_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise
        self._process = None

    def _last_words(self) -> str:
        return f"PostgreSQL did not start: {(self.folder / 'log.txt').read_text()[-2000:]}"


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


def find_program(name: str) -> str:
    """Return a program of the newest PostgreSQL here; skips without one."""
    found = sorted(_PROGRAMS.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    if not found:
        pytest.skip(f"no {name} below {_PROGRAMS}: install Debian's postgresql-17")
    return str(found[-1])


def _as_owner(*options: str) -> list[str]:
    """What begins a command so that it does not run as root, which PostgreSQL refuses."""
    if os.geteuid() == 0:
        options = ("--reuid=postgres", "--regid=postgres", "--init-groups", *options)
    return ["setpriv", *options] if options else []


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
