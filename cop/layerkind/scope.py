"""The layer of a filter's places: an outline around them, and hatching over the rest."""

from typing import Final

import numpy as np
import pyarrow as pa
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from cop.layerkind.base.kind import LayerKind, LayerStatus
from cop.layerkind.base.row import Rows, render_rows
from cop.model.drawing import KindDrawing
from cop.model.filter import Filter
from cop.model.layer import Layer
from cop.model.tile import HALF_WORLD_M, Tile
from cop.query.filter_area import FilterArea, places_of, read_filter_area
from cop.query.service import QueryService
from cop.query.view import View

_LINES_PER_TILE: Final = 40
"""Diagonals across a tile of 512 pixels."""
_COARSEST: Final = 6
"""The zoom of the hatching where no tile asks for it."""
_LINE: Final = 1
_PROJECT = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
Box = tuple[float, float, float, float]


class ScopeKind(LayerKind):
    """The places of a filter, and what lies outside of them; nothing without such a filter."""

    name = "scope"
    drawing = KindDrawing()

    def datasets(self, layer: Layer) -> tuple[str, ...]:
        """Return the areas that a filter names."""
        return ("sectors", "counties")

    def relevant_filter(self, layer: Layer, resolved: Filter) -> Filter:
        """Return the places."""
        return places_of(resolved)

    def select_rows(
        self, service: QueryService, view: View, layer: Layer, zoom: int
    ) -> Rows | None:
        """Select the outline, and the hatching as of a far zoom."""
        area = _read_projected(service, view)
        if area is None:
            return None
        west, south, east, north = area.outside.bounds
        return _select(area, min(zoom, _COARSEST), (west, south, east, north))

    def render_tile(self, service: QueryService, view: View, layer: Layer, tile: Tile) -> bytes:
        """Return the MVT of the lines that touch a tile."""
        area = _read_projected(service, view)
        if area is None:
            return b""
        rows = _select(area, tile.z, tile.mercator_bounds())
        return render_rows(service.warehouse, layer, tile, rows)

    def read_status(
        self, service: QueryService, view: View, layer: Layer, *, shown: bool
    ) -> LayerStatus:
        """Return that it is there, with or without places in the filter."""
        return LayerStatus(sources=tuple(view.snapshot.credits) or None)


KIND = ScopeKind()


def _read_projected(service: QueryService, view: View) -> FilterArea | None:
    """Return the area of a view's filter in EPSG:3857."""

    def build() -> FilterArea | None:
        area = read_filter_area(service, view)
        if area is None:
            return None
        return FilterArea(inside=_project(area.inside), outside=_project(area.outside))

    part = view.content("sectors", "counties", relevant=places_of(view.filter))
    return service.answer("projected filter area", part, build)


def _select(area: FilterArea, zoom: int, box: Box) -> Rows:
    west, south, east, north = box
    margin = (east - west) / 16
    around = shapely.box(west - margin, south - margin, east + margin, north + margin)
    shapely.prepare(area.outside)
    hatch = area.outside.intersection(_diagonals(zoom, around.bounds))
    rows = [
        ("edge", _lines(shapely.boundary(area.inside).intersection(around))),
        ("outside", _lines(hatch)),
    ]
    table = pa.table(
        {
            "part": [part for part, _ in rows],
            "wkb": [shapely.to_wkb(shape) for _, shape in rows],
        }
    )
    select = "SELECT ST_GeomFromWKB(wkb) AS mercator, part FROM scope"
    return Rows(select=select, tables={"scope": table})


def _project(shape: BaseGeometry) -> BaseGeometry:
    """Return a shape in EPSG:3857."""
    moved = shapely.transform(
        shape, lambda lonlat: np.column_stack(_PROJECT.transform(lonlat[:, 0], lonlat[:, 1]))
    )
    return shapely.make_valid(moved)


def _lines(shape: BaseGeometry) -> BaseGeometry:
    """Return the lines of a shape: where an edge is only touched it has points too."""
    parts = shapely.get_parts(shape)
    return shapely.multilinestrings(parts[shapely.get_type_id(parts) == _LINE])


def _diagonals(zoom: int, box: Box) -> BaseGeometry:
    """Return lines from southwest to northeast over a box, the same in every tile of a zoom."""
    west, south, east, north = box
    step = 2 * HALF_WORLD_M / (1 << zoom) / _LINES_PER_TILE
    first = int(np.floor((south - east) / step))
    last = int(np.ceil((north - west) / step))
    offsets = np.arange(first, last + 1) * step
    ends = np.empty((len(offsets), 2, 2))
    ends[:, 0] = np.column_stack([np.full(len(offsets), west), west + offsets])
    ends[:, 1] = np.column_stack([np.full(len(offsets), east), east + offsets])
    return shapely.multilinestrings(shapely.linestrings(ends))
