"""GDAL's viewshed against its own program, its published rule, and lines drawn by brute force."""

import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import rasterio

from cop.analysis.sight.gdal import build_visible
from cop.analysis.sight.viewshed import TARGET_M
from cop.errors import SightError
from cop.query.coverage.ground import HeightSource
from tests.support.sight import Sensor, border_heights, far_looks, place_sensors, usual_looks
from tests.support.terrain import see_by_force, see_by_rings

pytestmark = pytest.mark.coverage


@pytest.fixture(scope="module")
def terrain() -> HeightSource:
    return border_heights()


def run_gdal(sensor: Sensor, folder: Path) -> np.ndarray:
    """What the program gdal_viewshed sees, of its defaults all but heights and range."""
    grid, heights = sensor.ground.grid, sensor.ground.heights
    source, target = folder / "heights.tif", folder / "seen.tif"
    form = {"driver": "GTiff", "count": 1, "dtype": "float32", "crs": grid.crs}
    size = {"width": grid.side, "height": grid.side, "transform": grid.transform}
    with rasterio.open(source, "w", **form, **size) as raster:
        raster.write(heights, 1)
    east, north = grid.transform * (grid.side / 2, grid.side / 2)
    figures = {"ox": east, "oy": north, "oz": sensor.height_m, "tz": TARGET_M, "md": sensor.range_m}
    options = [part for name, value in figures.items() for part in (f"-{name}", repr(float(value)))]
    subprocess.run(["gdal_viewshed", "-q", *options, source, target], check=True, timeout=60)
    seen = np.zeros(heights.shape, np.bool_)
    with rasterio.open(target) as raster:
        column, row = (
            round(one) for one in ~grid.transform * (raster.transform.c, raster.transform.f)
        )
        seen[row : row + raster.height, column : column + raster.width] = raster.read(1) == 255
    return seen


def agree(ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float]:
    """The share of cells judged alike, and of those that either sees the share that both see."""
    return float(np.mean(ours == theirs)), float((ours & theirs).sum() / (ours | theirs).sum())


def force(sensors: Iterator[Sensor], cells: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """What is seen of random cells within range, and what lines drawn to them see."""
    random, ours, theirs = np.random.default_rng(seed), [], []
    for sensor in sensors:
        chosen = random.choice(np.argwhere(sensor.within()), cells, replace=False)
        ours.append(sensor.see()[tuple(chosen.T)])
        heights, cell_m = sensor.ground.heights.astype(np.float64), sensor.ground.grid.cell_m
        look = {"height_m": sensor.height_m, "target_m": TARGET_M}
        theirs.append([see_by_force(heights, cell_m, r, c, **look) for r, c in chosen])
    return np.concatenate(ours), np.concatenate(theirs)


def test_shown_the_viewshed_is_that_of_gdal_viewshed(terrain: HeightSource, tmp_path: Path) -> None:
    """Of 50 sensors at random places of the border."""
    if shutil.which("gdal_viewshed") is None:
        pytest.skip("no gdal_viewshed: install Debian's gdal-bin")
    pairs = [
        (one.see(), run_gdal(one, tmp_path)) for one in place_sensors(terrain, far_looks(50, 1), 2)
    ]
    ours, theirs = (
        np.concatenate([mask.ravel() for mask in side]) for side in zip(*pairs, strict=True)
    )
    alike, seen_alike = agree(ours, theirs)
    assert alike >= 0.999
    assert seen_alike >= 0.999
    assert 0.1 < ours.mean() < 0.9


def test_shown_the_viewshed_is_that_of_brute_force(terrain: HeightSource) -> None:
    """Of sensors as the demonstration has them, at random places of the border."""
    ours, theirs = force(place_sensors(terrain, usual_looks(150, 3), 4), 80, 5)
    alike, seen_alike = agree(ours, theirs)
    assert alike >= 0.995
    assert seen_alike >= 0.995
    assert 0.1 < ours.mean() < 0.9


def test_far_away_brute_force_sees_a_little_more(terrain: HeightSource) -> None:
    """A horizon is taken from two cells of the ring before, and so spreads ring by ring."""
    ours, theirs = force(place_sensors(terrain, far_looks(60, 6), 7), 150, 8)
    alike, seen_alike = agree(ours, theirs)
    assert alike >= 0.985
    assert seen_alike >= 0.96
    assert (theirs & ~ours).sum() > (ours & ~theirs).sum()


def test_every_cell_is_what_the_published_rule_makes_of_it(terrain: HeightSource) -> None:
    for sensor in place_sensors(terrain, far_looks(10, 9), 10):
        heights, cell_m = sensor.ground.heights.astype(np.float64), sensor.ground.grid.cell_m
        rings = see_by_rings(heights, cell_m, height_m=sensor.height_m, target_m=TARGET_M)
        np.testing.assert_array_equal(sensor.see()[sensor.within()], rings[sensor.within()])


def test_threads_do_not_disturb_each_other(terrain: HeightSource) -> None:
    """Viewsheds of a warehouse are built by several at a time."""
    sensors = list(place_sensors(terrain, far_looks(24, 11), 12))
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(Sensor.see, sensors))
    for sensor, seen in zip(sensors, together, strict=True):
        np.testing.assert_array_equal(seen, sensor.see())


def test_what_gdal_cannot_build_is_an_error() -> None:
    flat = np.zeros((3, 5), np.float32)
    look = {"height_m": 10.0, "target_m": 1.7, "range_m": 100.0}
    with pytest.raises(SightError, match="no viewshed of 3 x 5 cells of 0 m"):
        build_visible(flat, epsg=32612, cell_m=0.0, **look)
