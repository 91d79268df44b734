"""What a newcomer does: a clean copy, installed without a network, and the picture is there."""

import errno
import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cop import __version__
from tests.browser.conftest import Visit
from tests.browser.test_picture import canvas, painted
from tests.support.command import free_port
from tests.support.install import (
    SERVING,
    await_line,
    copy_project,
    make,
    making,
    outer_environment,
    running,
)
from tests.support.network import FETCH, await_health, no_network, run_python

pytestmark = [
    pytest.mark.picture,
    pytest.mark.sources,
    pytest.mark.browser,
    pytest.mark.timeout(1_500),
]

COLLECT_SECONDS, INSTALL_SECONDS, SERVE_SECONDS = 600, 600, 180
_AWAY = "import socket, sys; sys.exit(socket.socket().connect_ex(('198.41.0.4', 53)))"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The wheelhouse of a copy of the project."""
    folder = tmp_path_factory.mktemp("house")
    house, started = folder / "wheels", time.monotonic()
    make(
        copy_project(folder / "online"), "wheelhouse", f"WHEELHOUSE={house}",
        seconds=COLLECT_SECONDS,
    )  # fmt: skip
    size = sum(path.stat().st_size for path in house.iterdir())
    sys.stderr.write(f"wheelhouse {size / 1e6:.0f} MB in {time.monotonic() - started:.0f} s\n")
    yield house
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def clone(house: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the project, installed from its wheelhouse where no network is."""
    folder = tmp_path_factory.mktemp("install")
    clone, started = copy_project(folder / "offline"), time.monotonic()
    with no_network() as inside:
        assert run_python(inside, _AWAY).returncode == errno.ENETUNREACH
        make(clone, "install", f"WHEELHOUSE={house}", inside=inside, seconds=INSTALL_SECONDS)
    sys.stderr.write(f"installed without network in {time.monotonic() - started:.0f} s\n")
    yield clone
    shutil.rmtree(folder)


def test_shown_offline_install(clone: Path, tmp_path: Path, warehouse_dir: Path) -> None:
    log, port = tmp_path / "log.txt", free_port()
    run = ("run", f"PORT={port}", f"DATA={warehouse_dir}")
    with no_network() as inside, making(clone, log, *run, inside=inside) as process:
        await_line(log, SERVING, process, SERVE_SECONDS)
        assert await_health(inside, f"http://127.0.0.1:{port}/healthz")["status"] == "ok"
        worker = run_python(inside, FETCH, f"http://127.0.0.1:{port}/assets/mvt-worker.js")
        assert worker.stdout.startswith("200 "), worker.stderr[-500:]


def test_shown_make_run_in_a_clean_copy(
    clone: Path, tmp_path: Path, visit: Callable[..., Visit]
) -> None:
    log, port = tmp_path / "log.txt", free_port()
    with making(clone, log, "run", f"PORT={port}", "DATA=some/dir") as process:
        await_line(log, SERVING, process, INSTALL_SECONDS)
        assert await_health([], f"http://127.0.0.1:{port}/healthz")["status"] == "ok"
        seen = visit().open(f"http://127.0.0.1:{port}/")
        assert seen.page.get_by_text("SYNTHETIC").count() > 0
        assert painted(canvas(seen), (24, 34, 45)) > 50_000
        assert seen.away == []
    assert (clone / "some" / "dir" / "catalogue.sqlite").is_file()
    assert (clone / ".venv" / "bin" / "pip").is_file()


@pytest.mark.house
def test_shown_a_package_runs_from_an_empty_folder(
    house: Path, clone: Path, tmp_path: Path, visit: Callable[..., Visit]
) -> None:
    """`pip install .` in an environment of its own, then `cop run` outside the checkout: a map.

    The packages that it needs are those of the installed copy: unpacking them anew takes minutes.
    """
    source, environment, empty = tmp_path / "source", tmp_path / "environment", tmp_path / "empty"
    copy_project(source)
    venv.create(environment)
    (installed,) = (clone / ".venv" / "lib").glob("python3*/site-packages")
    (own,) = (environment / "lib").glob("python3*/site-packages")
    shutil.rmtree(own)
    shutil.copytree(installed, own, copy_function=os.link)
    empty.mkdir()
    command = [environment / "bin" / "python", "-m", "pip", "install", "--no-compile", "--quiet"]
    command += ["--find-links", house, source]
    subprocess.run(command, env=outer_environment(), check=True, timeout=INSTALL_SECONDS)
    shutil.rmtree(source)
    cop, log, port = environment / "bin" / "cop", tmp_path / "log.txt", free_port()
    said = subprocess.run([cop, "--version"], capture_output=True, check=True, text=True)
    assert said.stdout == f"cop {__version__}\n"
    with running([cop, "run", "--port", port], log, folder=empty) as process:
        await_line(log, SERVING, process, INSTALL_SECONDS)
        seen = visit().open(f"http://127.0.0.1:{port}/")
        assert seen.page.get_by_text("SYNTHETIC").count() > 0
        assert painted(canvas(seen), (24, 34, 45)) > 50_000
        assert (seen.away, seen.faults) == ([], [])
    towers = tmp_path / "towers.csv"
    towers.write_text("name,lat,lon\nA,31.4,-110.9\n")
    ingest = [cop, "ingest", "layer", towers, "--title", "Towers"]
    subprocess.run(ingest, cwd=empty, env=outer_environment(), check=True, timeout=INSTALL_SECONDS)
    assert (empty / "data" / "warehouse" / "catalogue.sqlite").is_file()
    assert [path.name for path in empty.iterdir()] == ["data"]
