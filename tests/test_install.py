"""Installing and serving where there is no network at all."""

import errno
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.command import CHECKOUT, clean_environment, free_port
from tests.support.install import SERVING, await_line, copy_project, make, making

pytestmark = pytest.mark.sources

COLLECT_SECONDS, INSTALL_SECONDS, SERVE_SECONDS, HEALTHY_SECONDS = 600, 600, 60, 60
_AWAY = "import socket, sys; sys.exit(socket.socket().connect_ex(('198.41.0.4', 53)))"
_FETCH = (
    "import sys, urllib.request as r; "
    "opened = r.build_opener(r.ProxyHandler({})).open(sys.argv[1], timeout=5); "
    "sys.stdout.write(f'{opened.status} {opened.read().decode()}')"
)


@contextmanager
def no_network() -> Iterator[list[str]]:
    """A network namespace with loopback alone; gives the command that runs another inside it.

    It needs root, or a kernel that lets users make namespaces of their own.
    """
    own = [] if os.geteuid() == 0 else ["--map-root-user"]
    ready = "ip link set lo up && echo ready && exec sleep infinity"
    holder = subprocess.Popen(
        ["unshare", *own, "--net", "sh", "-c", ready],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stderr is not None
    try:
        assert holder.stdout.readline() == "ready\n", (
            f"no network namespace can be made here, run as root: {holder.stderr.read()}"
        )
        keep = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        yield ["nsenter", f"--target={holder.pid}", *keep, "--net"]
    finally:
        holder.terminate()
        holder.communicate(timeout=10)


def run_python(inside: list[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*inside, sys.executable, "-c", *arguments],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def await_health(inside: list[str], address: str) -> dict[str, str]:
    deadline = time.monotonic() + HEALTHY_SECONDS
    while time.monotonic() < deadline:
        done = run_python(inside, _FETCH, address)
        if done.stdout.startswith("200 "):
            return dict(json.loads(done.stdout.removeprefix("200 ")))
        time.sleep(0.2)
    raise AssertionError(f"no answer from {address}: {done.stderr[-500:]}")


@pytest.mark.timeout(1_500)
def test_shown_offline_install(tmp_path: Path, warehouse_dir: Path) -> None:
    house = tmp_path / "house"
    started = time.monotonic()
    make(
        copy_project(tmp_path / "online"),
        "wheelhouse",
        f"WHEELHOUSE={house}",
        seconds=COLLECT_SECONDS,
    )
    collected = time.monotonic()
    clone, log, port = copy_project(tmp_path / "offline"), tmp_path / "log.txt", free_port()
    with no_network() as inside:
        assert run_python(inside, _AWAY).returncode == errno.ENETUNREACH
        make(clone, "install", f"WHEELHOUSE={house}", inside=inside, seconds=INSTALL_SECONDS)
        installed = time.monotonic()
        run = ("run", f"PORT={port}", f"DATA={warehouse_dir}")
        with making(clone, log, *run, inside=inside) as process:
            await_line(log, SERVING, process, SERVE_SECONDS)
            assert await_health(inside, f"http://127.0.0.1:{port}/healthz")["status"] == "ok"
            worker = run_python(inside, _FETCH, f"http://127.0.0.1:{port}/assets/mvt-worker.js")
            assert worker.stdout.startswith("200 "), worker.stderr[-500:]
    size = sum(path.stat().st_size for path in house.iterdir())
    for folder in (house, clone, tmp_path / "online"):
        shutil.rmtree(folder)
    sys.stderr.write(
        f"wheelhouse {size / 1e6:.0f} MB in {collected - started:.0f} s, "
        f"installed without network in {installed - collected:.0f} s\n"
    )


def test_a_missing_wheelhouse_is_told_before_anything_is_installed(tmp_path: Path) -> None:
    clone = copy_project(tmp_path / "clone")
    with pytest.raises(AssertionError, match="there is no wheelhouse") as told:
        make(clone, "install", f"WHEELHOUSE={tmp_path / 'nowhere'}")
    assert "make wheelhouse" in str(told.value)
    assert not (clone / "node_modules").exists()
    assert not (clone / ".venv" / ".installed").exists()


@pytest.mark.parametrize(
    ("given", "options"),
    [
        ((), "cop run --port 8501"),
        (("REGION=hu_rs",), 'cop run --port 8501 --region "hu_rs"'),
        (("DATA=some/dir", "PORT=8600"), 'cop run --port 8600 --data "some/dir"'),
    ],
)
def test_make_leaves_to_the_program_what_is_not_given(given: tuple[str, ...], options: str) -> None:
    said = make(CHECKOUT, "--dry-run", "run", *given)
    assert " ".join(said.splitlines()[-1].split()).endswith(options)
