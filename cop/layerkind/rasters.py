"""Layers of uploaded rasters: colored PNG tiles, and the value at a place."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.parquet as pq
import rasterio
from pydantic import ValidationError
from rasterio.errors import RasterioError
from rasterio.features import geometry_mask, geometry_window
from rasterio.io import DatasetReader
from rio_tiler.errors import PointOutsideBounds, TileOutsideBounds
from rio_tiler.io import Reader
from rio_tiler.utils import render

from cop.errors import FilterError, LayerError, StoreError
from cop.layerkind.base.kind import LayerKind, LayerStatus
from cop.layerkind.uploads import status_of_upload
from cop.model.drawing import KindDrawing
from cop.model.filter import Filter
from cop.model.layer import Layer
from cop.model.style import Paint, Ramp
from cop.model.styling import StyleWords
from cop.model.tile import Tile
from cop.model.uploaded import VALUE, Content, UploadedLayer
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.dataset.raster import CLOSED
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse

PLACES = {"sector": ("sectors", "sector"), "segment": ("segments", "segment_id")}
LONGEST_STYLE = 2_000
_CHANNEL = 255

Image = npt.NDArray[np.uint8]
Values = np.ma.MaskedArray[tuple[int, ...], np.dtype[np.float64]]


@dataclass(frozen=True, kw_only=True)
class Probe:
    """What a raster has at a place: a value, no data there, or the place lies outside of it."""

    value: float | None
    state: Literal["value", "nodata", "outside"]


@dataclass(frozen=True, kw_only=True)
class ValuesNote:
    """The range of a raster's values."""

    content: Content

    @property
    def line(self) -> str:
        """The fact in words."""
        return f"values from {self.content.lowest:g} to {self.content.highest:g}"


class RasterKind(LayerKind):
    """The colored raster of an uploaded layer, as PNG.

    A raster looks the same in both themes, as its tiles are shared.
    """

    name = "rasters"
    drawing = KindDrawing(has_rows=False)
    has_values = True

    def datasets(self, layer: Layer) -> tuple[str, ...]:
        """Return the layer's own."""
        return (layer.dataset,)

    def relevant_filter(self, layer: Layer, resolved: Filter) -> Filter:
        """Return nothing of the filter."""
        return Filter()

    def restyled(self, view: View, layer: Layer, style: str) -> Layer:
        """Return the layer as another style (JSON) draws it; FilterError if it is none."""
        return _restyle(view, layer, style)

    def render_tile(self, service: QueryService, view: View, layer: Layer, tile: Tile) -> bytes:
        """Return the PNG of a tile by the classes of the layer's ramp."""
        return _render(service.warehouse, view.snapshot, layer, tile)

    def read_status(
        self, service: QueryService, view: View, layer: Layer, *, shown: bool
    ) -> LayerStatus:
        """Return the range of its values, whose revision it is, and whether it is still valid."""
        content = view.snapshot.uploaded[layer.id].content
        notes = [ValuesNote(content=content)]
        return status_of_upload(view, layer, notes, status="ok")

    def probe(
        self, service: QueryService, view: View, layer: Layer, *, lon: float, lat: float
    ) -> dict[str, Any]:
        """Return the value of the pixel at a place."""
        found = probe_raster(service.warehouse, view.snapshot, layer, lon=lon, lat=lat)
        named = {"layer": layer.id, "title": layer.title, "unit": unit_of(layer)}
        return {**named, **asdict(found)}


KIND = RasterKind()


def unit_of(layer: Layer) -> str:
    """Return the unit of a raster's values by its style; empty if there is none."""
    fill = layer.style.fill
    return fill.unit if isinstance(fill, Ramp) and fill.unit != VALUE else ""


def _render(warehouse: Warehouse, snapshot: Snapshot, layer: Layer, tile: Tile) -> bytes:
    """Return the PNG of a raster in a tile; empty where it has none. What is nodata is clear."""
    uploaded = snapshot.uploaded[layer.id]
    with _opened(warehouse, uploaded) as dataset, Reader(None, dataset=dataset) as reader:
        try:
            image = reader.tile(
                tile.x,
                tile.y,
                tile.z,
                tilesize=layer.tile_px,
                indexes=1,
                resampling_method="nearest",
                # A second value that is none must not be blended with those beside it.
                reproject_method="bilinear" if layer.nodata is None else "nearest",
                vrt_options={"dtype": "float32"},
            )
        except TileOutsideBounds:
            return b""
    values = _known(image.array[0].astype(np.float64), layer.nodata)
    if np.ma.getmaskarray(values).all():
        return b""
    rgba = color_values(values, layer)
    return bytes(render(rgba[:3], mask=rgba[3]))


