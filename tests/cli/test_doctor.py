"""Tests of the doctor's command: what it prints and how it ends."""

import json
from pathlib import Path

import pytest

from cop.settings import StoreSettings
from cop.store.room.mending import open_room
from cop.store.room.relational import ROOM_FILE
from tests.support.damage import flip_bit
from tests.support.filled import fill_room
from tests.support.invoked import invoke
from tests.support.record import make_frame
from tests.support.store import files_below, publish_events

pytestmark = pytest.mark.store


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small warehouse, on a disk that has room enough."""
    monkeypatch.setenv("COP_FREE_MB", "1")
    folder = tmp_path / "warehouse"
    publish_events(StoreSettings(data=folder), make_frame(1))
    return folder


def test_a_whole_warehouse_has_no_problems(data: Path) -> None:
    done = invoke("doctor", "--data", data)
    assert (done.exit_code, done.stdout) == (0, "no problems: 2 files, version 1\n")
    answer = json.loads(invoke("doctor", "--data", data, "--json").stdout)
    assert (answer["well"], answer["version"], answer["findings"]) == (True, 1, [])
    assert "repair" not in answer


def test_a_damaged_file_is_one_line_until_it_is_repaired(data: Path) -> None:
    (path,) = [file for file in files_below(data) if "events" in file.parts]
    flip_bit(path)
    done = invoke("doctor", "--data", data)
    assert done.exit_code == 1
    (line,) = done.stdout.splitlines()
    assert line.startswith("files: ")
    assert path.name in line
    repaired = invoke("doctor", "--data", data, "--repair")
    assert repaired.exit_code == 0
    moved, published, caveat, end = repaired.stdout.splitlines()
    assert moved == f"moved: quarantine/{path.relative_to(data).as_posix()}"
    assert published == "repaired: published as version 2"
    assert caveat.startswith("quarantine: events of ")
    assert end.startswith("no problems: ")
    assert len(json.loads(invoke("doctor", "--data", data, "--json").stdout)["quarantine"]) == 1


def test_a_folder_without_a_warehouse_is_a_finding(tmp_path: Path) -> None:
    done = invoke("doctor", "--data", tmp_path / "none", "--json", "--repair")
    assert done.exit_code == 1
    answer = json.loads(done.stdout)
    assert (answer["well"], answer["repair"]) == (False, {})
    assert not (tmp_path / "none").exists()


@pytest.mark.trust
def test_what_the_room_lost_is_told_until_somebody_dismisses_it(data: Path) -> None:
    settings = StoreSettings(data=data)
    fill_room(settings)
    open_room(settings)
    path = data / ROOM_FILE
    path.write_bytes(path.read_bytes().replace(b"Brief of Avery", b"Brief of Averx"))
    done = invoke("doctor", "--data", data)
    assert done.exit_code == 1
    assert done.stdout.startswith("room: ")
    repaired = invoke("doctor", "--data", data, "--repair")
    assert repaired.exit_code == 0
    first, caveat, _ = repaired.stdout.splitlines()
    assert first.startswith("repaired: room: 3 records missing since ")
    assert caveat == first.replace("repaired: ", "quarantine: ")
    assert json.loads(invoke("doctor", "--data", data, "--json").stdout)["room"] == [
        first.removeprefix("repaired: ")
    ]
    again = invoke("doctor", "--data", data, "--repair").stdout.splitlines()
    assert again[0] == first.replace("repaired: ", "dismissed: ")
    assert json.loads(invoke("doctor", "--data", data, "--json").stdout)["room"] == []
