"""HAProxy before the servers of a bench, with the file that comes with the program."""

import csv
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cop.bench.certificate import write_certificate
from cop.bench.cluster.network import Machine, check_programs
from cop.errors import StoreError
from cop.resource import package_path

PORT: Final = 8443
_HANG_S: Final = 180


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """Where the proxy is, the certificate that it shows, and the socket of its operator."""

    address: str
    certificate: Path
    socket: Path

    def count_answered(self) -> dict[str, int]:
        """Return how many requests each server has had."""
        return {row["svname"]: int(row["stot"] or 0) for row in self._servers()}

    def await_all(self) -> None:
        """Wait until it takes every server for sound."""
        deadline = time.monotonic() + _HANG_S
        while any(not row["status"].startswith("UP") for row in self._servers()):
            if time.monotonic() > deadline:
                raise StoreError(f"the proxy took no server for sound within {_HANG_S} s")
            time.sleep(0.1)

    def _servers(self) -> list[dict[str, str]]:
        with socket.socket(socket.AF_UNIX) as operator:
            operator.connect(str(self.socket))
            operator.sendall(b"show stat\n")
            table = b"".join(iter(lambda: operator.recv(65_536), b"")).decode()
        rows = csv.DictReader(table.removeprefix("# ").splitlines())
        return [row for row in rows if row["svname"] not in ("FRONTEND", "BACKEND")]


@contextmanager
def proxying(
    machine: Machine, servers: Sequence[str], folder: Path, *, port: int = PORT
) -> Iterator[Proxy]:
    """Run HAProxy before three servers, each as HOST:PORT; ``folder`` gets what it writes."""
    check_programs({"haproxy": "haproxy"})
    certificate, key = write_certificate(folder, machine.host)
    both = folder / "proxy.pem"
    both.touch(mode=0o600)
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    settings = {
        "COP_PROXY_BIND": f"{machine.host}:{port}",
        "COP_PROXY_CERTIFICATE": str(both),
        "COP_PROXY_SOCKET": str(folder / "proxy.sock"),
        **{f"COP_SERVER_{number}": server for number, server in enumerate(servers, start=1)},
    }
    file = package_path("data", "cluster") / "haproxy.cfg"
    with (folder / "proxy.txt").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 a program of the machine, no shell
            machine.inside("haproxy", "-db", "-f", str(file)),
            env=os.environ | settings,
            stdout=log,
            stderr=log,
        )
    made = Proxy(
        address=f"https://{machine.host}:{port}",
        certificate=certificate,
        socket=Path(settings["COP_PROXY_SOCKET"]),
    )
    try:
        _await(made, process, folder / "proxy.txt")
        yield made
    finally:
        process.terminate()
        process.wait()


def _await(proxy: Proxy, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _HANG_S
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError):
            proxy.await_all()
            return
        time.sleep(0.05)
    raise StoreError(f"HAProxy did not start: {log.read_text()[-1000:]}")
