"""The heights of a raster: opened by the named driver, checked, written as a COG in EPSG:4326."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from math import isfinite, prod
from pathlib import Path
from typing import Annotated, Protocol

import numpy as np
import rasterio
import rasterio.shutil
from pydantic import BaseModel, ConfigDict, Field
from rasterio._err import CPLE_BaseError
from rasterio.enums import Resampling
from rasterio.errors import CRSError, NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds
from rasterio.windows import Window

from cop.errors import InputFileError, StoreError
from cop.ingest.source.registry import FORMATS
from cop.store.dataset.raster import CLOSED

LOWEST_M, HIGHEST_M = -500.0, 9_000.0
MOST_PIXELS = 500_000_000
MOST_BLOCK_PIXELS = 64_000_000
CRS = "EPSG:4326"
_METER_UNITS = {"", "m", "metre", "meter", "metres", "meters"}
_STRIP_PIXELS = 4_000_000
_SLACK_DEG = 0.5
_WARPED_NODATA = -32_768.0
_READING = {**CLOSED, "DTED_VERIFY_CHECKSUM": "YES"}
_COG = {
    "driver": "COG",
    "compress": "DEFLATE",
    "predictor": "YES",
    "overviews": "AUTO",
    "overview_resampling": "AVERAGE",
    "bigtiff": "IF_SAFER",
}


class HeightMapping(Protocol):
    """What reading heights asks of a profile."""

    @property
    def reader(self) -> str:
        """The id of the format, of which GDAL has the driver."""

    @property
    def nodata(self) -> float | None:
        """The value without a height, None for the file's own."""


Degrees = Annotated[float, Field(ge=-181, le=181, allow_inf_nan=False)]
Meters = Annotated[float, Field(ge=LOWEST_M, le=HIGHEST_M, allow_inf_nan=False)]


