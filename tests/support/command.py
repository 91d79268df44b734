"""Running the program as a user does: `python -m cop ...` in a process of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
START_SECONDS = 180
STILL = {"COP_ALERT_SECONDS": "0"}


def clean_environment() -> dict[str, str]:
    """The environment without settings of ours."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("COP_", "STREAMLIT_"))}


def run_cop(
    *arguments: str | Path, timeout: float = 300, checkout: Path = CHECKOUT
) -> subprocess.CompletedProcess[str]:
    """Run one command of a checkout to its end."""
    return subprocess.run(
        [sys.executable, "-m", "cop", *map(str, arguments)],
        cwd=checkout,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


_RUNNING: "dict[str, subprocess.Popen[bytes]]" = {}


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
    ``port`` is a free one where none is given; ``headers`` are sent to /healthz, as for a server
    that asks for a room key; ``checkout`` holds the program.
    """
    port = port or free_port()
    base = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-X", "faulthandler", "-m", "cop", "run"]
    command += ["--data", str(data), "--port", str(port), *map(str, options)]
    with log.open("w") as out:
        process = subprocess.Popen(
            command,
            cwd=checkout,
            env=clean_environment() | STILL | (environment or {}),
            stdout=out,
            stderr=out,
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


def _await_health(
    asked: urllib.request.Request, process: subprocess.Popen[bytes], log: Path
) -> None:
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
