"""GDAL's viewshed, called in the library that rasterio brings.

rasterio has no function for it. ``GDALViewshedGenerate`` is exported by the library of its wheel, a
private part of it: ``requirements.txt`` pins the wheel, and a test compares with gdal_viewshed.
"""

import ctypes
from ctypes import POINTER, c_char_p, c_double, c_int, c_void_p
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import rasterio
from rasterio.crs import CRS

from cop.errors import SightError

if TYPE_CHECKING:
    import numpy.typing as npt

CURVATURE: Final = 6.0 / 7.0
"""Earth's curvature less refraction, gdal_viewshed's default: d^2 * 6/7 / (2 * a)."""

_READ, _WRITE = 0, 1
_FLOAT32, _BYTE = 6, 1
_MODE_EDGE, _OUTPUT_NORMAL = 2, 1
_VISIBLE = 255
_SIGNATURES: Final[dict[str, tuple[Any, tuple[Any, ...]]]] = {
    "GDALAllRegister": (None, ()),
    "GDALGetDriverByName": (c_void_p, (c_char_p,)),
    "GDALCreate": (c_void_p, (c_void_p, c_char_p, c_int, c_int, c_int, c_int, c_void_p)),
    "GDALSetGeoTransform": (c_int, (c_void_p, POINTER(c_double))),
    "GDALSetProjection": (c_int, (c_void_p, c_char_p)),
    "GDALGetRasterBand": (c_void_p, (c_void_p, c_int)),
    "GDALRasterIO": (c_int, (c_void_p, *(c_int,) * 5, c_void_p, *(c_int,) * 5)),
    "GDALGetRasterXSize": (c_int, (c_void_p,)),
    "GDALGetRasterYSize": (c_int, (c_void_p,)),
    "GDALGetGeoTransform": (c_int, (c_void_p, POINTER(c_double))),
    "GDALClose": (c_int, (c_void_p,)),
    "GDALViewshedGenerate": (
        c_void_p,
        (
            *(c_void_p, c_char_p, c_char_p, c_void_p),
            *(c_double,) * 9,
            *(c_int, c_double, c_void_p, c_void_p, c_int, c_void_p),
        ),
    ),
}


def build_visible(
    heights: "npt.NDArray[np.float32]",
    *,
    epsg: int,
    cell_m: float,
    height_m: float,
    target_m: float,
    range_m: float,
) -> "npt.NDArray[np.bool_]":
    """Return which cells (rows, columns) are seen from the middle one; heights are all finite.

    ``heights`` are meters, rows from the north, an odd number of rows and of columns; ``epsg`` is a
    projected system in meters, its ellipsoid curves the earth. ``height_m`` is the observer's above
    the ground, ``target_m`` that of what is looked for. Raise SightError where GDAL fails.
    """
    gdal = _library()
    rows, columns = heights.shape
    grid = (c_double * 6)(0.0, cell_m, 0.0, rows * cell_m, 0.0, -cell_m)
    source = gdal.GDALCreate(_memory_driver(), b"", columns, rows, 1, _FLOAT32, None)
    try:
        gdal.GDALSetGeoTransform(source, grid)
        gdal.GDALSetProjection(source, _projection(epsg))
        band = gdal.GDALGetRasterBand(source, 1)
        _exchange(band, _WRITE, np.ascontiguousarray(heights, np.float32), _FLOAT32)
        # fmt: off
        target = gdal.GDALViewshedGenerate(
            band, b"MEM", b"", None,
            columns * cell_m / 2, rows * cell_m / 2, height_m, target_m,
            _VISIBLE, 0.0, 0.0, -1.0, CURVATURE, _MODE_EDGE, range_m, None, None,
            _OUTPUT_NORMAL, None,
        )
        # fmt: on
        if not target:
            raise SightError(f"GDAL built no viewshed of {rows} x {columns} cells of {cell_m:g} m")
        try:
            return _read_mask(target, grid, (rows, columns))
        finally:
            gdal.GDALClose(target)
    finally:
        gdal.GDALClose(source)


def _read_mask(target: int, grid: Any, shape: tuple[int, int]) -> "npt.NDArray[np.bool_]":
    """Read what was seen; GDAL's raster is cut to the range."""
    gdal = _library()
    height, width = gdal.GDALGetRasterYSize(target), gdal.GDALGetRasterXSize(target)
    cut = (c_double * 6)()
    gdal.GDALGetGeoTransform(target, cut)
    left, top = round((cut[0] - grid[0]) / grid[1]), round((cut[3] - grid[3]) / grid[5])
    found = np.zeros((height, width), np.uint8)
    _exchange(gdal.GDALGetRasterBand(target, 1), _READ, found, _BYTE)
    mask = np.zeros(shape, np.bool_)
    mask[top : top + height, left : left + width] = found == _VISIBLE
    return mask


def _exchange(band: int, direction: int, values: "npt.NDArray[Any]", kind: int) -> None:
    rows, columns = values.shape
    sizes = (columns, rows)
    address = values.ctypes.data
    if _library().GDALRasterIO(band, direction, 0, 0, *sizes, address, *sizes, kind, 0, 0):
        raise SightError(f"GDAL could not exchange {rows} x {columns} cells")


@cache
def _library() -> Any:
    """Open the library that rasterio has loaded, with the functions that are used."""
    folder = Path(rasterio.__file__).parent.parent / "rasterio.libs"
    found = sorted(folder.glob("libgdal*"))
    if not found:
        raise SightError(f"no GDAL library in {folder}: install rasterio from its wheel")
    library = ctypes.CDLL(str(found[0]))
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    library.GDALAllRegister()
    return library


@cache
def _memory_driver() -> Any:
    return _library().GDALGetDriverByName(b"MEM")


@cache
def _projection(epsg: int) -> bytes:
    return str(CRS.from_epsg(epsg).to_wkt()).encode()
