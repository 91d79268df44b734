"""The real server over a warehouse, in a process of its own, for as long as a bench asks it."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cop.errors import StoreError
from cop.settings import StoreSettings

_START_SECONDS = 120
_STOP_SECONDS = 20
_SETTLE_SECONDS = 5
"""A server attaches the serving copy in its first seconds."""


@contextmanager
def serving(settings: StoreSettings, log: Path) -> Iterator[str]:
    """Yield the address of a server of ``settings`` once it answers; ``log`` gets its output."""
    with serving_process(settings, log) as (address, _):
        yield address


@contextmanager
def settled_process(settings: StoreSettings, log: Path, *options: str) -> Iterator[tuple[str, int]]:
    """Do as ``serving_process``, but yield only when it answers from the serving copy."""
    with serving_process(settings, log, *options) as (address, pid):
        time.sleep(_SETTLE_SECONDS)
        yield address, pid


@contextmanager
def serving_process(
    settings: StoreSettings,
    log: Path,
    *options: str,
    environment: Mapping[str, str] | None = None,
) -> Iterator[tuple[str, int]]:
    """Yield the address of a server and its process id; ``options`` are further ones of `run`."""
    own = {name: v for name, v in os.environ.items() if not name.startswith("COP_")}
    own |= {"COP_MEMORY_MB": str(settings.memory_mb), "COP_THREADS": str(settings.threads)}
    own |= environment or {}
    command = [sys.executable, "-m", "cop", "run", "--data", str(settings.data), *options]
    with _reserved_port() as port, log.open("w") as words:
        process = subprocess.Popen(  # noqa: S603 our own command, no shell
            [*command, "--port", str(port)], env=own, stdout=words, stderr=words
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _await_health(address, process, log)
            yield address, process.pid
        finally:
            process.terminate()
            try:
                process.wait(timeout=_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def _reserved_port() -> Iterator[int]:
    """Keep a port from being given to others until a server that may reuse it listens on it."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield int(holder.getsockname()[1])


def _await_health(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5):  # noqa: S310 http
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    waited = f"did not answer /healthz within {_START_SECONDS} s"
    fault = waited if process.poll() is None else f"ended with status {process.returncode}"
    raise StoreError(f"the server of the bench {fault}: {log.read_text()[-500:]}")
