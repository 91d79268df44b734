"""What follows from status reports: states and places, what an undo and a correction take back."""

from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from cop.ingest.profile.file import read_profile
from cop.ingest.reader import DirectReader
from cop.ingest.sink.registry import ingest_file
from cop.ingest.sink.undo import undo_load
from cop.settings import StoreSettings
from cop.store.dataset.source import SourceState
from cop.store.warehouse import Warehouse
from tests.support.report import load_sensors, load_status, table_of

pytestmark = pytest.mark.coverage

DOWN = {"sensor_id": "S-1", "at": "2026-03-01T00:00:00Z", "state": "down", "cause": "power"}
UP = {"sensor_id": "S-1", "at": "2026-03-03T00:00:00Z", "state": "up"}
MOVED = {"sensor_id": "S-1", "at": "2026-03-05T00:00:00Z", "lon": "-110.5", "lat": "31.34"}
PROFILE = read_profile("sensor_status_csv")
NAME = "sensor_status_csv"
COVERAGE = ("outages", "placements", "viewsheds", "coverage", "segment_coverage")


def state_of(folder: Path) -> SourceState:
    warehouse = Warehouse(StoreSettings(data=folder))
    try:
        return warehouse.snapshot.sources[NAME]
    finally:
        warehouse.close()


def told(folder: Path) -> dict[str, pd.DataFrame]:
    """What follows from sensors and reports, in an order that the rows decide."""
    tables = {name: table_of(folder, name) for name in COVERAGE}
    return {
        name: table.sort_values(list(table.columns[:3]), ignore_index=True)
        for name, table in tables.items()
        if len(table)
    }


def assert_same(found: dict[str, pd.DataFrame], expected: dict[str, pd.DataFrame]) -> None:
    assert list(found) == list(expected)
    for name, table in found.items():
        pd.testing.assert_frame_equal(table, expected[name])


def places(folder: Path) -> list[tuple[float, float]]:
    table = table_of(folder, "placements")
    return list(zip(table["lon"], table["lat"], strict=True))


def test_reports_of_a_sensor_that_is_not_loaded_count_once_it_is(
    own_warehouse: Path, tmp_path: Path
) -> None:
    reports = (DOWN, UP, MOVED)
    assert load_status(own_warehouse, tmp_path, *reports).accepted == 3
    assert state_of(own_warehouse).n == 3
    assert table_of(own_warehouse, "segment_coverage").empty
    load_sensors(own_warehouse, tmp_path, {"sensor_id": "S-1"})
    assert places(own_warehouse) == [(-110.9, 31.34), (-110.5, 31.34)]
    assert table_of(own_warehouse, "outages")["sensor_id"].tolist() == ["S-1"]
    late = told(own_warehouse)
    assert "segment_coverage" in late
    undo_load(StoreSettings(data=own_warehouse), NAME, by="Ana")
    assert places(own_warehouse) == [(-110.9, 31.34)]
    undo_load(StoreSettings(data=own_warehouse), NAME, by="Ana")
    assert_same(told(own_warehouse), late)


def test_a_correction_without_the_place_takes_the_place_back(
    own_warehouse: Path, tmp_path: Path
) -> None:
    load_sensors(own_warehouse, tmp_path, {"sensor_id": "S-1"})
    load_status(own_warehouse, tmp_path, MOVED | {"state": "up"})
    load_status(own_warehouse, tmp_path, {**MOVED, "state": "up", "lon": "", "lat": ""})
    assert places(own_warehouse) == [(-110.9, 31.34)]


def test_an_undo_restores_what_was_before(own_warehouse: Path, tmp_path: Path) -> None:
    settings = StoreSettings(data=own_warehouse)
    load_sensors(own_warehouse, tmp_path, {"sensor_id": "S-1"})
    nothing = told(own_warehouse)
    load_status(own_warehouse, tmp_path, DOWN)
    before = told(own_warehouse)
    last = load_status(own_warehouse, tmp_path, DOWN | {"cause": "storm"}, UP, MOVED)
    after = told(own_warehouse)
    done = undo_load(settings, NAME, by="Ana", version=last.version)
    assert (done.undone, done.records, done.file) == (last.version, 1, f"{NAME}.csv")
    assert_same(told(own_warehouse), before)
    assert (state_of(own_warehouse).n, state_of(own_warehouse).newest) == (1, datetime(2026, 3, 1))
    assert undo_load(settings, NAME, by="Ana").records == 3
    assert_same(told(own_warehouse), after)
    assert list(nothing) == [name for name in COVERAGE if name != "outages"]


def test_an_undo_of_the_first_reports_leaves_none(own_warehouse: Path, tmp_path: Path) -> None:
    load_sensors(own_warehouse, tmp_path, {"sensor_id": "S-1"})
    before = told(own_warehouse)
    load_status(own_warehouse, tmp_path, DOWN, MOVED)
    undo_load(StoreSettings(data=own_warehouse), NAME, by="Ana")
    assert_same(told(own_warehouse), before)
    assert table_of(own_warehouse, "sensor_reports_2026_03").empty
    assert NAME not in Warehouse(StoreSettings(data=own_warehouse)).snapshot.sources


def load_daily(folder: Path, path: Path) -> None:
    """Load a report of S-1 by a profile with an update interval of a day."""
    pd.DataFrame([DOWN], columns=[*DOWN, "lon", "lat"]).to_csv(path, index=False)
    daily = PROFILE.source.model_copy(update={"cadence_days": 1.0})
    profile = PROFILE.model_copy(update={"source": daily})
    ingest_file(StoreSettings(data=folder), path, profile, reader=DirectReader())


def silent(folder: Path) -> list[str]:
    outages = table_of(folder, "outages")
    return [] if outages.empty else outages.loc[outages["state"] == "unknown", "sensor_id"].tolist()


def test_the_first_reports_of_a_source_follow_its_update_interval(
    own_warehouse: Path, tmp_path: Path
) -> None:
    load_daily(own_warehouse, tmp_path / "daily.csv")
    assert silent(own_warehouse) == ["S-1"]


def test_another_update_interval_counts_for_all_sensors(
    own_warehouse: Path, tmp_path: Path
) -> None:
    load_status(own_warehouse, tmp_path, UP, DOWN | {"sensor_id": "S-2"})
    load_daily(own_warehouse, tmp_path / "daily.csv")
    assert silent(own_warehouse) == ["S-1", "S-1", "S-2"]


def test_an_undo_takes_the_update_interval_back(own_warehouse: Path, tmp_path: Path) -> None:
    load_status(own_warehouse, tmp_path, UP | {"state": "degraded"})
    load_daily(own_warehouse, tmp_path / "daily.csv")
    assert silent(own_warehouse) != []
    undo_load(StoreSettings(data=own_warehouse), NAME, by="Ana")
    assert silent(own_warehouse) == []
