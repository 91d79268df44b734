"""Rasters: checked, then stored as a cloud-optimized GeoTIFF in their own system."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import rasterio
import rasterio.shutil
from pyproj import CRS
from rasterio._err import CPLE_BaseError
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader, DatasetWriter
from rasterio.windows import Window

from cop.ingest.source.base.feature import read_crs
from cop.ingest.source.base.opened import Job, OpenedFile, choose_layer
from cop.ingest.upload.scan import Envelope, Scan
from cop.ingest.upload.system import System, describe, project_box, settle_system
from cop.model.upload import RASTER, Bounds, DraftReport, Inspection, LayerSeen, RasterSeen
from cop.store.dataset.raster import CLOSED

_MOST_BANDS, _MOST_BLOCK = 64, 64_000_000
_STRIP_PIXELS = 2_000_000
_SLACK = 0.5
_POLE = 90.0
_MB = 1 << 20
_READING = {**CLOSED, "DTED_VERIFY_CHECKSUM": "YES"}
_COG = {
    "driver": "COG",
    "compress": "DEFLATE",
    "overviews": "AUTO",
    "overview_resampling": "NEAREST",
    "bigtiff": "IF_SAFER",
}
_UNREADABLE = (RasterioError, CPLE_BaseError, ValueError, OSError)


def inspect_raster(job: Job, near: Bounds | None) -> Inspection:
    """Say what a raster holds, its values not read."""
    with _open(job) as (raster, layers, place):
        opened, system = _settle(job, raster, near)
        return Inspection(
            format=job.format.id,
            kind="raster",
            crs=None if opened.crs is None else describe(opened.crs),
            layers=layers,
            layer=layers[place].name if layers else None,
            bounds=_bounds(raster, system),
            rows=1,
            findings=job.notes.list(),
            raster=_describe(raster),
            suggested=job.choices,
        )


def convert_raster(job: Job, folder: Path, near: Bounds | None) -> DraftReport:
    """Write ``raster.tif``; InputFileError where a choice is missing or a block is damaged."""
    with _open(job) as (raster, _layers, _place):
        _, system = _settle(job, raster, near)
        asked = [one.words for one in job.notes.list() if one.severity == "ask"]
        if asked or system is None:
            raise job.refuse(" ".join(asked))
        low, high = _copy(job, raster, system.crs, job.scratch / "plain.tif")
        rasterio.shutil.copy(job.scratch / "plain.tif", folder / RASTER, **_COG)
        return DraftReport(
            format=job.format.id,
            kind="raster",
            crs=describe(system.crs),
            rows=1,
            accepted=1,
            bounds=_bounds(raster, system),
            findings=job.notes.list(),
            raster=_describe(raster).model_copy(update={"low": low, "high": high}),
        )


@contextmanager
def _open(job: Job) -> Iterator[tuple[DatasetReader, tuple[LayerSeen, ...], int]]:
    """Open the chosen grid of a file by the one driver of its format."""
    try:
        with warnings.catch_warnings(), rasterio.Env(**_READING):
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(job.path, driver=job.format.driver, sharing=False) as file:
                inner = file.subdatasets if job.format.id == "netcdf" else []
                layers = tuple(LayerSeen(name=name.rpartition(":")[2][:200]) for name in inner)
                if not layers:
                    _check(job, file)
                    yield file, (), 0
                    return
            place = choose_layer(job, layers)
            with rasterio.open(inner[place], driver=job.format.driver, sharing=False) as grid:
                _check(job, grid)
                yield grid, layers, place
    except _UNREADABLE as fault:
        reason = str(fault).replace(str(job.path), job.name)
        raise job.refuse(
            f"not readable as {job.format.title}: {reason}; check it with gdalinfo"
        ) from fault


def _check(job: Job, raster: DatasetReader) -> None:
    """Refuse what is too large, has no place, or is turned."""
    pixels, most = raster.width * raster.height, job.settings.upload_pixels
    if pixels > most:
        raise job.refuse(
            f"{raster.width} x {raster.height} pixels; at most {most // 1_000_000} million are "
            "taken: cut it, or use a coarser one"
        )
    if not 1 <= raster.count <= _MOST_BANDS:
        raise job.refuse(f"{raster.count} bands; 1 to {_MOST_BANDS} are taken")
    if any(height * width > _MOST_BLOCK for height, width in raster.block_shapes):
        raise job.refuse(f"its blocks {raster.block_shapes[0]} are too large; tile it anew")
    weight = sum(np.dtype(kind).itemsize for kind in raster.dtypes) * pixels
    if any(kind.startswith("complex") for kind in raster.dtypes):
        raise job.refuse("its values are complex numbers; give their size or phase")
    if weight > job.settings.upload_unpacked_mb * _MB:
        raise job.refuse(
            f"its values take {weight // _MB} MB; at most {job.settings.upload_unpacked_mb} MB"
        )
    grid = raster.transform
    if grid.is_identity:
        raise job.refuse("it says no place on the earth; set it with gdal_translate -a_ullr")
    if grid.b or grid.d or grid.a <= 0 or grid.e >= 0:
        raise job.refuse("it is not north up; use gdalwarp")


def _settle(
    job: Job, raster: DatasetReader, near: Bounds | None
) -> tuple[OpenedFile, System | None]:
    crs = None if raster.crs is None else read_crs(raster.crs.to_wkt())
    opened = OpenedFile(names=(), read=lambda: iter(()), crs=crs)
    envelope = Envelope()
    west, south, east, north = _tucked(raster.bounds)
    envelope.add(np.array([west, east]), np.array([south, north]))
    scan = Scan(columns={}, envelope=envelope)
    system = settle_system(job, opened, scan, near, may_swap=False)
    settled = None if system is None or job.notes.has("crs_contradictory") else system.crs
    if settled is not None and settled.is_geographic and max(abs(south), abs(north)) > _POLE:
        job.notes.add("beyond_pole", rows=1)
    if job.notes.has("axes_swapped"):
        raise job.refuse("latitude and longitude of its grid look exchanged; use gdalwarp")
    if any(scale != 1 for scale in raster.scales) or any(raster.offsets):
        job.notes.add("raster_rescaled", f"{raster.scales[0]:g}, offset {raster.offsets[0]:g}")
    return opened, None if system is None else replace(system, swap=False)


def _tucked(bounds: tuple[float, float, float, float]) -> Bounds:
    """Take half a degree beyond the earth's edge, as grids of points have, for the edge."""

    def tuck(value: float, most: float) -> float:
        return max(-most, min(most, value)) if abs(value) <= most + _SLACK else value

    west, south, east, north = bounds
    return (tuck(west, 180.0), tuck(south, 90.0), tuck(east, 180.0), tuck(north, 90.0))


