"""Rasters of heights made for one test, written past the program by rasterio."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.transform import from_origin

from cop.ingest.layer.draft import read_draft
from cop.ingest.layer.lifecycle import publish_layer
from cop.ingest.layer.step import Step
from cop.model.styling import StyleWords
from cop.model.uploaded import Declaration, State
from cop.settings import StoreSettings

NODATA = -32_767


def heights(rows: int = 40, columns: int = 50) -> npt.NDArray[np.int16]:
    """A slope with a summit, and one corner without data."""
    y, x = np.mgrid[0:rows, 0:columns]
    values = 200 + 3 * x + 5 * y + 900 * np.exp(-((x - 20) ** 2 + (y - 15) ** 2) / 40)
    values[:4, :6] = NODATA
    return np.asarray(values, dtype=np.int16)


def write_tiff(path: Path, values: npt.NDArray[Any] | None = None, **changed: Any) -> Path:
    """Write heights as GeoTIFF near the border; ``changed`` are rasterio's creation options."""
    written = heights() if values is None else values
    bands = written if written.ndim == 3 else written[None]
    units = changed.pop("units", None)
    options: dict[str, Any] = {
        "driver": "GTiff",
        "dtype": bands.dtype,
        "count": len(bands),
        "height": bands.shape[1],
        "width": bands.shape[2],
        "crs": "EPSG:4326",
        "nodata": NODATA,
        "transform": from_origin(-111.0, 32.0, 1 / 120, 1 / 120),
    }
    with rasterio.open(path, "w", **{**options, **changed}) as raster:
        raster.write(bands)
        if units:
            raster.units = (units,) * len(bands)
    return path


def publish_raster(
    data: Path,
    values: npt.NDArray[Any] | None = None,
    *,
    state: State = "published",
    style: StyleWords | None = None,
    **changed: Any,
) -> Step:
    """Publish a raster as a layer of its own."""
    folder = data.parent / "raster-draft"
    folder.mkdir(exist_ok=True)
    write_tiff(folder / "raster.tif", values, **changed)
    declared = Declaration(title="Heights", marking="TLP:GREEN", style=style)
    settings = StoreSettings(data=data)
    return publish_layer(settings, read_draft(folder), declared, by="Ana", state=state)
