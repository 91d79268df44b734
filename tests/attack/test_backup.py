"""Tests of hostile backups: refused whole with words, or equal by content; nothing half done."""

from itertools import islice
from pathlib import Path
from random import Random

import pytest

from cop.settings import StoreSettings
from cop.store.backup.backup import back_up
from tests.attack.backup import CHANGES, SQL, list_attacks, mutate, try_restore
from tests.attack.flip import build_target
from tests.support.filled import fill_room
from tests.support.invoked import invoke

pytestmark = pytest.mark.trust


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> StoreSettings:
    settings = build_target(tmp_path_factory.mktemp("good"))
    fill_room(settings)
    return settings


@pytest.fixture(scope="module")
def good(warehouse: StoreSettings) -> Path:
    file = warehouse.data.with_name("good.tar")
    back_up(warehouse, file)
    return file


def test_some_that_no_program_of_ours_stores_are_refused(
    good: Path, tmp_path: Path, warehouse: StoreSettings
) -> None:
    for name, file in islice(list_attacks(good, tmp_path), 4):
        assert try_restore(file, tmp_path, warehouse) is not None, name


@pytest.mark.full
def test_what_no_program_of_ours_stores_is_refused(
    good: Path, tmp_path: Path, warehouse: StoreSettings
) -> None:
    tried = 0
    for name, file in list_attacks(good, tmp_path):
        assert try_restore(file, tmp_path, warehouse) is not None, name
        tried += 1
    assert tried == sum(map(len, SQL.values()))


def test_the_good_one_is_taken(good: Path, tmp_path: Path, warehouse: StoreSettings) -> None:
    assert try_restore(good, tmp_path, warehouse) is None


@pytest.mark.parametrize("name", [name for name, _ in CHANGES])
def test_a_changed_backup_is_refused_or_equal(
    name: str, good: Path, tmp_path: Path, warehouse: StoreSettings
) -> None:
    change = dict(CHANGES)[name]
    for seed in range(3):
        file = tmp_path / "hostile.tar"
        change(Random(seed), good, file)  # noqa: S311 to be the same each time
        refusal = try_restore(file, tmp_path, warehouse)
        assert refusal is None or refusal.startswith(f"{file}: ")


@pytest.mark.full
def test_each_of_100_changed_backups_is_refused_or_equal(
    good: Path, tmp_path: Path, warehouse: StoreSettings
) -> None:
    random = Random(15)  # noqa: S311 to be the same each time
    refused = 0
    for _ in range(100):
        _, file = mutate(random, good, tmp_path)
        refused += try_restore(file, tmp_path, warehouse) is not None
    assert refused > 50


def test_a_refusal_ends_with_2_and_words(good: Path, tmp_path: Path) -> None:
    _, file = next(list_attacks(good, tmp_path))
    done = invoke("restore", file, "--data", tmp_path / "target")
    assert done.exit_code == 2
    assert "which no warehouse has" in done.stderr
