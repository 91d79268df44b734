"""Sensors at random places of the border, on the real heights around them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio

from cop.analysis.sight.gdal import build_visible
from cop.analysis.sight.viewshed import TARGET_M, Ground
from cop.ingest.demo.sensor import SENSOR_KINDS
from cop.query.coverage.ground import HeightSource, read_ground
from tests.support.source import data_file

BOX = (-117.0, -97.0, 25.7, 33.5)
Look = tuple[float, float]
KINDS = [*SENSOR_KINDS.values()]


@dataclass(frozen=True)
class Sensor:
    """A sensor of a height and range, meters, on the heights around it, all of them known."""

    ground: Ground
    height_m: float
    range_m: float

    def see(self) -> npt.NDArray[np.bool_]:
        """Which cells it sees."""
        return build_visible(
            self.ground.heights,
            epsg=self.ground.grid.epsg,
            cell_m=self.ground.grid.cell_m,
            height_m=self.height_m,
            target_m=TARGET_M,
            range_m=self.range_m,
        )

    def within(self, share: float = 0.98) -> npt.NDArray[np.bool_]:
        """Which cells are within its range, clear of the edge: a zone has its own scale."""
        return self.ground.grid.measure()[0] <= share * self.range_m


def border_heights() -> HeightSource:
    """The real heights of the border, DTED level 0; skips where they are absent."""
    with rasterio.open(data_file("dted_geotiff")) as raster:
        return HeightSource(
            path=raster.name, pixel_deg=raster.transform.a, bounds=tuple(raster.bounds)
        )


def place_sensors(terrain: HeightSource, looks: Iterator[Look], seed: int) -> Iterator[Sensor]:
    """Sensors of heights and ranges at random places of the border, whose heights are all known."""
    random = np.random.default_rng(seed)
    for height_m, range_m in looks:
        heights = np.array([np.nan])
        while np.isnan(heights).any():
            lon, lat = random.uniform(*BOX[:2]), random.uniform(*BOX[2:])
            ground = read_ground(Path("/"), [terrain], lon=lon, lat=lat, range_m=range_m)
            heights = ground.heights if ground else heights
        yield Sensor(ground, height_m, range_m)


def far_looks(count: int, seed: int) -> Iterator[Look]:
    """Heights of 3 to 40 m and ranges of 2 to 30 km."""
    random = np.random.default_rng(seed)
    yield from zip(random.uniform(3, 40, count), random.uniform(2_000, 30_000, count), strict=True)


def usual_looks(count: int, seed: int) -> Iterator[Look]:
    """Heights and ranges of the kinds of sensors of the demonstration, as often as they are."""
    random = np.random.default_rng(seed)
    for kind in random.choice(len(KINDS), count, p=[kind.share for kind in KINDS]):
        yield (
            random.uniform(*KINDS[kind].height_m),
            KINDS[kind].range_m * random.uniform(0.85, 1.15),
        )