def _bounds(raster: DatasetReader, system: System | None) -> Bounds | None:
    return None if system is None else project_box(system.crs, _tucked(raster.bounds))


def _describe(raster: DatasetReader) -> RasterSeen:
    return RasterSeen(
        width=raster.width,
        height=raster.height,
        bands=raster.count,
        dtype=raster.dtypes[0],
        nodata=None if raster.nodata is None or np.isnan(raster.nodata) else raster.nodata,
    )


def _copy(
    job: Job, raster: DatasetReader, crs: CRS, target: Path
) -> tuple[float | None, float | None]:
    """Copy every pixel, so that no damage is left; give the lowest and highest of band 1."""
    profile = {
        "driver": "GTiff",
        "width": raster.width,
        "height": raster.height,
        "count": raster.count,
        "dtype": raster.dtypes[0],
        "nodata": raster.nodata,
        "crs": rasterio.CRS.from_wkt(crs.to_wkt()),
        "transform": raster.transform,
        "tiled": raster.width > 256 and raster.height > 256,  # noqa: PLR2004 a block
        "bigtiff": "IF_SAFER",
    }
    if len(set(raster.dtypes)) > 1:
        raise job.refuse(f"its bands differ in type ({', '.join(set(raster.dtypes))})")
    low, high = np.inf, -np.inf
    with rasterio.open(target, "w", **profile) as plain:
        plain.descriptions = raster.descriptions
        if any(raster.units):
            plain.units = tuple(unit or "" for unit in raster.units)
        for window in _strips(raster):
            values = raster.read(window=window)
            plain.write(values, window=window)
            shown = np.ma.masked_invalid(raster.read(1, window=window, masked=True))
            if shown.count():
                low, high = min(low, float(shown.min())), max(high, float(shown.max()))
        _store_colors(raster, plain)
    return (low, high) if low <= high else (None, None)


def _strips(raster: DatasetReader) -> Iterator[Window]:
    rows = max(1, _STRIP_PIXELS // (raster.width * raster.count))
    for top in range(0, raster.height, rows):
        yield Window(0, top, raster.width, min(rows, raster.height - top))


def _store_colors(raster: DatasetReader, plain: DatasetWriter) -> None:
    if raster.colorinterp[0].name == "palette":
        plain.write_colormap(1, raster.colormap(1))
    else:
        plain.colorinterp = raster.colorinterp
