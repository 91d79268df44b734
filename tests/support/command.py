"""Running the program as a user does: `python -m cop ...` in a process of its own.

That of this checkout begins with its modules loaded.
"""

import itertools
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from tests.support.nursery import CHECKOUT, Offspring, start

Process = Offspring | subprocess.Popen[bytes]
START_SECONDS = 180
_BLOCK = 1_000
_BLOCKS = range(20_000, 32_000, _BLOCK)
"""Blocks of ports below those of the system."""
_PORTS = itertools.count(os.getpid())
STILL = {"COP_ALERT_SECONDS": "0", "COP_SERVING_SECONDS": "0"}


def clean_environment() -> dict[str, str]:
    """The environment without settings of ours."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("COP_", "STREAMLIT_"))}


def run_cop(
    *arguments: str | Path,
    timeout: float = 300,
    checkout: Path = CHECKOUT,
    environment: dict[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run one command of a checkout to its end."""
    with TemporaryFile("w+") as out, TemporaryFile("w+") as err:
        process = start_cop(
            *arguments, checkout=checkout, out=out, err=err, environment=environment
        )
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(process.args, code, out.read(), err.read())


def start_cop(
    *arguments: str | Path,
    out: IO[Any],
    err: IO[Any],
    environment: dict[str, str] | None = None,
    checkout: Path = CHECKOUT,
) -> Process:
    """Start a command of a checkout; another one than this is started from nothing."""
    stated, env = [*map(str, arguments)], clean_environment() | (environment or {})
    if checkout == CHECKOUT:
        return start(stated, folder=checkout, environment=env, out=out, err=err)
    command = [sys.executable, "-X", "faulthandler", "-m", "cop", *stated]
    return subprocess.Popen(command, cwd=checkout, env=env, stdout=out, stderr=err)


def free_port() -> int:
    """A port of this machine that nothing listens on.

    None that the system gives out itself, nor one of another process of any run of tests: a server
    that was asked to listen on it starts only later, or is away for a while.
    """
    first, _ = _own_block()
    for _ in range(_BLOCK):
        port = first + next(_PORTS) % _BLOCK
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError(f"none of {_BLOCK} ports is free")


@cache
def _own_block() -> tuple[int, socket.socket]:
    """The block of this process, and the name by which it is taken until this process ends."""
    for first in _BLOCKS:
        taken = socket.socket(socket.AF_UNIX)
        try:
            taken.bind(f"\0cop tests: ports from {first}")
        except OSError:
            taken.close()
        else:
            return first, taken
    raise AssertionError(f"{len(_BLOCKS)} processes of tests run: end one")


_RUNNING: dict[str, Process] = {}


def kill(base: str) -> None:
    """Kill the server of an address outright; what ``serving`` then ends has ended as it should."""
    process = _RUNNING.pop(base)
    process.kill()
    process.wait()


def find_pid(base: str) -> int:
    """The process of the server of an address."""
    return _RUNNING[base].pid


@contextmanager
def serving(
    data: Path,
    log: Path,
    *options: str | Path,
    environment: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    port: int | None = None,
    checkout: Path = CHECKOUT,
) -> Iterator[str]:
    """Serve a warehouse with the real command; gives the base address once /healthz answers.

    It looks for no surges unless ``environment`` says so: a page is drawn anew when one is found.
    Nor does it make a serving copy: other tests copy the warehouse meanwhile.
    ``port`` is a free one where none is given; ``headers`` are sent to /healthz, as for a server
    that asks for a room key; ``checkout`` holds the program.
    """
    port = port or free_port()
    base = f"http://127.0.0.1:{port}"
    command = ["run", "--data", data, "--port", str(port), *options]
    with log.open("w") as out:
        process = start_cop(
            *command, out=out, err=out, environment=STILL | (environment or {}), checkout=checkout
        )
    try:
        asked = urllib.request.Request(f"{base}/healthz", headers=headers or {})  # noqa: S310 http
        _await_health(asked, process, log)
        _RUNNING[base] = process
        yield base
        if _RUNNING.get(base) is process and process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}: {log.read_text()}")
    finally:
        if _RUNNING.get(base) is process:
            del _RUNNING[base]
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_health(asked: urllib.request.Request, process: Process, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}: {log.read_text()}")
        try:
            with urllib.request.urlopen(asked, timeout=5) as answer:  # noqa: S310 http
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"no /healthz within {START_SECONDS} s: {log.read_text()}")
