"""Processes of the program that begin with its modules loaded: loading them takes seconds of CPU.

The nursery is a process that has imported what commands and pages import. Each `cop ARGUMENTS` is a
fork of it with an environment, a folder and outputs of its own, which then runs as `python -m cop`.
"""

import atexit
import faulthandler
import gc
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
import traceback
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Final

from cop.settings import StoreSettings
from cop.store.engine import open_engine

CHECKOUT = Path(__file__).resolve().parents[2]
PRELOADED = ("cop.cli", "cop.export", "cop.layerkind", "cop.query", "cop.server", "cop.ui")
ALSO = (
    "cop.app",
    "cop.ingest.demo.publish",
    "cop.ingest.sink.registry",
    "cop.ingest.upload.task",
    "streamlit.web.bootstrap",
    "uvicorn",
)
_MOST_BYTES: Final = 200_000
_TURN: Final = threading.Lock()


class Offspring:
    """A process of the program, with the methods of subprocess.Popen that tests use."""

    def __init__(self, arguments: list[str], pid: int, ended: int) -> None:
        self.args = arguments
        self.pid = pid
        self.returncode: int | None = None
        self._ended = ended

    def poll(self) -> int | None:
        """Return how it ended, None while it runs; a signal's number is negative."""
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended; subprocess.TimeoutExpired where it has not in time."""
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal to it while it runs."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it outright."""
        self.send_signal(signal.SIGKILL)

    def _look(self, seconds: float | None) -> int | None:
        if self.returncode is None and select.select([self._ended], [], [], seconds)[0]:
            self.returncode = int(os.read(self._ended, 20))
            os.close(self._ended)
        return self.returncode


def start(
    arguments: list[str], *, folder: Path, environment: dict[str, str], out: IO[Any], err: IO[Any]
) -> Offspring:
    """Start `cop ARGUMENTS` in a folder, its output written to files."""
    told, tells = os.pipe()
    order = {"arguments": arguments, "folder": str(folder), "environment": environment}
    packed = json.dumps(order).encode()
    assert len(packed) < _MOST_BYTES, f"{len(packed)} bytes are too many for one order"
    with _TURN:
        _, line = _nursery()
        socket.send_fds(line, [packed], [out.fileno(), err.fileno(), tells])
        pid = int(line.recv(20))
    os.close(tells)
    return Offspring(["cop", *arguments], pid, told)


@cache
def _nursery() -> tuple[subprocess.Popen[bytes], socket.socket]:
    """The nursery of this process and the line to it, with which it ends."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.nursery", str(theirs.fileno())],
        cwd=CHECKOUT, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
    )  # fmt: skip
    theirs.close()
    return process, ours


def main() -> None:
    """Fork for every order that comes, and tell each one's end, until the line is closed."""
    for name in PRELOADED:
        _import_all(name)
    for name in ALSO:
        import_module(name)
    _check_extensions()
    gc.freeze()
    line = socket.socket(fileno=int(sys.argv[1]))
    wakes, waker = os.pipe()
    for end in (wakes, waker):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker)
    living: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([line, wakes], [], [])
        if wakes in ready:
            os.read(wakes, 4096)
            _tell_ends(living)
        if line in ready:
            packed, files, _, _ = socket.recv_fds(line, _MOST_BYTES, 3)
            if not packed:
                return
            pid = os.fork()
            if pid == 0:
                _run(json.loads(packed), files, [line.detach(), wakes, waker, *living.values()])
            living[pid] = files.pop()
            for file in files:
                os.close(file)
            line.send(str(pid).encode())


def _import_all(name: str) -> None:
    module = import_module(name)
    for found in pkgutil.walk_packages(module.__path__, f"{name}."):
        import_module(found.name)


def _check_extensions() -> None:
    """Let DuckDB check the signatures of its extensions, 0.7 s of CPU, once for all forks."""
    tasks = Path("/proc/self/task")
    threads = len([*tasks.iterdir()])
    open_engine(StoreSettings(threads=1)).close()
    assert len([*tasks.iterdir()]) == threads, "a fork has no thread of its nursery"


def _tell_ends(living: dict[int, int]) -> None:
    for pid in list(living):
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            told = living.pop(pid)
            os.write(told, str(os.waitstatus_to_exitcode(status)).encode())
            os.close(told)


def _run(order: dict[str, Any], files: list[int], inherited: list[int]) -> None:
    """Become `python -m cop ARGUMENTS`: nothing of the nursery but its modules stays."""
    out, err, told = files
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(out, 1)
    os.dup2(err, 2)
    for file in (out, err, told, *inherited):
        os.close(file)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = ["cop", *order["arguments"]]
    faulthandler.enable()
    code: Any = 1
    try:
        runpy.run_module("cop", run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code
    except Exception:  # noqa: BLE001 it is told as Python would
        traceback.print_exc()
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1 if code else 0)


if __name__ == "__main__":
    main()
