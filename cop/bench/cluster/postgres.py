"""A PostgreSQL that ends with the process that started it."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cop.errors import SettingsError, StoreError

USER: Final = "cop"
_PROGRAMS: Final = Path("/usr/lib/postgresql")
_LOOPBACK: Final = "127.0.0.1"
_HANG_S: Final = 60


class PostgresServer:
    """A cluster of a folder, by TCP at one address and by a Unix socket in the folder."""

    def __init__(
        self,
        folder: Path,
        *,
        port: int,
        host: str = _LOOPBACK,
        inside: Sequence[str] = (),
        options: Sequence[str] = (),
    ) -> None:
        """Make the files of the cluster; ``start`` starts it.

        ``inside`` begins the command that runs it on another machine, ``options`` are settings as
        in ``fsync=off``. SettingsError without PostgreSQL.
        """
        self.folder, self.host, self.port = folder, host, port
        self._inside = [*inside]
        self._options = [
            *options,
            f"port={port}",
            f"listen_addresses={host}",
            f"unix_socket_directories={folder}",
            "shared_buffers=32MB",
        ]
        self._process: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        made_as = ("-U", USER, "-A", "trust", "-N", "-E", "UTF8", "--locale=C")
        self._run("initdb", "-D", f"{folder}/data", *made_as)
        if host != _LOOPBACK:
            with (folder / "data" / "pg_hba.conf").open("a", encoding="ascii") as rules:
                rules.write("host all all samenet trust\n")

    @property
    def pid(self) -> int:
        """The first of its processes; StoreError where it does not run."""
        if self._process is None:
            raise StoreError("PostgreSQL does not run")
        return self._process.pid

    def address(self, name: str, *, by_socket: bool = False) -> str:
        """Return the address of a database."""
        host = self.folder if by_socket else self.host
        return f"host={host} port={self.port} dbname={name} user={USER}"

    def create(self, name: str) -> None:
        """Make an empty database."""
        self._run("createdb", "-h", str(self.folder), "-p", str(self.port), "-U", USER, name)

    def start(self) -> None:
        """Start PostgreSQL and wait until it answers; it ends with this thread at the latest."""
        options = [word for option in self._options for word in ("-c", option)]
        command = [find_program("postgres"), "-D", f"{self.folder}/data", *options]
        with (self.folder / "log.txt").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 a program of the machine, no shell
                [*self._inside, *_as_owner("--pdeathsig", "INT"), *command],
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + _HANG_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                words = (self.folder / "log.txt").read_text()[-2000:]
                raise StoreError(f"PostgreSQL did not start: {words}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End PostgreSQL as an operator does who does not wait for clients."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End all of PostgreSQL at once without a shutdown, as a power failure does.

        SIGKILL of its first process would leave the others to go on for a while.
        """
        self._end(signal.SIGQUIT)

    def restart(self) -> None:
        """Stop and start PostgreSQL."""
        self.stop()
        self.start()

    def remove(self) -> None:
        """End PostgreSQL for good, with its files."""
        if self._process is not None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        asked = ["-q", "-h", str(self.folder), "-p", str(self.port)]
        done = subprocess.run([find_program("pg_isready"), *asked], check=False)  # noqa: S603
        return done.returncode == 0

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(  # noqa: S603 a program of the machine, no shell
            [*_as_owner(), find_program(program), *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StoreError(f"{program} of PostgreSQL failed: {done.stderr.strip()}")

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(number)
        try:
            process.wait(_HANG_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def find_program(name: str) -> str:
    """Return a program of the newest PostgreSQL here; SettingsError without one."""
    found = sorted(_PROGRAMS.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise SettingsError(f"no {name} below {_PROGRAMS}: install Debian's package postgresql-17")
    return str(found[-1])


def _as_owner(*options: str) -> list[str]:
    """Return what begins a command so that it does not run as root, which PostgreSQL refuses."""
    if os.geteuid() == 0:
        options = ("--reuid=postgres", "--regid=postgres", "--init-groups", *options)
    return ["setpriv", *options] if options else []
