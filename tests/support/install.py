"""What a newcomer does: a clean copy of the project, and the commands of the Makefile in it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.command import CHECKOUT, clean_environment

SERVING = "cop: serving at"


def copy_project(target: Path) -> Path:
    """Copy the files that git knows, as a clone would have them."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, check=True, text=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        source = CHECKOUT / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)
    return target


@contextmanager
def running(
    command: Sequence[str | int | Path], log: Path, *, folder: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command in a folder until the block is left, as a user without settings of ours."""
    with log.open("a") as out:
        process = subprocess.Popen(
            [str(part) for part in command], cwd=folder, env=outer_environment(), stdout=out,
            stderr=out, start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=30)


@contextmanager
def making(
    folder: Path, log: Path, *arguments: str, inside: Sequence[str] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    """Run make in a copy until the block is left; ``inside`` is the command that runs it."""
    command = [*inside, "make", f"PYTHON={sys.executable}", *arguments]
    with running(command, log, folder=folder) as process:
        yield process


def make(folder: Path, *arguments: str, inside: Sequence[str] = (), seconds: float = 600) -> str:
    """Run make in a copy to its end and give what it said; AssertionError where it fails."""
    done = subprocess.run(
        [*inside, "make", f"PYTHON={sys.executable}", *arguments],
        cwd=folder,
        env=outer_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2_000:]
    return done.stdout


def outer_environment() -> dict[str, str]:
    """The environment of a user: without settings, virtual environment or make of ours.

    Python writes bytecode: without it each process would compile every package anew.
    """
    ours = {"VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHONDONTWRITEBYTECODE"}
    return {k: v for k, v in clean_environment().items() if k not in ours}


def await_line(log: Path, line: str, process: subprocess.Popen[bytes], seconds: float) -> None:
    """Wait until a line stands in the log of a process that goes on."""
    deadline = time.monotonic() + seconds
    while line not in log.read_text():
        assert process.poll() is None, log.read_text()[-2_000:]
        assert time.monotonic() < deadline, f"no {line!r} within {seconds} s"
        time.sleep(0.2)