def _restyle(view: View, layer: Layer, style: str) -> Layer:
    if len(style) > LONGEST_STYLE:
        raise FilterError(f"style: {len(style)} characters; use at most {LONGEST_STYLE}")
    try:
        words = StyleWords.model_validate_json(style)
        uploaded = view.snapshot.uploaded[layer.id]
        return uploaded.model_copy(update={"style": words}).build_layer()
    except ValidationError as fault:
        raise FilterError(
            f"style: {fault.errors()[0]['msg'][:200]}; use a style as JSON"
        ) from fault


def color_values(values: Values, layer: Layer) -> Image:
    """Return the channels red, green, blue, alpha of values (rows, columns) by a layer's fill."""
    fill = layer.style.fill
    paints, breaks = (fill.paints, fill.breaks) if isinstance(fill, Ramp) else ((fill,), ())
    palette = np.array(
        [paint.rgba("dark") if isinstance(paint, Paint) else (0, 0, 0, 0) for paint in paints],
        dtype=np.uint8,
    )
    known = ~np.ma.getmaskarray(values)
    steps = np.digitize(values.filled(0), breaks)
    colored: Image = np.moveaxis(palette[steps], -1, 0).copy()
    colored[3] = np.where(known, colored[3], 0)
    return colored


def probe_raster(
    warehouse: Warehouse, snapshot: Snapshot, layer: Layer, *, lon: float, lat: float
) -> Probe:
    """Return the pixel's own value at a place (degrees, EPSG:4326), unblended."""
    uploaded = snapshot.uploaded[layer.id]
    with _opened(warehouse, uploaded) as dataset, Reader(None, dataset=dataset) as reader:
        try:
            point = reader.point(lon, lat, indexes=1)
        except PointOutsideBounds:
            return Probe(value=None, state="outside")
    value = _known(np.ma.asarray(point.array, dtype=np.float64), layer.nodata)[0]
    if value is np.ma.masked:
        return Probe(value=None, state="nodata")
    return Probe(value=float(value), state="value")


def measure_raster(
    warehouse: Warehouse, snapshot: Snapshot, layer: Layer, *, by: str
) -> pd.DataFrame:
    """Return n, min, mean and max of a raster's pixels in each sector or on each segment.

    ``by`` is a key of PLACES. Pixels count where their middle lies in a sector, or where a segment
    touches them; a place without any is left out.
    """
    if by not in PLACES:
        raise LayerError(f"by={by[:40]!r}: use {' or '.join(PLACES)}")
    dataset_name, key = PLACES[by]
    areas = gpd.read_parquet(snapshot.catalogue.files_of(dataset_name)[0])
    uploaded, rows = snapshot.uploaded[layer.id], []
    with _opened(warehouse, uploaded) as dataset:
        placed = areas.to_crs(dataset.crs.to_wkt())
        for name, shape in zip(placed[key], placed.geometry, strict=True):
            values = _under(dataset, shape, layer.nodata, touched=by == "segment")
            if values.size:
                rows.append((name, values.size, values.min(), values.mean(), values.max()))
    return pd.DataFrame(rows, columns=[by, "n", "min", "mean", "max"])


def count_places(snapshot: Snapshot, *, by: str) -> int:
    """Count the sectors or the segments that a raster can be measured in."""
    (path, *_) = snapshot.catalogue.files_of(PLACES[by][0])
    return int(pq.read_metadata(path).num_rows)


def _under(
    dataset: DatasetReader, shape: object, nodata: float | None, *, touched: bool
) -> npt.NDArray[np.float64]:
    try:
        window = geometry_window(dataset, [shape])
    except (ValueError, RasterioError):
        return np.empty(0)
    values = dataset.read(1, window=window, masked=True).astype(np.float64)
    outside = geometry_mask(
        [shape],
        out_shape=values.shape,
        transform=dataset.window_transform(window),
        all_touched=touched,
    )
    found: npt.NDArray[np.float64] = _known(
        np.ma.masked_where(outside, values), nodata
    ).compressed()
    return found


def _known(values: Values, nodata: float | None) -> Values:
    """Mask what is no number, and the style's nodata value."""
    values = np.ma.masked_invalid(values)
    if nodata is None:
        return values
    # Tiles are of single precision, so that equal numbers may differ in their last digits.
    return np.ma.masked_where(np.isclose(values.data, nodata, rtol=1e-6, atol=0), values)


@contextmanager
def _opened(warehouse: Warehouse, uploaded: UploadedLayer) -> Iterator[DatasetReader]:
    path = uploaded.content.raster
    if path is None:
        raise LayerError(f"layer {uploaded.id} is not a raster: it has features")
    try:
        with (
            rasterio.Env(**CLOSED),
            rasterio.open(warehouse.check_sound(path), driver="GTiff", sharing=False) as dataset,
        ):
            yield dataset
    except RasterioError as fault:
        raise StoreError(
            f"layer {uploaded.id}: its raster cannot be read ({fault}); run `cop doctor`"
        ) from fault
