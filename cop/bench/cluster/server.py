"""A server of the bench on a machine of its own, started again where it was killed."""

import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from http.client import HTTPException
from pathlib import Path
from typing import Final

from cop.bench.cluster.network import Machine
from cop.bench.load.tile import connect, fetch
from cop.errors import StoreError

PORT: Final = 8501
_HANG_S: Final = 180
_OK: Final = 200


class ServerProcess:
    """`cop run` on a machine."""

    def __init__(self, machine: Machine, environment: Mapping[str, str], folder: Path) -> None:
        """Prepare the server; its log and its serving copies are in ``folder``."""
        self.machine, self.address = machine, f"http://{machine.host}:{PORT}"
        own = {"COP_HOST": machine.host, "COP_PORT": str(PORT)}
        own["COP_SERVING_FOLDER"] = str(folder / machine.name)
        self._environment = {**environment, **own}
        self._log = folder / f"{machine.name}.txt"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; ``await_health`` waits until it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 our own command, no shell
                self.machine.inside(sys.executable, "-m", "cop", "run"),
                env=self._environment,
                stdout=log,
                stderr=log,
            )

    def await_health(self) -> None:
        """Wait until it shows the warehouse."""
        deadline = time.monotonic() + _HANG_S
        while not self._is_healthy():
            ended = self._process is None or self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                words = self._log.read_text()[-1000:]
                raise StoreError(f"{self.machine.name} did not answer /healthz: {words}")
            time.sleep(0.1)

    def kill(self) -> None:
        """Kill it outright."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _is_healthy(self) -> bool:
        try:
            with closing(connect(self.address)) as connection:
                return fetch(connection, "/healthz").status == _OK
        except (OSError, HTTPException):
            return False