class HeightRaster(BaseModel):
    """What a COG of heights holds: pixels, bounds (west, south, east, north), lowest, highest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: int = Field(ge=1)
    height: int = Field(ge=1)
    pixel_deg: Annotated[float, Field(gt=0, le=360, allow_inf_nan=False)]
    nodata: float | None
    bounds: tuple[Degrees, Degrees, Degrees, Degrees]
    min_m: Meters
    max_m: Meters


def convert_heights(path: Path, profile: HeightMapping, target: Path) -> HeightRaster:
    """Write the heights of a file as a COG, its pixels those of the raster.

    Raises InputFileError where the file is not a raster of heights that can be used.
    """
    with _open_heights(path, profile) as raster:
        lowest, highest = _measure_heights(path, raster)
        _write_cog(raster, target)
    with rasterio.open(target, driver="GTiff", sharing=False) as cog:
        return HeightRaster(
            width=cog.width,
            height=cog.height,
            pixel_deg=max(cog.res),
            nodata=cog.nodata,
            bounds=tuple(cog.bounds),
            min_m=lowest,
            max_m=highest,
        )


@contextmanager
def _open_heights(path: Path, profile: HeightMapping) -> Iterator[DatasetReader | WarpedVRT]:
    """Open with the one driver that the profile names, check what the file says of itself."""
    driver = FORMATS[profile.reader].driver
    try:
        with warnings.catch_warnings(), rasterio.Env(**_READING):
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(path.resolve(), driver=driver, sharing=False) as source:
                _check_shape(path, source)
                _check_place(path, source)
                with _placed_heights(path, source, profile.nodata) as raster:
                    yield raster
    except (RasterioError, CRSError, CPLE_BaseError) as fault:
        reason = " ".join(str(fault).replace(str(path.resolve()), path.name).split())
        raise InputFileError(
            f"{path.name}: not readable as {driver}: {reason}; check the file with "
            "gdalinfo, or use the profile of its format"
        ) from fault


def _check_shape(path: Path, source: DatasetReader) -> None:
    """Refuse by what the header claims, before anything is read."""
    if source.count != 1:
        raise InputFileError(
            f"{path.name}: {source.count} bands; one band of heights is needed: gdal_translate -b N"
        )
    _check_size(path, source)
    if prod(source.block_shapes[0]) > MOST_BLOCK_PIXELS:
        raise InputFileError(
            f"{path.name}: blocks of {source.block_shapes[0]} pixels are too large: "
            "gdal_translate -co TILED=YES"
        )
    if np.dtype(source.dtypes[0]).kind not in "iuf":
        raise InputFileError(
            f"{path.name}: pixels are {source.dtypes[0]}; heights are whole or decimal numbers"
        )
    unit = (source.units[0] or "").lower()
    if unit not in _METER_UNITS or source.scales[0] != 1 or source.offsets[0] != 0:
        raise InputFileError(
            f"{path.name}: heights in {unit or 'scaled numbers'} (scale {source.scales[0]:g}, "
            f"offset {source.offsets[0]:g}); meters are needed: gdal_calc.py"
        )


def _check_size(path: Path, raster: DatasetReader | WarpedVRT) -> None:
    if raster.width * raster.height > MOST_PIXELS:
        raise InputFileError(
            f"{path.name}: claims {raster.width} x {raster.height} pixels; at most "
            f"{MOST_PIXELS:,} are read: cut it with gdal_translate -projwin"
        )


def _check_place(path: Path, source: DatasetReader) -> None:
    if source.crs is None or not (source.crs.is_geographic or source.crs.is_projected):
        raise InputFileError(
            f"{path.name}: no coordinate system on the earth; set it with gdal_edit.py -a_srs"
        )
    grid = source.transform
    if grid.b or grid.d or grid.a <= 0 or grid.e >= 0:
        raise InputFileError(f"{path.name}: not north up ({tuple(grid)[:6]}): use gdalwarp")
    bounds = transform_bounds(source.crs, CRS, *source.bounds)
    west, south, east, north = bounds
    if (
        not all(map(isfinite, bounds))
        or not -180 - _SLACK_DEG <= west < east <= 180 + _SLACK_DEG
        or not -90 - _SLACK_DEG <= south < north <= 90 + _SLACK_DEG
    ):
        raise InputFileError(
            f"{path.name}: lies at {west:g}, {south:g}, {east:g}, {north:g} degrees, outside of "
            "the earth; the coordinate system is probably not the one it is labeled with"
        )


@contextmanager
def _placed_heights(
    path: Path, source: DatasetReader, nodata: float | None
) -> Iterator[DatasetReader | WarpedVRT]:
    """Yield the raster in EPSG:4326, with the profile's ``nodata`` where that has one."""
    same = source.crs == rasterio.CRS.from_user_input(CRS)
    if same and nodata is None:
        yield source
        return
    given = source.nodata if nodata is None else nodata
    with WarpedVRT(
        source,
        crs=CRS,
        src_nodata=given,
        nodata=_WARPED_NODATA if given is None else given,
        dtype=source.dtypes[0] if same else "float32",
        resampling=Resampling.nearest if same else Resampling.bilinear,
    ) as placed_source:
        _check_size(path, placed_source)
        yield placed_source


def _measure_heights(path: Path, raster: DatasetReader | WarpedVRT) -> tuple[float, float]:
    """Return the lowest and the highest height, meters, every pixel read once.

    Refuse a height that no place on earth has, and a file of none.
    """
    lowest, highest = np.inf, -np.inf
    rows = max(1, _STRIP_PIXELS // raster.width)
    for top in range(0, raster.height, rows):
        window = Window(0, top, raster.width, min(rows, raster.height - top))
        strip = raster.read(1, window=window, masked=True)
        fit = np.ma.filled((strip >= LOWEST_M) & (strip <= HIGHEST_M), True)
        if not fit.all():
            row, column = np.argwhere(~fit)[0]
            raise InputFileError(
                f"{path.name}, row {top + row + 1}, column {column + 1}: {strip[row, column]} is "
                f"not a height in meters ({LOWEST_M:g} to {HIGHEST_M:g}); nodata is "
                f"{raster.nodata}: set it with gdal_edit.py -a_nodata"
            )
        if strip.count():
            lowest, highest = min(lowest, float(strip.min())), max(highest, float(strip.max()))
    if lowest > highest:
        raise InputFileError(f"{path.name}: every pixel is nodata ({raster.nodata})")
    return lowest, highest


def _write_cog(raster: DatasetReader | WarpedVRT, target: Path) -> None:
    """Write the COG, its pixels those of the raster."""
    try:
        rasterio.shutil.copy(raster, target, **_COG)
    except CPLE_BaseError as fault:
        raise StoreError(f"the raster {target} could not be written: {fault}") from fault
