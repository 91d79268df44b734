"""The real command killed at random moments of a load, and given a disk that is really full.

COP_KILLS moments (2) of a load of COP_KILL_ROWS rows (20,000).
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from tests.support.command import CHECKOUT, clean_environment, run_cop
from tests.support.fault.harness import SEED, Harness, remains
from tests.support.record import write_many_iom

pytestmark = [pytest.mark.store, pytest.mark.timeout(7200)]
KILLS = int(os.environ.get("COP_KILLS", "2"))
ROWS = int(os.environ.get("COP_KILL_ROWS", "20000"))
DISK_MB = 24


@pytest.fixture(scope="module")
def incidents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kill") / "incidents.csv"
    return write_many_iom(path, n=ROWS, end=datetime(2026, 6, 1))


@pytest.fixture
def harness(bare_warehouse: Path, tmp_path: Path) -> Harness:
    return Harness(folder=tmp_path, base=bare_warehouse)


def load(data: Path, file: Path) -> list[str | Path]:
    return ["ingest", "events", file, "--profile", "iom_mmp", "--data", data]


def killed_after(seconds: float, data: Path, file: Path) -> int | None:
    """Kill the load with SIGKILL; gives its status where it had ended before."""
    with subprocess.Popen(
        [sys.executable, "-m", "cop", *map(str, load(data, file))],
        cwd=CHECKOUT,
        env=clean_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        time.sleep(seconds)
        ended = process.poll()
        process.send_signal(signal.SIGKILL)
    return ended


def test_shown_a_load_killed_at_random_moments(
    harness: Harness, incidents: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = harness.states(harness.fresh())
    data = harness.fresh()
    began = time.monotonic()
    assert run_cop(*load(data, incidents), timeout=1800).returncode == 0
    whole_s = time.monotonic() - began
    new = harness.states(data)
    found = []
    draw = Random(SEED)  # noqa: S311 no secret
    for moment in [draw.uniform(0, whole_s) for _ in range(KILLS)]:
        data = harness.fresh()
        ended = killed_after(moment, data, incidents)
        state = harness.states(data)
        assert state in (old, new), f"killed after {moment:.2f} of {whole_s:.2f} s, seed {SEED}"
        assert ended is None or state == new
        found.append("new" if state == new else "old")
    again = run_cop(*load(data, incidents), timeout=1800)
    assert again.returncode == 0, again.stderr
    assert harness.states(data)[-1] == new[-1]
    assert remains(data) == []
    tally = {state: found.count(state) for state in sorted(set(found))}
    with capsys.disabled():
        line = f"\nkill -9 at {KILLS} moments of a load of {ROWS} rows ({whole_s:.0f} s): {tally}"
        print(line)  # noqa: T201 the figures that are reported


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A real file system of a few megabytes, which only root may mount."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, check=False).returncode:
        pytest.skip("a file system of its own can only be mounted by root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_shown_a_full_disk_publishes_nothing_and_loses_nothing(
    harness: Harness, tmp_path: Path
) -> None:
    file = write_many_iom(tmp_path / "incidents.csv", n=20_000, end=datetime(2026, 6, 1))
    with small_disk(tmp_path / "disk") as disk:
        data = Path(shutil.copytree(harness.fresh(), disk / "warehouse"))
        old = harness.states(data)
        for left_kb in (0, 64, 256, 700):
            filler = disk / "filler"
            filler.write_bytes(b"\0" * (shutil.disk_usage(disk).free - left_kb * 1024))
            refused = run_cop(*load(data, file))
            assert refused.returncode == 2, refused.stderr
            assert len(refused.stderr.splitlines()[-1]) < 600
            assert "space" in refused.stderr or "full" in refused.stderr, refused.stderr
            assert harness.states(data) == old
            filler.unlink()
        loaded = run_cop(*load(data, file))
        assert loaded.returncode == 0, loaded.stderr
        assert len(harness.states(data)) == len(old) + 1
        assert remains(data) == []
