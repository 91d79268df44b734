"""Viewsheds are built where a sensor or the heights around it changed, and nowhere else."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from rasterio.transform import from_origin

from cop.ingest.profile.file import read_profile
from cop.ingest.profile.kind import TerrainProfile
from cop.ingest.sink.load import IngestReport
from cop.ingest.sink.terrain import ingest_terrain
from cop.settings import StoreSettings
from tests.support.raster import write_tiff
from tests.support.report import load_sensors, load_status, table_of

pytestmark = pytest.mark.coverage

WEST = {"sensor_id": "S-1", "lon": "-110.9", "lat": "31.34"}
EAST = {"sensor_id": "S-2", "lon": "-108.5", "lat": "31.78"}
FURTHER = {"sensor_id": "S-3", "lon": "-107.5", "lat": "31.78"}

Place = tuple[float, float]
Built = Callable[[], list[Place]]


def place(cells: dict[str, str]) -> Place:
    return float(cells["lon"]), float(cells["lat"])


def load_heights(folder: Path, path: Path, values: np.ndarray | None = None) -> IngestReport:
    """Load heights from 111 W to 110.58 W, 31.17 N to 31.5 N."""
    write_tiff(path, values, transform=from_origin(-111.0, 31.5, 1 / 120, 1 / 120))
    profile = read_profile("dted_geotiff")
    assert isinstance(profile, TerrainProfile)
    return ingest_terrain(StoreSettings(data=folder), path, profile)


def test_only_a_new_sensor_and_one_that_moved_or_looks_otherwise_are_built(
    own_warehouse: Path, tmp_path: Path, built: Built
) -> None:
    load_sensors(own_warehouse, tmp_path, WEST, EAST)
    assert built() == [place(WEST), place(EAST)]
    load_sensors(own_warehouse, tmp_path, WEST, EAST, FURTHER)
    assert built() == [place(FURTHER)]
    load_sensors(own_warehouse, tmp_path, WEST | {"name": "Nogales"}, EAST)
    assert built() == []
    moved = EAST | {"lon": "-108.6"}
    load_sensors(own_warehouse, tmp_path, WEST, moved)
    assert built() == [place(moved)]
    load_sensors(own_warehouse, tmp_path, WEST | {"height_m": "50"})
    assert built() == [place(WEST)]
    assert sorted(table_of(own_warehouse, "placements")["sensor_id"]) == ["S-1", "S-2", "S-3"]
    assert len(table_of(own_warehouse, "viewsheds")) == 3


def test_sensors_that_see_the_same_share_a_viewshed(
    own_warehouse: Path, tmp_path: Path, built: Built
) -> None:
    load_sensors(own_warehouse, tmp_path, WEST, WEST | {"sensor_id": "S-4"})
    assert built() == [place(WEST)]
    assert table_of(own_warehouse, "placements")["sight_key"].nunique() == 1
    assert sorted(table_of(own_warehouse, "coverage")["sensor_id"]) == ["S-1", "S-4"]


def test_two_sensors_that_see_a_segment_are_two(own_warehouse: Path, tmp_path: Path) -> None:
    load_sensors(own_warehouse, tmp_path, WEST, WEST | {"sensor_id": "S-4"})
    assert table_of(own_warehouse, "segment_coverage")["sensors"].max() == 2


def test_a_mobile_sensor_is_built_at_its_new_place_alone(
    own_warehouse: Path, tmp_path: Path, built: Built
) -> None:
    load_sensors(own_warehouse, tmp_path, WEST, EAST)
    built()
    first = {"sensor_id": "S-1", "at": "2026-03-01T00:00:00Z", "lon": "-110.8", "lat": "31.34"}
    second = first | {"at": "2026-03-02T00:00:00Z", "lon": "-110.7"}
    load_status(own_warehouse, tmp_path, first)
    assert built() == [place(first)]
    load_status(own_warehouse, tmp_path, second)
    assert built() == [place(second)]
    load_status(own_warehouse, tmp_path, second | {"at": "2026-03-03T00:00:00Z"})
    assert built() == []


def test_heights_near_one_sensor_rebuild_that_one_alone(
    own_warehouse: Path, tmp_path: Path, built: Built
) -> None:
    load_sensors(own_warehouse, tmp_path, WEST, EAST)
    plain = table_of(own_warehouse, "coverage").set_index("sensor_id")["area_km2"]
    built()
    assert load_heights(own_warehouse, tmp_path / "t.tif").accepted == 1
    assert built() == [place(WEST)]
    placements = table_of(own_warehouse, "placements").set_index("sensor_id")
    assert placements["terrain"].to_dict() == {"S-1": "full", "S-2": "none"}
    bands = table_of(own_warehouse, "coverage").groupby(["sensor_id", "band"])["area_km2"].sum()
    assert bands["S-1", "seen"] < plain["S-1"] - 1
    assert bands["S-2", "seen"] == plain["S-2"]
    assert load_heights(own_warehouse, tmp_path / "again.tif").duplicate == 1
    assert built() == []
