"""What a newcomer does: a clean copy of the project, one command, and the picture is there."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import Visit
from tests.browser.test_picture import canvas, painted
from tests.support.command import free_port
from tests.support.install import SERVING, await_line, copy_project, making

pytestmark = [pytest.mark.picture, pytest.mark.browser]

INSTALL_SECONDS = 900
HEALTHY_SECONDS = 60


@pytest.mark.timeout(1_200)
def test_shown_make_run_in_a_clean_copy(tmp_path: Path, visit: Callable[..., Visit]) -> None:
    folder, log, port = copy_project(tmp_path / "clone"), tmp_path / "log.txt", free_port()
    with making(folder, log, "run", f"PORT={port}", "DATA=some/dir") as process:
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
