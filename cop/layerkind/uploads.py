"""Uploaded layers: shapes and points, or squares in tiles with too many; none is lost.

Every feature counts as one (``cop_n``) in the tile that its own place lies in, so that the sums
over all tiles of a zoom equal the rows. What is smaller than a pixel is drawn as a point.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from cop.layerkind.base.item import OWN_COLUMNS
from cop.layerkind.base.kind import LayerKind, LayerStatus, SquareTip, StatusCode
from cop.layerkind.base.note import StatusNote
from cop.layerkind.base.row import BUFFER, Rows
from cop.layerkind.base.source import from_sources, not_loaded
from cop.layerkind.events import CELLS_PER_SIDE_BITS
from cop.model.drawing import FAINT, KindDrawing
from cop.model.filter import Filter
from cop.model.layer import Layer
from cop.model.moment import format_dtg
from cop.model.styling import CELL, COUNT, MOST_IN_TILE
from cop.model.tile import EXTENT, HALF_WORLD_M, MAX_LATITUDE, SCALE, FloatArray, Tile
from cop.model.uploaded import FEATURE_ID, OCCURRED_AT, UploadedLayer
from cop.model.window import TimeWindow
from cop.query.item.table import ID, SHAPE, ItemTable, read_kinds
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.dataset.selection import Selection
from cop.store.engine import quote, quote_text
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse

LONGEST_TEXT = 200
"""So many characters of a text go with a tile."""
_CACHED = 1_024
_PIXEL_BITS = 9
"""A tile is drawn 2^9 pixels wide."""
_EXTENT = "greatest(cop_x_high - cop_x_low, cop_y_high - cop_y_low)"
_MERCATOR = (
    "ST_Transform(ST_SetCRS(CASE WHEN ST_YMax(geometry) > $pole OR ST_YMin(geometry) < -$pole "
    "THEN ST_Intersection(ST_SetCRS(geometry, ''), "
    "ST_MakeEnvelope(-180, -$pole, 180, $pole)) ELSE ST_SetCRS(geometry, '') END, ''), "
    "'EPSG:4326', 'EPSG:3857', true)"
)
_INSIDE = (
    "cop_mx BETWEEN $x_low::UINTEGER AND $x_high::UINTEGER "
    "AND cop_my BETWEEN $y_low::UINTEGER AND $y_high::UINTEGER"
)
_SMALL = f"{_EXTENT} < $small::UBIGINT"
_POINT = "ST_Point(floor((cop_mx - $x_low) * $unit), floor((cop_my - $y_low) * $unit))"


@dataclass(frozen=True, kw_only=True)
class Counted:
    """How many features of a layer pass a filter, of how many."""

    n: int
    total: int


def list_uploads(snapshot: Snapshot) -> list[Layer]:
    """Return the published uploaded layers of the snapshot."""
    layers = snapshot.uploaded.values()
    return [build_upload(uploaded) for uploaded in layers if uploaded.state == "published"]


@lru_cache(_CACHED)
def build_upload(uploaded: UploadedLayer) -> Layer:
    """Return the layer of the map, cached because every page and tile needs it."""
    return uploaded.build_layer()


@dataclass(frozen=True, kw_only=True)
class FeaturesNote:
    """How many features pass the filter, of how many, and how many have no time."""

    n: int
    total: int
    undated: int

    @property
    def line(self) -> str:
        """The fact in words."""
        shown = f"{self.n:,} of {self.total:,} features in this filter"
        counted = shown if self.n < self.total else f"{self.total:,} features"
        return counted + (f"; {self.undated:,} of them undated" if self.undated else "")


@dataclass(frozen=True, kw_only=True)
class RevisionNote:
    """Which revision is shown, by whom, since when."""

    layer: UploadedLayer

    @property
    def line(self) -> str:
        """The fact in words."""
        layer = self.layer
        return f"revision {layer.revision} by {layer.changed_by}, {format_dtg(layer.changed_at)}"


@dataclass(frozen=True, kw_only=True)
class ValidityNote:
    """Until when the layer is valid, or since when no longer."""

    until: datetime
    ended: bool

    @property
    def line(self) -> str:
        """The fact in words."""
        words = "NO LONGER VALID since" if self.ended else "valid until"
        return f"{words} {format_dtg(self.until)}"


class UploadKind(LayerKind):
    """Features of an uploaded layer; with ``timed`` the window filters them."""

    name = "uploads"
    has_items = True
    drawing = KindDrawing(
        points="drawn",
        id_property=FEATURE_ID,
        crowded=True,
        square_property=CELL,
        labels_shapes=True,
        area_highlight=FAINT,
    )
    square = SquareTip(marked_by=CELL, n=COUNT, noun="features")
    follows_time = True

    def datasets(self, layer: Layer) -> tuple[str, ...]:
        """Return the layer's own."""
        return (layer.dataset,)

    def relevant_filter(self, layer: Layer, resolved: Filter) -> Filter:
        """Return sectors and area, and the window where features have times."""
        window = resolved.window if layer.timed else TimeWindow()
        return Filter(window=window, sectors=resolved.sectors, area=resolved.area)

    def select_rows(
        self, service: QueryService, view: View, layer: Layer, zoom: int
    ) -> Rows | None:
        """Select the features that pass the filter, whole."""
        return _select_rows(view, layer)

    def select_items(self, service: QueryService, view: View, layer: Layer) -> ItemTable | None:
        """Select the features that pass the filter, as they were brought."""
        return _select_items(service, view, layer)

    def render_tile(self, service: QueryService, view: View, layer: Layer, tile: Tile) -> bytes:
        """Return the MVT of shapes and points, or of squares."""
        return _render(service.warehouse, view, layer, tile)

    def read_status(
        self, service: QueryService, view: View, layer: Layer, *, shown: bool
    ) -> LayerStatus:
        """Return how many features pass, whose revision it is, and whether it is still valid."""
        counted = count_uploads(service, view, layer)
        if counted is None:
            return not_loaded(layer.dataset)
        undated = view.snapshot.uploaded[layer.id].content.undated
        notes = [FeaturesNote(n=counted.n, total=counted.total, undated=undated or 0)]
        return status_of_upload(view, layer, notes, status="ok" if counted.n else "empty")

    def count_features(self, service: QueryService, view: View, layer: Layer) -> int | None:
        """Return how many features pass the filter."""
        counted = count_uploads(service, view, layer)
        return 0 if counted is None else counted.n

    def read_cells(
        self, service: QueryService, view: View, layer: Layer, *, bits: int
    ) -> gpd.GeoDataFrame:
        """Return the features as square cells."""
        return _read_cells(service.warehouse, view, layer, bits=bits)


