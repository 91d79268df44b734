"""Coverage that is damaged is built again, and goes with its sensors."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from cop.ingest.coverage.segment import rebuild_segment_coverage
from cop.ingest.sink.undo import undo_load
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from tests.support.damage import flip_bit
from tests.support.published import published_files
from tests.support.report import load_sensors, load_status, table_of

pytestmark = pytest.mark.coverage

DERIVED = ("placements", "viewsheds", "coverage", "segment_coverage")
WEST = {"sensor_id": "S-1", "lon": "-110.9", "lat": "31.34"}
EAST = {"sensor_id": "S-2", "lon": "-108.5", "lat": "31.78"}

Place = tuple[float, float]
Built = Callable[[], list[Place]]


def place(cells: dict[str, str]) -> Place:
    return float(cells["lon"]), float(cells["lat"])


def told(folder: Path) -> dict[str, pd.DataFrame]:
    """What is derived, without the name of the file of segments."""
    return {name: table_of(folder, name) for name in DERIVED}


def assert_same(found: dict[str, pd.DataFrame], expected: dict[str, pd.DataFrame]) -> None:
    for name, table in found.items():
        pd.testing.assert_frame_equal(table, expected[name])


@pytest.mark.parametrize("dataset", ["viewsheds", "coverage", "segment_coverage"])
def test_what_is_damaged_is_built_again(
    own_warehouse: Path, tmp_path: Path, built: Built, dataset: str
) -> None:
    load_sensors(own_warehouse, tmp_path, WEST, EAST)
    whole = told(own_warehouse)
    built()
    (file,) = published_files(own_warehouse, dataset)
    flip_bit(file)
    load_sensors(own_warehouse, tmp_path, WEST | {"agency": "us"}, EAST)
    assert built() == ([] if dataset == "segment_coverage" else [place(WEST), place(EAST)])
    renamed = {
        name: table.assign(agency=table["agency"].where(table["sensor_id"] != "S-1", "us"))
        if "agency" in table
        else table
        for name, table in whole.items()
    }
    assert_same(told(own_warehouse), renamed)
    with open_transaction(StoreSettings(data=own_warehouse)) as transaction:
        assert transaction.read(dataset) is not None
        rebuild_segment_coverage(transaction)


def test_without_sensors_there_is_no_coverage(own_warehouse: Path, tmp_path: Path) -> None:
    load_status(own_warehouse, tmp_path, WEST | {"at": "2026-03-01T00:00:00Z"})
    assert all(table.empty for table in told(own_warehouse).values())
    assert not any(published_files(own_warehouse, name) for name in DERIVED)


def test_an_undo_of_sensors_takes_their_coverage_back(
    own_warehouse: Path, tmp_path: Path, built: Built
) -> None:
    settings = StoreSettings(data=own_warehouse)
    load_sensors(own_warehouse, tmp_path, WEST)
    before = told(own_warehouse)
    built()
    undo_load(settings, "sensors_csv", by="Ana")
    assert not any(published_files(own_warehouse, name) for name in DERIVED)
    load_sensors(own_warehouse, tmp_path, WEST)
    load_sensors(own_warehouse, tmp_path, WEST | {"lon": "-110.8"}, EAST)
    built()
    undo_load(settings, "sensors_csv", by="Ana")
    assert built() == [place(WEST)]
    assert_same(told(own_warehouse), before)
