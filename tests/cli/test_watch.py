"""Tests of the command that watches a folder, once through it."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.invoked import invoke, read_refusal
from tests.support.record import iom_row, write_iom

pytestmark = pytest.mark.store

ONCE = ("--settle", "0", "--once")


@pytest.fixture(autouse=True)
def _keeping_signals() -> Iterator[None]:
    """The command handles signals for as long as its process lives."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "in"
    path.mkdir()
    return path


def test_each_file_is_one_line(own_warehouse: Path, folder: Path) -> None:
    write_iom(folder / "a.csv", [iom_row(), iom_row(dead="x")])
    (folder / "b.csv").write_bytes(b"a,b\n1,2\n")
    done = invoke("watch", folder, "--profile", "iom_mmp", "--data", own_warehouse, *ONCE)
    assert done.exit_code == 0
    assert done.stderr == f"watching {folder} for iom_mmp\n"
    first, second = done.stdout.splitlines()
    assert first.startswith(
        "a.csv: done: 1 accepted, 0 already there, 0 corrected, 1 rejected; version "
    )
    assert second.startswith("b.csv: refused: ")
    assert "no column" in second
    assert (folder / "done" / "a.csv").is_file()
    assert (folder / "refused" / "b.csv").is_file()


def test_a_report_can_be_json(own_warehouse: Path, folder: Path) -> None:
    write_iom(folder / "a.csv", [iom_row()])
    given = ("--profile", "iom_mmp", "--data", own_warehouse, "--json")
    (line,) = invoke("watch", folder, *given, *ONCE).stdout.splitlines()
    taken = json.loads(line)
    assert (taken["file"], taken["outcome"], taken["error"]) == ("a.csv", "done", None)
    assert taken["report"]["accepted"] == 1


def test_an_empty_folder_ends_at_once(own_warehouse: Path, folder: Path) -> None:
    done = invoke("watch", folder, "--profile", "iom_mmp", "--data", own_warehouse, *ONCE)
    assert (done.exit_code, done.stdout) == (0, "")


def test_the_files_must_be_named_by_one_thing(folder: Path, tmp_path: Path) -> None:
    data = ("--data", tmp_path / "w")
    for more in ((), ("--profile", "iom_mmp", "--layers", "a.yaml")):
        line = read_refusal(invoke("watch", folder, *data, *more))
        assert "--profile NAME for records, or --layers FILE" in line
    line = read_refusal(invoke("watch", folder, *data, "--layers", tmp_path / "none.yaml"))
    assert "none.yaml" in line
    assert not (tmp_path / "w").exists()
