"""What a newcomer does: a clean copy of the project, one command, and the picture is there."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.browser.conftest import Visit
from tests.browser.test_picture import canvas, painted
from tests.support.command import CHECKOUT, clean_environment, free_port

pytestmark = [pytest.mark.picture, pytest.mark.browser]

INSTALL_SECONDS = 900
HEALTHY_SECONDS = 60
SERVING = "cop: the picture is at"


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
def make_run(folder: Path, port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {k: v for k, v in clean_environment().items() if k != "VIRTUAL_ENV"}
    command = ["make", "run", f"PYTHON={sys.executable}", f"PORT={port}", "DATA=some/dir"]
    with log.open("w") as out:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=out, stderr=out, start_new_session=True
        )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def await_line(log: Path, line: str, process: subprocess.Popen[bytes], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while line not in log.read_text():
        assert process.poll() is None, log.read_text()[-2_000:]
        assert time.monotonic() < deadline, f"no {line!r} within {seconds} s"
        time.sleep(0.2)


@pytest.mark.timeout(1_200)
def test_shown_make_run_in_a_clean_copy(tmp_path: Path, visit: Callable[..., Visit]) -> None:
    folder, log, port = copy_project(tmp_path / "clone"), tmp_path / "log.txt", free_port()
    with make_run(folder, port, log) as process:
        await_line(log, SERVING, process, INSTALL_SECONDS)
        started, status = time.monotonic(), 0
        while status != 200 and time.monotonic() - started < HEALTHY_SECONDS:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
                    status = answer.status
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        assert status == 200
        seen = visit().open(f"http://127.0.0.1:{port}/")
        assert seen.page.get_by_text("SYNTHETIC").count() > 0
        assert painted(canvas(seen), (24, 34, 45)) > 50_000
        assert seen.away == []
    assert (folder / "some" / "dir" / "catalogue.sqlite").is_file()
    pip = folder / ".venv" / "bin" / "pip"
    assert pip.is_file()
