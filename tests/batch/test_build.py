"""Tests of a batch as a whole: a folder that is there at once, or not at all."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cop.batch.build import MANIFEST, build_batch, check_batch
from cop.batch.engine import Types
from cop.batch.local import DuckEngine
from cop.errors import DatasetMissingError, SettingsError
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.batch import publish_drawn, read_written

pytestmark = pytest.mark.scale


class FullDisk(DuckEngine):
    """An engine that writes one table, and has no room for the next."""

    def write(self, rows: Any, columns: Types, folder: Path) -> None:
        if any(folder.parent.iterdir()):
            raise OSError(28, "No space left on device")
        super().write(rows, columns, folder)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> StoreSettings:
    return publish_drawn(tmp_path_factory.mktemp("batch") / "warehouse", n=300)


@pytest.fixture(scope="module")
def warehouse(settings: StoreSettings) -> Iterator[Warehouse]:
    with closing(Warehouse(settings)) as opened:
        yield opened


def test_a_batch_says_what_it_made_of_which_version(warehouse: Warehouse, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with closing(DuckEngine(warehouse.settings)) as engine:
        result = build_batch("rollups", warehouse.snapshot, engine, out)
    assert json.loads((out / MANIFEST).read_text()) == result.to_json()
    assert result.version == warehouse.snapshot.version
    assert {path.name for path in out.iterdir()} == {MANIFEST, *result.tables}
    for name, n in result.tables.items():
        assert len(read_written(out, name)) == n


def test_a_batch_carries_the_highest_marking_of_what_it_counts(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    with closing(DuckEngine(warehouse.settings)) as engine:
        result = build_batch("rollups", warehouse.snapshot, engine, tmp_path / "out")
    assert result.marking == "TLP:RED//REL TO DPS"


def test_the_same_version_gives_the_same_bytes(warehouse: Warehouse, tmp_path: Path) -> None:
    with closing(DuckEngine(warehouse.settings)) as engine:
        result = build_batch("backtest", warehouse.snapshot, engine, tmp_path / "one")
    with closing(DuckEngine(warehouse.settings)) as engine:
        build_batch("backtest", warehouse.snapshot, engine, tmp_path / "other")
    for name in result.tables:
        one, other = (
            [path.read_bytes() for path in sorted((tmp_path / folder / name).iterdir())]
            for folder in ("one", "other")
        )
        assert one == other


def test_what_fails_leaves_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    with closing(FullDisk(warehouse.settings)) as engine, pytest.raises(OSError, match="space"):
        build_batch("rollups", warehouse.snapshot, engine, tmp_path / "out")
    assert not [*tmp_path.iterdir()]


def test_nothing_is_written_over_or_beside_what_is_not_there(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match="is there already"):
        check_batch("rollups", warehouse.snapshot, tmp_path)
    with pytest.raises(SettingsError, match="create it first"):
        check_batch("rollups", warehouse.snapshot, tmp_path / "no" / "out")


def test_coverage_without_sensors_is_refused(warehouse: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(DatasetMissingError, match="segment_coverage"):
        check_batch("coverage", warehouse.snapshot, tmp_path / "out")
