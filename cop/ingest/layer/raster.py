"""Rasters of an uploaded layer: a COG is stored as it is, in its own coordinate system."""

import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader

from cop.errors import InputFileError
from cop.model.styling import FillWords, StyleWords
from cop.model.uploaded import VALUE, Attribute, Content
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.raster import CLOSED, FOLDER

MOST_PIXELS = 2_000_000_000
_LONGEST_UNIT = 30
_SAMPLE_PX = 1_024
_CLASSES = 5
_DIGITS = (3, 6)


def store_raster(
    transaction: WriteTransaction, file: Path, *, shown: str
) -> tuple[Content, StyleWords]:
    """Store a raster and return its content, with a style by the quantiles of its first band.

    InputFileError where ``shown`` is no GeoTIFF with a place on earth and numbers in it.
    """
    try:
        with rasterio.Env(**CLOSED), rasterio.open(file, driver="GTiff", sharing=False) as source:
            _check(source, shown)
            values, unit = _sample(source), _unit(source)
    except RasterioError as fault:
        reason = " ".join(str(fault).replace(str(file), shown).split())
        raise InputFileError(f"{shown}: is not a readable GeoTIFF: {reason}") from fault
    if not values.size:
        raise InputFileError(f"{shown}: every pixel is nodata; set it with gdal_edit.py -a_nodata")
    path = transaction.store_file(FOLDER, ".tif", lambda draft: _copy(file, draft))
    content = Content(
        attributes=(Attribute(name=VALUE, kind="DOUBLE"),),
        points=0,
        lines=0,
        areas=0,
        raster=path.relative_to(transaction.folder).as_posix(),
        lowest=float(values.min()),
        highest=float(values.max()),
    )
    return content, _style(values, unit=unit)


def suggest_style(
    file: Path, *, classes: int = _CLASSES, nodata: float | None = None
) -> StyleWords:
    """Return a style by the quantiles of the first band of a stored raster.

    A second value may be ``nodata``. Values too few for the classes have fewer, or one color.
    """
    with rasterio.Env(**CLOSED), rasterio.open(file, driver="GTiff", sharing=False) as source:
        values, unit = _sample(source), _unit(source)
    return _style(values if nodata is None else values[values != nodata], classes, unit=unit)


def _check(source: DatasetReader, shown: str) -> None:
    if source.crs is None:
        raise InputFileError(f"{shown}: has no coordinate system: gdal_edit.py -a_srs EPSG:N")
    if source.width * source.height > MOST_PIXELS:
        raise InputFileError(
            f"{shown}: claims {source.width} x {source.height} pixels, at most {MOST_PIXELS:,} are "
            "taken: cut it with gdal_translate -projwin"
        )
    if np.dtype(source.dtypes[0]).kind not in "iuf":
        raise InputFileError(f"{shown}: pixels are {source.dtypes[0]}; numbers are needed")


def _sample(source: DatasetReader) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Read the first band small, from its overviews; what is nodata or no number is left out."""
    scale = max(1.0, max(source.width, source.height) / _SAMPLE_PX)
    shape = (max(1, int(source.height / scale)), max(1, int(source.width / scale)))
    read = source.read(1, out_shape=shape, masked=True).astype("float64")
    values = read.compressed()
    found: np.ndarray[tuple[int], np.dtype[np.float64]] = values[np.isfinite(values)]
    return found


def _unit(source: DatasetReader) -> str:
    """Return the unit that a file names, if it fits a legend."""
    unit = (source.units[0] or "").strip()
    return unit if len(unit) <= _LONGEST_UNIT and unit.isprintable() else ""


def _style(
    values: np.ndarray[tuple[int], np.dtype[np.float64]], classes: int = _CLASSES, *, unit: str
) -> StyleWords:
    if not values.size:
        return StyleWords()
    edges = np.quantile(values, [place / classes for place in range(1, classes)])
    breaks: list[float] = []
    for digits in _DIGITS:
        breaks = list(dict.fromkeys(float(f"{edge:.{digits}g}") for edge in edges))
        if len(breaks) == len(edges):
            break
    ascending = all(low < high for low, high in pairwise(breaks))
    return (
        StyleWords(fill=FillWords(property=VALUE, breaks=tuple(breaks), unit=unit))
        if ascending
        else (StyleWords())
    )


def _copy(file: Path, draft: Path) -> None:
    shutil.copyfile(file, draft)