KIND = UploadKind()


def status_of_upload(
    view: View, layer: Layer, notes: Sequence[StatusNote], *, status: StatusCode
) -> LayerStatus:
    """Return the status of an uploaded layer: ``notes``, its revision, its validity."""
    uploaded = view.snapshot.uploaded[layer.id]
    until = uploaded.declared.valid_until
    ended = until is not None and view.snapshot.now >= until
    valid = () if until is None else (ValidityNote(until=until, ended=ended),)
    return LayerStatus(
        **from_sources(view.snapshot, layer, [uploaded.name]),
        as_of=uploaded.content.newest or uploaded.changed_at,
        stale=ended,
        synthetic=uploaded.declared.synthetic,
        status=status,
        notes=(*notes, RevisionNote(layer=uploaded), *valid),
    )


def _render(warehouse: Warehouse, view: View, layer: Layer, tile: Tile) -> bytes:
    """Return the MVT of the features in a tile that pass the filter; empty without any."""
    found = _select(view, layer)
    if found is None:
        return b""
    uploaded = view.snapshot.uploaded[layer.id]
    values = {**found.values, **_values_of(tile)}
    # Of a layer of single points every feature is small; to test each would take half the time.
    small = (
        found if uploaded.content.single else replace(found, where=f"{found.where} AND {_SMALL}")
    )
    parts = [] if uploaded.content.single else [_shapes_sql(uploaded, found)]
    counting = f"SELECT count(*) FROM {small.source} WHERE {small.where} AND {_INSIDE}"
    ((n_small,),) = warehouse.query(counting, _bound(counting, values))
    if n_small:
        many = n_small > MOST_IN_TILE
        parts.append(_cells_sql(small, tile) if many else _points_sql(uploaded, small))
    if not parts:
        return b""
    union = " UNION ALL BY NAME ".join(f"({part})" for part in parts)
    encoding = (
        f"SELECT ST_AsMVT(cop_row, {quote_text(layer.id)}, {EXTENT}, 'cop_geom'), "
        f"count(*) FROM (FROM ({union}) WHERE cop_geom IS NOT NULL) AS cop_row"
    )
    mvt, n = warehouse.query(encoding, _bound(encoding, values))[0]
    return bytes(mvt) if n else b""


