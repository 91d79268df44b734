"""The machines of a bench: one with PostgreSQL, one with the proxy, the servers, the writers."""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cop.bench.cluster.client import LOGIN, Client
from cop.bench.cluster.network import Machine, open_network
from cop.bench.cluster.postgres import PostgresServer
from cop.bench.cluster.proxy import Proxy, proxying
from cop.bench.cluster.server import PORT, ServerProcess
from cop.bench.sample import Sample, make_settings
from cop.errors import StoreError
from cop.settings import StoreSettings

SERVERS: Final = 3
"""As many as the file of the proxy has."""
_DATABASE_PORT: Final = 5432


@dataclass(kw_only=True)
class Cluster:
    """Where the parts are, and how they are run; ``proxy`` is there while they are served."""

    settings: StoreSettings
    folder: Path
    database: PostgresServer
    servers: list[ServerProcess]
    writers: list[Machine]
    environment: dict[str, str]
    proxy_machine: Machine
    proxy: Proxy = field(init=False)
    _password: str = field(default_factory=lambda: secrets.token_urlsafe(16), repr=False)

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Run the servers, and the proxy before them."""
        self._add_person()
        try:
            for server in self.servers:
                server.start()
            for server in self.servers:
                server.await_health()
            hosts = [f"{server.machine.host}:{PORT}" for server in self.servers]
            with proxying(self.proxy_machine, hosts, self.folder) as self.proxy:
                yield
        finally:
            for server in self.servers:
                server.kill()

    def sign_in(self, server: ServerProcess | None = None) -> Client:
        """Return somebody who is signed in at a server, or else at the proxy."""
        if server is None:
            client = Client(self.proxy.address, certificate=self.proxy.certificate)
        else:
            client = Client(server.address)
        client.sign_in(self._password)
        return client

    def _add_person(self) -> None:
        file = self.folder / "password"
        file.touch(mode=0o600)
        file.write_text(self._password, encoding="ascii")
        options = ("--name", "Watch", "--agency", "JTF", "--role", "viewer")
        command = ("people", "add", LOGIN, *options, "--password-file", str(file), "--by", "bench")
        done = subprocess.run(  # noqa: S603 our own command, no shell
            [sys.executable, "-m", "cop", *command],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StoreError(f"no account of the bench: {done.stderr.strip()[-500:]}")


@contextmanager
def opened_cluster(sample: Sample, folder: Path, *, writers: int) -> Iterator[Cluster]:
    """Yield a cluster whose database runs and is empty; nothing is served yet."""
    names = ["database", "proxy"]
    names += [f"server{number}" for number in range(1, SERVERS + 1)]
    names += [f"writer{number}" for number in range(1, writers + 1)]
    with open_network(names) as machines, _database(machines["database"]) as database:
        settings = make_settings(sample, folder / "warehouse", database=database.address("cop"))
        environment = {n: v for n, v in os.environ.items() if not n.startswith("COP_")} | {
            "COP_DATA": str(settings.data),
            "COP_DATABASE": str(settings.database),
            "COP_MEMORY_MB": str(settings.memory_mb),
            "COP_THREADS": str(settings.threads),
            "COP_SIGN_IN": "local",
            "COP_PERSON_REQUESTS": "100000",
            "COP_TRUSTED_PROXIES": machines["proxy"].host,
        }
        yield Cluster(
            settings=settings,
            folder=folder,
            database=database,
            servers=[
                ServerProcess(machines[name], environment, folder)
                for name in names
                if name.startswith("server")
            ],
            writers=[machines[name] for name in names if name.startswith("writer")],
            environment=environment,
            proxy_machine=machines["proxy"],
        )


@contextmanager
def _database(machine: Machine) -> Iterator[PostgresServer]:
    # Its user may not look into the folder for temporary files of this process.
    folder = Path(tempfile.mkdtemp(prefix="cop-bench-", dir="/tmp"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        database = PostgresServer(
            folder, host=machine.host, port=_DATABASE_PORT, inside=machine.inside()
        )
        stack.callback(database.remove)
        database.start()
        database.create("cop")
        yield database
