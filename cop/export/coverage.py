"""Coverage as files: areas that sensors see, segment-hours, and how many see each cell."""

import math
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import geopandas as gpd
import numpy as np
import rasterio
import rasterio.shutil
from affine import Affine
from rasterio.errors import RasterioError
from rasterio.windows import Window

from cop.analysis.coverage.overlap import count_sensors
from cop.errors import FilterError, StoreError
from cop.query.absence import name_absence
from cop.query.coverage.place import read_sights
from cop.query.coverage.segment import microseconds_of
from cop.query.coverage.timeline import Period, read_segment_hours
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.dataset.schema import BASIS_COLUMNS, COVERAGE

AREAS: Final = "coverage.parquet"
NUMBERS: Final = "sensors.tif"
HOURS: Final = "segment_hours.parquet"
MOST_PIXELS: Final = 200_000_000
MOST_HOURS: Final = 10_000_000
UNKNOWN: Final = 255
_HALF_WORLD_M: Final = math.pi * 6_378_137.0
_STRIP: Final = 512
_COG: Final = {"driver": "COG", "compress": "DEFLATE", "resampling": "mode"}


@dataclass(frozen=True, kw_only=True)
class CoverageFiles:
    """The files that were written, with how much is in them."""

    areas: Path
    numbers: Path
    hours: Path
    rows: int
    segment_hours: int
    width: int
    height: int


def export_coverage(
    service: QueryService, view: View, folder: Path, *, cell_m: float, period: Period = "hour"
) -> CoverageFiles:
    """Write what the sensors of a view's records see, and its segment-hours.

    The areas (EPSG:4326) are one row for each place of a sensor and band: seen, unsure, unknown.
    The raster (EPSG:3857) has cells of ``cell_m`` at the equator: how many sensors that work at the
    end of the window see each with at least even chance, 255 where it is unknown. Segment-hours are
    those of ``read_segment_hours``. Raise FilterError where no sensors are loaded, the filter has a
    what-if or the files would be too large, StoreError where they cannot be written.
    """
    if view.filter.trials:
        raise FilterError("a what-if is not exported: publish it first, or leave whatif= out")
    sights = read_sights(service.warehouse, view.snapshot, view.filter)
    files = view.snapshot.catalogue.files
    hours = read_segment_hours(service, view, period)
    if sights is None or hours is None or COVERAGE not in files:
        absent = name_absence(view.snapshot.release)
        raise FilterError(f"no sensors are {absent} for these records: coverage is unknown")
    if len(hours) > MOST_HOURS:
        raise FilterError(
            f"{len(hours):,} segment-hours: at most {MOST_HOURS:,} are written; use a shorter "
            "window or a longer period"
        )
    areas = gpd.read_parquet(files[COVERAGE][0])
    own = areas[areas["synthetic"] == (view.records == "synthetic")]
    own = own.drop(columns=[*BASIS_COLUMNS], errors="ignore")
    boxes = np.array([footprint.world_bounds() for footprint in sights.footprints])
    pixel = cell_m / (2 * _HALF_WORLD_M)
    left, top = (math.floor(boxes[:, i].min() / pixel) for i in (0, 1))
    width, height = (
        math.ceil(boxes[:, i + 2].max() / pixel) - first for i, first in ((0, left), (1, top))
    )
    if width * height > MOST_PIXELS:
        raise FilterError(
            f"{width:,} x {height:,} cells of {cell_m:g} m: at most {MOST_PIXELS:,} are written; "
            "use larger cells"
        )
    now = view.snapshot.now
    states = sights.status.at(microseconds_of(min(view.filter.window.end or now, now)))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        own.to_parquet(folder / AREAS)
        hours.to_parquet(folder / HOURS, index=False)
        with TemporaryDirectory(prefix="cop-coverage-") as scratch:
            draft = Path(scratch) / "numbers.tif"
            profile = {
                "driver": "GTiff", "dtype": "uint8", "count": 1, "width": width, "height": height,
                "crs": "EPSG:3857", "nodata": UNKNOWN, "tiled": True, "compress": "DEFLATE",
                "transform": Affine(
                    cell_m, 0.0, left * cell_m - _HALF_WORLD_M,
                    0.0, -cell_m, _HALF_WORLD_M - top * cell_m,
                ),
            }  # fmt: skip
            x = (left + np.arange(width) + 0.5) * pixel
            with rasterio.open(draft, "w", **profile) as raster:
                for first in range(0, height, _STRIP):
                    rows = min(_STRIP, height - first)
                    y = (top + first + np.arange(rows) + 0.5) * pixel
                    strip = count_sensors(sights.footprints, states, x, y, unknown=UNKNOWN)
                    raster.write(strip, 1, window=Window(0, first, width, rows))
            rasterio.shutil.copy(draft, folder / NUMBERS, **_COG)
    except (OSError, RasterioError) as fault:
        raise StoreError(f"{folder}: coverage could not be written: {fault}") from fault
    return CoverageFiles(
        areas=folder / AREAS,
        numbers=folder / NUMBERS,
        hours=folder / HOURS,
        rows=len(own),
        segment_hours=len(hours),
        width=width,
        height=height,
    )
