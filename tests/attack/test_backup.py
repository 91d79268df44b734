"""Tests of hostile backups: refused whole with words, or equal by content; nothing half done."""

import shutil
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from cop.errors import InputFileError
from cop.settings import StoreSettings
from cop.store.backup.backup import back_up
from cop.store.backup.restore import restore
from cop.store.room.relational import ROOM_FILE
from tests.attack.backup import CHANGES, SQL, list_attacks, mutate
from tests.support.filled import dump_room, fill_room
from tests.support.invoked import invoke
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.trust


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> StoreSettings:
    settings = StoreSettings(data=tmp_path_factory.mktemp("good") / "warehouse")
    publish_events(settings, make_frame(1, source_id=["a"]))
    fill_room(settings)
    return settings


@pytest.fixture(scope="module")
def good(warehouse: StoreSettings) -> Path:
    file = warehouse.data.with_name("good.tar")
    back_up(warehouse, file)
    return file


def try_restore(file: Path, folder: Path, warehouse: StoreSettings) -> bool:
    """Restore into an empty folder; return whether it was refused, which leaves nothing behind."""
    target = folder / "target"
    try:
        restore(StoreSettings(data=target), file)
    except InputFileError as fault:
        assert str(file) in str(fault)
        assert not target.exists()
        return True
    rows = dump_room(warehouse.data / ROOM_FILE) | {"attendance": []}
    assert dump_room(target / ROOM_FILE) == rows
    names = {path.relative_to(target) for path in (target / "datasets").rglob("*.parquet")}
    assert names == {
        path.relative_to(warehouse.data)
        for path in (warehouse.data / "datasets").rglob("*.parquet")
    }
    shutil.rmtree(target)
    return False


def test_some_that_no_program_of_ours_stores_are_refused(
    good: Path, tmp_path: Path, warehouse: StoreSettings
) -> None:
    for name, file in islice(list_attacks(good, tmp_path), 4):
        assert try_restore(file, tmp_path, warehouse), name


@pytest.mark.full
def test_what_no_program_of_ours_stores_is_refused(
    good: Path, tmp_path: Path, warehouse: StoreSettings
) -> None:
    tried = 0
    for name, file in list_attacks(good, tmp_path):
        assert try_restore(file, tmp_path, warehouse), name
        tried += 1
    assert tried == sum(map(len, SQL.values()))


def test_the_good_one_is_taken(good: Path, tmp_path: Path, warehouse: StoreSettings) -> None:
    assert not try_restore(good, tmp_path, warehouse)


@pytest.mark.parametrize("name", [name for name, _ in CHANGES])
def test_a_changed_backup_is_refused_or_equal(
    name: str, good: Path, tmp_path: Path, warehouse: StoreSettings
) -> None:
    change = dict(CHANGES)[name]
    for seed in range(3):
        file = tmp_path / "hostile.tar"
        change(Random(seed), good, file)  # noqa: S311 to be the same each time
        try_restore(file, tmp_path, warehouse)


@pytest.mark.full
def test_each_of_100_changed_backups_is_refused_or_equal(
    good: Path, tmp_path: Path, warehouse: StoreSettings
) -> None:
    random = Random(15)  # noqa: S311 to be the same each time
    refused = 0
    for _ in range(100):
        _, file = mutate(random, good, tmp_path)
        refused += try_restore(file, tmp_path, warehouse)
    assert refused > 50


def test_a_refusal_ends_with_2_and_words(good: Path, tmp_path: Path) -> None:
    _, file = next(list_attacks(good, tmp_path))
    done = invoke("restore", file, "--data", tmp_path / "target")
    assert done.exit_code == 2
    assert "which no warehouse has" in done.stderr
