"""Tests of the command that merges the small files of a month."""

import json
import shutil
from pathlib import Path

import pytest

from cop.settings import StoreSettings
from cop.store.catalogue.lock import writer_lock
from tests.support.damage import flip_bit
from tests.support.invoked import invoke, read_refusal
from tests.support.record import make_frame
from tests.support.store import publish_events, shown_files

pytestmark = pytest.mark.store


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse whose one month is in several files."""
    folder = tmp_path_factory.mktemp("compact") / "warehouse"
    many = make_frame(60, source_id=[f"m{i}" for i in range(60)])
    days = many["occurred_at"].where(many["occurred_at"].dt.month == 1).ffill()
    publish_events(StoreSettings(data=folder), many.assign(occurred_at=days))
    for name in ("a", "b"):
        frame = make_frame(1, source_id=[name])
        publish_events(StoreSettings(data=folder), frame)
    return folder


@pytest.fixture
def data(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "warehouse"))


def event_files(data: Path) -> list[Path]:
    newest = shown_files(data)[max(shown_files(data))]
    return [data / "datasets" / "main" / name for name in newest if name.startswith("events/")]


def test_the_files_of_a_month_become_one(data: Path) -> None:
    before = len(event_files(data))
    assert before > 1
    done = invoke("compact", "--data", data)
    assert done.exit_code == 0
    assert done.stdout == f"1 months: {before} files before, 1 now; version 4\n"
    assert len(event_files(data)) == 1
    again = json.loads(invoke("compact", "--data", data, "--json").stdout)
    assert (again["months"], again["files_before"], again["damaged"]) == ([], 0, [])


def test_months_of_fewer_files_stay(data: Path) -> None:
    assert invoke("compact", "--data", data, "--files", "9").stdout.startswith("0 months")
    assert invoke("compact", "--data", data, "--files", "1").exit_code == 2


def test_another_writer_goes_first(data: Path) -> None:
    with writer_lock(data.resolve(), timeout_s=0):
        done = invoke("compact", "--data", data)
    assert done.stdout == "another process is publishing: nothing was compacted\n"


def test_a_damaged_file_is_named(data: Path) -> None:
    damaged = event_files(data)[0]
    flip_bit(damaged)
    done = invoke("compact", "--data", data)
    assert done.exit_code == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("cop: ")
    assert damaged.name in line


def test_a_folder_that_is_no_warehouse_is_refused(tmp_path: Path) -> None:
    assert str(tmp_path) in read_refusal(invoke("compact", "--data", tmp_path / "none"))
