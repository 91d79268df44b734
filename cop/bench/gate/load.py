"""Clients that ask a server over kept connections, and what it took to answer them."""

import hashlib
import os
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from cop.errors import CopError

_TICKS = os.sysconf("SC_CLK_TCK")
_TIMEOUT_S = 120


class BenchRequestError(CopError):
    """A request of a bench was not answered as it had to be."""


@dataclass(frozen=True, kw_only=True)
class ServedBlock:
    """What some requests took: ``seconds`` all of them, ``cpu_s`` the server's processor time.

    ``took_ms`` and ``digests`` are those of each request, in order; an empty answer has one too.
    """

    seconds: float
    cpu_s: float
    took_ms: tuple[float, ...]
    digests: tuple[str, ...]


class LoadClients:
    """Some clients of one server, each with a connection that is kept, who share the requests."""

    def __init__(
        self, address: str, pid: int, *, clients: int, headers: Mapping[str, str] | None = None
    ) -> None:
        """Ask the server at ``address`` with the process id ``pid``, always with ``headers``."""
        parts = urlsplit(address)
        host, port = str(parts.hostname), int(parts.port or 80)
        self._pid, self._headers = pid, dict(headers or {})
        self._connections = [HTTPConnection(host, port, timeout=_TIMEOUT_S) for _ in range(clients)]

    def ask(self, paths: Sequence[str]) -> ServedBlock:
        """Ask for every path, all clients at once; raise BenchRequestError unless all have it."""
        left = list(enumerate(paths))[::-1]
        took, digests, faults = [0.0] * len(paths), [""] * len(paths), list[Exception]()

        def work(connection: HTTPConnection) -> None:
            while not faults:
                try:
                    number, path = left.pop()
                except IndexError:
                    return
                try:
                    took[number], digests[number] = self._ask(connection, path)
                except Exception as fault:  # noqa: BLE001 raised below, in the thread that asked
                    faults.append(fault)

        threads = [threading.Thread(target=work, args=(one,)) for one in self._connections]
        cpu, start = read_cpu_s(self._pid), time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - start
        if faults:
            raise faults[0]
        return ServedBlock(
            seconds=seconds,
            cpu_s=read_cpu_s(self._pid) - cpu,
            took_ms=tuple(took),
            digests=tuple(digests),
        )

    def close(self) -> None:
        """Hang up."""
        for connection in self._connections:
            connection.close()

    def _ask(self, connection: HTTPConnection, path: str) -> tuple[float, str]:
        start = time.perf_counter()
        try:
            status, body = self._read(connection, path)
        except ConnectionError:
            # The server hangs up on a connection that was quiet for seconds.
            connection.close()
            start = time.perf_counter()
            status, body = self._read(connection, path)
        took = 1000 * (time.perf_counter() - start)
        if status not in (200, 204):
            raise BenchRequestError(f"{path}: answered {status}: {body[:200]!r}")
        return took, hashlib.sha256(body).hexdigest()

    def _read(self, connection: HTTPConnection, path: str) -> tuple[int, bytes]:
        connection.request("GET", path, headers=self._headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


def read_cpu_s(pid: int) -> float:
    """Return the processor time that a process has used, in seconds; Linux only."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
