"""Loading a raster of heights: open by the named driver, check, publish as a COG in EPSG:4326."""

import hashlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from math import isfinite, prod
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import rasterio.shutil
from rasterio._err import CPLE_BaseError
from rasterio.enums import Resampling
from rasterio.errors import CRSError, NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds
from rasterio.windows import Window
from shapely.geometry import box

from cop.errors import InputFileError, StoreError
from cop.ingest.load import IngestReport, finish_load
from cop.ingest.profile import TerrainProfile
from cop.ingest.region import ensure_region
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.raster import CLOSED, FOLDER
from cop.store.dataset.record import merge_records
from cop.store.dataset.schema import TERRAIN

DRIVERS = {"geotiff": "GTiff", "dted": "DTED"}
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


@dataclass(frozen=True)
class HeightRange:
    """The lowest and the highest height of a raster, meters."""

    min_m: float
    max_m: float


def ingest_terrain(
    settings: StoreSettings, path: Path, profile: TerrainProfile, *, dry_run: bool = False
) -> IngestReport:
    """Publish the heights of a file by a profile; with ``dry_run`` only report what would happen.

    The report counts files: 1 accepted, or 1 duplicate where the same bytes are there already.
    Raise InputFileError where the file is not a raster of heights that can be used.
    """
    sha256 = _fingerprint(path)
    with _open_heights(path, profile) as raster:
        heights = _measure_heights(path, raster)
        with open_transaction(settings) as transaction:
            ensure_region(transaction, settings.region)
            cog = transaction.store_file(FOLDER, ".tif", lambda draft: _write_cog(raster, draft))
            row = _describe_cog(cog).assign(
                title=profile.source.title,
                sha256=sha256,
                path=cog.relative_to(transaction.folder).as_posix(),
                **asdict(heights),
            )
            counts = merge_records(transaction, TERRAIN, profile.source, row, key=("sha256",))
            return finish_load(transaction, path.name, profile, counts, dry_run=dry_run)


def _fingerprint(path: Path) -> str:
    if not path.is_file():
        raise InputFileError(f"{path}: no such file; check the path")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _open_heights(path: Path, profile: TerrainProfile) -> Iterator[DatasetReader | WarpedVRT]:
    """Open with the one driver that the profile names, and check the file's metadata."""
    driver = DRIVERS[profile.reader]
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
    """Return the raster in EPSG:4326, with the profile's ``nodata`` if there is one."""
    same = source.crs == rasterio.CRS.from_user_input(CRS)
    if same and nodata is None:
        yield source
        return
    own_nodata = source.nodata if nodata is None else nodata
    with WarpedVRT(
        source,
        crs=CRS,
        src_nodata=own_nodata,
        nodata=_WARPED_NODATA if own_nodata is None else own_nodata,
        dtype=source.dtypes[0] if same else "float32",
        resampling=Resampling.nearest if same else Resampling.bilinear,
    ) as placed_source:
        _check_size(path, placed_source)
        yield placed_source


def _measure_heights(path: Path, raster: DatasetReader | WarpedVRT) -> HeightRange:
    """Read every pixel once; refuse a height that no place on earth has, and a file of none."""
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
    return HeightRange(min_m=lowest, max_m=highest)


def _write_cog(raster: DatasetReader | WarpedVRT, target: Path) -> None:
    """Write the COG, its pixels those of the raster."""
    try:
        rasterio.shutil.copy(raster, target, **_COG)
    except CPLE_BaseError as fault:
        raise StoreError(f"the raster {target} could not be written: {fault}") from fault


def _describe_cog(path: Path) -> gpd.GeoDataFrame:
    with rasterio.open(path, driver="GTiff", sharing=False) as cog:
        return gpd.GeoDataFrame(
            {
                "width": [cog.width],
                "height": [cog.height],
                "pixel_deg": [max(cog.res)],
                "nodata": [cog.nodata],
            },
            geometry=[box(*cog.bounds)],
            crs=CRS,
        )