def _select_rows(view: View, layer: Layer) -> Rows | None:
    """Select the features that pass the filter, whole, with a ``mercator`` column."""
    found = _select(view, layer)
    if found is None:
        return None
    uploaded = view.snapshot.uploaded[layer.id]
    names = [FEATURE_ID, *uploaded.content.kinds]
    columns = ", ".join(_carried(uploaded, name, longest=None) for name in names)
    return Rows(
        select=f"SELECT {_MERCATOR} AS mercator, {columns} FROM {found.source} WHERE {found.where}",
        values={**found.values, "pole": MAX_LATITUDE},
    )


def _select_items(service: QueryService, view: View, layer: Layer) -> ItemTable | None:
    """Select the features that pass the filter; what the layer says of them all is not in them."""
    found = _select(view, layer)
    if found is None:
        return None
    kinds = view.snapshot.uploaded[layer.id].content.kinds
    columns = "".join(f", {quote(name)}" for name in kinds if name not in OWN_COLUMNS)
    select = (
        f"SELECT {FEATURE_ID} AS {ID}, ST_SetCRS(geometry, '') AS {SHAPE}{columns} "
        f"FROM {found.source} WHERE {found.where}"
    )
    return ItemTable(
        select=select,
        kinds=read_kinds(service.warehouse, select, found.values),
        values=found.values,
        moment=OCCURRED_AT if OCCURRED_AT in kinds else None,
    )


def count_uploads(service: QueryService, view: View, layer: Layer) -> Counted | None:
    """Return how many features pass the filter; None where they are not there."""
    found = _select(view, layer)
    if found is None:
        return None
    sql = f"SELECT count(*) FROM {found.source} WHERE {found.where}"

    def count() -> Counted:
        ((n,),) = service.warehouse.query(sql, found.values)
        return Counted(n=n, total=view.snapshot.uploaded[layer.id].content.n)

    part = view.content(layer.dataset, relevant=KIND.relevant_filter(layer, view.filter))
    return service.answer("features", part, count, about=layer.id)


def _read_cells(warehouse: Warehouse, view: View, layer: Layer, *, bits: int) -> gpd.GeoDataFrame:
    """Return the features as squares of 2**bits Web Mercator integers a side, EPSG:4326."""
    found = _select(view, layer)
    if found is None:
        return gpd.GeoDataFrame({COUNT: []}, geometry=[], crs="EPSG:4326")
    table = warehouse.frame(
        f"SELECT cop_mx >> {bits:d} AS cx, cop_my >> {bits:d} AS cy, count(*) AS {COUNT} "
        f"FROM {found.source} WHERE {found.where} GROUP BY ALL ORDER BY ALL",
        found.values,
    )
    side = 2.0**bits
    west, east = (_longitude((table["cx"].to_numpy(float) + i) * side) for i in (0, 1))
    north, south = (_latitude((table["cy"].to_numpy(float) + i) * side) for i in (0, 1))
    squares = shapely.box(west, south, east, north)
    return gpd.GeoDataFrame(table[[COUNT]], geometry=squares, crs="EPSG:4326")


def _select(view: View, layer: Layer) -> Selection | None:
    """Select the files of a layer by the relevant part of the filter, all values bound."""
    snapshot, resolved = view.snapshot, view.filter
    if layer.dataset not in snapshot.catalogue.files:
        return None
    conditions = ["true"]
    values: dict[str, Any] = {"files": list(snapshot.catalogue.files_of(layer.dataset))}
    if layer.timed:
        for name, moment, test in (
            ("start", resolved.window.start, ">="),
            ("end", resolved.window.end, "<"),
        ):
            if moment is not None:
                conditions.append(f"{OCCURRED_AT} {test} ${name}")
                values[name] = moment
    if resolved.sectors:
        conditions.append("list_has_any(cop_sectors, $sectors::VARCHAR[])")
        values["sectors"] = list(resolved.sectors)
    if resolved.area is not None:
        conditions.append("ST_Intersects(ST_GeomFromText($area), ST_SetCRS(geometry, ''))")
        values["area"] = resolved.area.to_wkt()
    return Selection(source="read_parquet($files)", where=" AND ".join(conditions), values=values)


def _values_of(tile: Tile) -> dict[str, Any]:
    """Return what the queries of a tile bind, beside the filter's own values."""
    x_low, y_low, x_high, y_high = tile.integer_bounds()
    west, south, east, north = tile.mercator_bounds()
    margin = (1 << tile.shift) * BUFFER // EXTENT
    return {
        "x_low": x_low,
        "y_low": y_low,
        "x_high": x_high,
        "y_high": y_high,
        "x_from": max(0, x_low - margin),
        "y_from": max(0, y_low - margin),
        "x_to": min(SCALE - 1, x_high + margin),
        "y_to": min(SCALE - 1, y_high + margin),
        "small": 1 << max(0, tile.shift - _PIXEL_BITS),
        "unit": EXTENT / (1 << tile.shift),
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "pole": MAX_LATITUDE,
        "tolerance": HALF_WORLD_M / (1 << tile.z) / (1 << _PIXEL_BITS),
    }


