"""Temporary files go with their process; those of a killed one with the next."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from cop.scratch import begin_scratch, close_to_others, sweep_scratch
from tests.support.command import clean_environment, run_cop

pytestmark = pytest.mark.trust

HOLD = """
import tempfile, sys
from cop.scratch import begin_scratch
print(begin_scratch(), flush=True)
tempfile.NamedTemporaryFile(delete=False)
sys.stdin.read()
"""


def hold(parent: Path) -> "tuple[subprocess.Popen[str], Path]":
    """A process that has its folder below another, and a file in it."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        env=clean_environment() | {"TMPDIR": str(parent)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_the_folder_of_a_living_process_stays_and_that_of_a_killed_one_goes(
    tmp_path: Path,
) -> None:
    process, folder = hold(tmp_path)
    assert folder.parent == tmp_path
    assert folder.stat().st_mode & 0o777 == 0o700
    assert sweep_scratch(tmp_path) == []
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert folder.is_dir()
    assert sweep_scratch(tmp_path) == [folder]
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_ends_leaves_nothing(tmp_path: Path) -> None:
    process, folder = hold(tmp_path)
    process.communicate("")
    assert not folder.exists()
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_folder_of_a_process_stays(tmp_path: Path) -> None:
    (tmp_path / "cop-process-mine").mkdir()
    other = tmp_path / "cop-process-link"
    other.symlink_to(tmp_path / "cop-process-mine")
    (tmp_path / "cop-process-link.lock").touch()
    assert sweep_scratch(tmp_path) == []
    assert other.is_symlink()
    assert (tmp_path / "cop-process-mine").is_dir()


def test_temporary_files_of_this_process_lie_in_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("atexit.register", lambda *_: None)
    folder = begin_scratch()
    with tempfile.TemporaryDirectory() as inside:
        assert Path(inside).parent == folder


def test_files_of_a_warehouse_are_closed_to_others(tmp_path: Path) -> None:
    before = os.umask(0o000)
    try:
        done = run_cop("demo", "--data", tmp_path / "w", "--events", "200")
    finally:
        os.umask(before)
    assert done.returncode == 0, done.stderr
    paths = [tmp_path / "w", *(tmp_path / "w").rglob("*")]
    assert [path for path in paths if path.stat().st_mode & 0o027] == []


@pytest.mark.parametrize(("before", "after"), [(0o022, 0o027), (0o077, 0o077), (0o000, 0o027)])
def test_a_stricter_umask_stays(before: int, after: int) -> None:
    own = os.umask(before)
    try:
        close_to_others()
        assert os.umask(own) == after
    finally:
        os.umask(own)
