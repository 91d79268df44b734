"""Heights around a place: the finest raster on top, its gaps filled from coarser ones."""

import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from rasterio.transform import from_origin
from shapely.geometry import box

from cop.analysis.sight.viewshed import Ground, Placement
from cop.errors import StoreError
from cop.model.tile import EARTH_RADIUS_M
from cop.query.coverage.ground import HeightSource, list_sources, near_sources, read_ground
from tests.support.raster import NODATA, write_tiff

pytestmark = pytest.mark.coverage

LON, LAT = -110.5, 31.5
COARSE, FINE = 1 / 120, 1 / 1_200
RANGE_M = 5_000.0


def write(
    folder: Path,
    name: str,
    height_m: float,
    *,
    pixel_deg: float = COARSE,
    west: float = LON - 0.2,
    side_deg: float = 0.4,
    hole: tuple[slice, slice] | None = None,
) -> HeightSource:
    """A square of one height whose middle has the latitude of the place."""
    side = round(side_deg / pixel_deg)
    values = np.full((side, side), height_m, np.float32)
    if hole is not None:
        values[hole] = NODATA
    north = LAT + side * pixel_deg / 2
    write_tiff(folder / name, values, transform=from_origin(west, north, pixel_deg, pixel_deg))
    bounds = (west, north - side * pixel_deg, west + side * pixel_deg, north)
    return HeightSource(path=name, pixel_deg=pixel_deg, bounds=bounds)


def read(folder: Path, *sources: HeightSource, lon: float = LON) -> Ground:
    ground = read_ground(folder, sources, lon=lon, lat=LAT, range_m=RANGE_M)
    assert ground is not None
    return ground


def height_at(ground: Ground, east_m: float, north_m: float) -> float:
    middle, cell = ground.grid.side // 2, ground.grid.cell_m
    return float(ground.heights[middle - round(north_m / cell), middle + round(east_m / cell)])


def test_the_finest_is_on_top_and_the_coarser_fills_the_rest(tmp_path: Path) -> None:
    coarse = write(tmp_path, "coarse.tif", 500)
    fine = write(tmp_path, "fine.tif", 100, pixel_deg=FINE, west=LON - 0.01, side_deg=0.02)
    ground = read(tmp_path, fine, coarse)
    assert height_at(ground, 0, 0) == 100
    assert height_at(ground, 800, 800) == 100
    assert height_at(ground, 1_300, 0) == 500
    assert {*np.unique(ground.heights)} == {100, 500}
    assert (ground.spacing_m, ground.error_m) == (fine.spacing_m, fine.error_m)
    assert read(tmp_path, coarse, fine).heights.min() == 500


def test_a_hole_is_filled_from_the_coarser_one_and_unknown_without(tmp_path: Path) -> None:
    hole = (slice(70, 80), slice(60, 90))
    fine = write(
        tmp_path, "fine.tif", 100, pixel_deg=FINE, west=LON - 0.0625, side_deg=0.125, hole=hole
    )
    alone = read(tmp_path, fine)
    assert np.isnan(height_at(alone, 0, 0))
    assert height_at(alone, 2_500, 0) == 100
    filled = read(tmp_path, fine, write(tmp_path, "coarse.tif", 500))
    np.testing.assert_array_equal(filled.heights == 500, np.isnan(alone.heights))
    np.testing.assert_array_equal(filled.heights == 100, alone.heights == 100)


def test_what_no_raster_has_is_unknown(tmp_path: Path) -> None:
    west = write(tmp_path, "west.tif", 100, west=LON - 0.38)
    ground = read(tmp_path, west)
    assert height_at(ground, -1_000, 0) == 100
    assert np.isnan(height_at(ground, 3_500, 0))


def test_without_a_raster_at_the_place_there_is_no_ground(tmp_path: Path) -> None:
    beside = write(tmp_path, "beside.tif", 100, west=LON + 0.01)
    for sources in ([], [beside]):
        assert read_ground(tmp_path, sources, lon=LON, lat=LAT, range_m=RANGE_M) is None


def test_the_grid_is_as_fine_as_the_raster_at_the_place(tmp_path: Path) -> None:
    coarse = write(tmp_path, "coarse.tif", 500, pixel_deg=COARSE)
    fine = write(tmp_path, "fine.tif", 100, pixel_deg=FINE, west=LON + 0.01, side_deg=0.02)
    ground = read(tmp_path, fine, coarse)
    assert (ground.spacing_m, ground.error_m) == (coarse.spacing_m, 18.0)
    assert height_at(ground, 2_000, 0) == 100
    assert height_at(ground, 0, 0) == 500


def test_between_rasters_that_adjoin_no_height_is_missing(tmp_path: Path) -> None:
    west = write(tmp_path, "west.tif", 100, west=LON - 0.4)
    east = write(tmp_path, "east.tif", 300, west=LON)
    ground = read(tmp_path, west, east, lon=LON + 0.01)
    assert not np.isnan(ground.heights).any()
    assert (height_at(ground, -2_000, 0), height_at(ground, 1_000, 0)) == (100, 300)


def test_a_place_on_the_edge_of_two_rasters_has_ground(tmp_path: Path) -> None:
    west = write(tmp_path, "west.tif", 100, west=LON - 0.5, side_deg=0.5)
    east = write(tmp_path, "east.tif", 300, west=LON, side_deg=0.5)
    assert read_ground(tmp_path, [west, east], lon=LON, lat=LAT, range_m=RANGE_M) is not None


def test_a_raster_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    source = write(tmp_path, "coarse.tif", 500)
    (tmp_path / "coarse.tif").write_bytes(b"no raster")
    with pytest.raises(StoreError, match=r"coarse\.tif cannot be read"):
        read(tmp_path, source)


def test_sources_are_listed_once_the_finest_and_the_largest_first() -> None:
    shape = box(-111, 31, -110, 32)
    rows = [
        ("small", COARSE, 10),
        ("fine", FINE, 10),
        ("large", COARSE + 1e-12, 20),
        ("small", COARSE, 10),
    ]
    frame = gpd.GeoDataFrame(rows, columns=["path", "pixel_deg", "width"], geometry=[shape] * 4)
    sources = list_sources(frame.assign(height=10))
    assert [source.path for source in sources] == ["fine", "large", "small"]
    assert sources[0].bounds == (-111, 31, -110, 32)


def test_near_are_the_rasters_that_a_range_touches() -> None:
    look = Placement(lon=LON, lat=60.0, height_m=10.0, range_m=10_000.0)
    reach = math.degrees(10_000.0 / EARTH_RADIUS_M)
    for gap, is_near in ((0.99 * 2 * reach, True), (1.01 * 2 * reach, False)):
        bounds = (LON + gap, 59.0, LON + gap + 1, 61.0)
        source = HeightSource(path="a", pixel_deg=COARSE, bounds=bounds)
        assert near_sources([source], look) == ([source] if is_near else [])


@pytest.mark.parametrize(
    ("seconds", "error_m"), [(30, 18), (15, 18), (3, 12), (2, 12), (1, 7), (0.5, 7), (0.1, 1)]
)
def test_the_error_of_heights_follows_their_level(seconds: float, error_m: float) -> None:
    source = HeightSource(path="a", pixel_deg=seconds / 3_600, bounds=(0, 0, 1, 1))
    assert source.error_m == error_m