def _bound(sql: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the values that a query names: DuckDB takes no others."""
    return {name: value for name, value in values.items() if f"${name}" in sql}


def _points_sql(uploaded: UploadedLayer, found: Selection) -> str:
    return (
        f"SELECT {_POINT} AS cop_geom, 1 AS {COUNT}, 0 AS {CELL}, {_columns(uploaded)} "
        f"FROM {found.source} WHERE {found.where} AND {_INSIDE}"
    )


def _cells_sql(found: Selection, tile: Tile) -> str:
    bits, side = max(0, tile.shift - CELLS_PER_SIDE_BITS), EXTENT >> CELLS_PER_SIDE_BITS
    return (
        f"SELECT ST_MakeEnvelope(cx * {side}, cy * {side}, (cx + 1) * {side}, (cy + 1) * {side}) "
        f"AS cop_geom, n AS {COUNT}, 1 AS {CELL} FROM (SELECT (cop_mx - $x_low) >> {bits} AS cx, "
        f"(cop_my - $y_low) >> {bits} AS cy, count(*)::INTEGER AS n FROM {found.source} "
        f"WHERE {found.where} AND {_INSIDE} GROUP BY ALL)"
    )


def _shapes_sql(uploaded: UploadedLayer, found: Selection) -> str:
    """What is larger than a pixel; a part that comes out as nothing is still a point."""
    near = (
        "cop_x_high >= $x_from::UINTEGER AND cop_x_low <= $x_to::UINTEGER "
        "AND cop_y_high >= $y_from::UINTEGER AND cop_y_low <= $y_to::UINTEGER"
    )
    drawn = (
        "CASE WHEN cop_dim = 0 THEN cop_drawn "
        "ELSE ST_SimplifyPreserveTopology(cop_drawn, $tolerance) END"
    )
    return f"""
        SELECT coalesce(cop_shape, CASE WHEN cop_inside THEN {_POINT} END) AS cop_geom,
            cop_inside::INTEGER AS {COUNT}, 0 AS {CELL},
            * EXCLUDE (cop_shape, cop_inside, cop_mx, cop_my)
        FROM (
            SELECT ST_AsMVTGeom({drawn}, ST_Extent(ST_MakeEnvelope($west, $south, $east, $north)),
                {EXTENT}, {BUFFER}, true) AS cop_shape, * EXCLUDE (cop_drawn, cop_dim)
            FROM (
                SELECT CASE WHEN ST_GeometryType(cop_whole) = 'GEOMETRYCOLLECTION'
                    THEN ST_CollectionExtract(cop_whole, cop_dim + 1) ELSE cop_whole END
                    AS cop_drawn, * EXCLUDE (cop_whole)
                FROM (
                    SELECT {_MERCATOR} AS cop_whole, {_INSIDE} AS cop_inside, cop_dim, cop_mx,
                        cop_my, {_columns(uploaded)}
                    FROM {found.source} WHERE {found.where} AND NOT {_SMALL} AND {near}
                )
            )
        )
    """


def _columns(uploaded: UploadedLayer) -> str:
    names = dict.fromkeys([FEATURE_ID, *uploaded.carried])
    return ", ".join(_carried(uploaded, name, longest=LONGEST_TEXT) for name in names)


def _carried(uploaded: UploadedLayer, name: str, *, longest: int | None) -> str:
    """Return a column as it goes with a feature: times as text, classes as the text they are by."""
    kind, column = uploaded.content.kinds.get(name, "VARCHAR"), quote(name)
    if kind == "TIMESTAMP" and longest is not None:
        return f"strftime({column}, '%Y-%m-%dT%H:%M:%SZ') AS {column}"
    if kind == "VARCHAR" and longest is not None:
        return f"left({column}, {longest:d}) AS {column}"
    if name == uploaded.style.class_column:
        return f"{column}::VARCHAR AS {column}"
    return column


def _longitude(mx: FloatArray) -> FloatArray:
    return np.asarray(mx / SCALE * 360 - 180)


def _latitude(my: FloatArray) -> FloatArray:
    return np.asarray(np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * my / SCALE)))))
