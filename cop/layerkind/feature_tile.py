"""Feature tiles: rows of a dataset as they are, clipped to the tile, with figures joined."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from cop.model.filter import Filter
from cop.model.layer import Layer, Statistic
from cop.model.tile import EXTENT, HALF_WORLD_M, Tile
from cop.query.statistic import StatisticFigures
from cop.store.dataset.schema import FACILITIES, LINES
from cop.store.engine import quote, quote_text
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse

BUFFER = 64
RECORDS = (FACILITIES, LINES)
"""Datasets shown as features whose rows are real or synthetic."""
_PIXELS = 512
_NEAR_ZOOM = 9
_FIGURES = {"": "value", "_before": "before", "_change": "change"}

Joined = Sequence[tuple[Statistic, StatisticFigures]]


@dataclass(frozen=True, kw_only=True)
class Rows:
    """A SELECT with a ``mercator`` column (EPSG:3857), what it binds, and tables it reads."""

    select: str
    values: Mapping[str, Any] = field(default_factory=dict)
    tables: Mapping[str, pa.Table] = field(default_factory=dict)


def render_feature_tile(
    warehouse: Warehouse,
    snapshot: Snapshot,
    layer: Layer,
    tile: Tile,
    wanted: Filter,
    *,
    figures: Joined = (),
) -> bytes:
    """Give the MVT of the rows of the layer's dataset that touch a tile, ``figures`` joined."""
    rows = select_features(warehouse, snapshot, layer, tile.z, wanted, figures=figures)
    return b"" if rows is None else render_rows(warehouse, layer, tile, rows)


def select_features(
    warehouse: Warehouse,
    snapshot: Snapshot,
    layer: Layer,
    zoom: int,
    wanted: Filter,
    *,
    figures: Joined = (),
) -> Rows | None:
    """Select the rows of the layer's dataset that a zoom shows; None where it is not loaded.

    ``figures`` are joined to them; a figure that is unknown is left out.
    """
    if layer.dataset not in snapshot.catalogue.files:
        return None
    table = simplified(warehouse, snapshot, layer, zoom)
    conditions, values = _conditions(layer, zoom, wanted, table)
    columns = [f"f.{quote(name)}" for name in layer.columns]
    joins = ""
    for i, (statistic, held) in enumerate(figures):
        join, joined, bound = _join(statistic, held, i)
        joins, columns, values = joins + join, columns + joined, values | bound
    shape = "ST_PointOnSurface(f.mercator)" if layer.at_point else "f.mercator"
    select = (
        f"SELECT {shape} AS mercator, {', '.join(columns)} FROM {table} f{joins} WHERE {conditions}"
    )
    return Rows(select=select, values=values)


def _join(
    statistic: Statistic, figures: StatisticFigures, i: int
) -> tuple[str, list[str], dict[str, Any]]:
    """Give the JOIN of one statistic, its columns, and the arrays they are made of."""
    table = figures.table
    values: dict[str, Any] = {f"place{i}": table["place"].tolist()}
    arrays = [f"unnest($place{i}::VARCHAR[]) AS place"]
    columns = []
    for suffix, figure in _FIGURES.items():
        name = quote(statistic.property + suffix)
        values[f"{figure}{i}"] = table[figure].astype(float).tolist()
        arrays.append(f"unnest(${figure}{i}::DOUBLE[]) AS {name}")
        columns.append(
            f"CASE WHEN isnan(s{i}.{name}) THEN NULL ELSE round(s{i}.{name}, 3) END AS {name}"
        )
    join = f" LEFT JOIN (SELECT {', '.join(arrays)}) s{i} ON s{i}.place = f.{quote(statistic.key)}"
    return join, columns, values


def simplified(warehouse: Warehouse, snapshot: Snapshot, layer: Layer, zoom: int) -> str:
    """Give the table of a layer's rows in EPSG:3857, simplified to half a pixel at a far zoom.

    At a near one a tile holds few rows: ``render_rows`` simplifies those that it draws.
    """
    coarse = zoom < _NEAR_ZOOM and not layer.at_point
    tolerance = _half_pixel_m(zoom) if coarse else 0.0
    return warehouse.projected(snapshot, layer.dataset, tolerance_m=tolerance)


def render_rows(warehouse: Warehouse, layer: Layer, tile: Tile, rows: Rows) -> bytes:
    """Encode rows as MVT, simplified to half a pixel."""
    west, south, east, north = tile.mercator_bounds()
    size = east - west
    margin = size * BUFFER / EXTENT
    # Materialized: otherwise the shape is made twice, for its filter and for the tile.
    sql = f"""
        WITH drawn AS MATERIALIZED (
            SELECT * EXCLUDE (mercator), ST_AsMVTGeom(
                {shape_at(tile.z)},
                ST_Extent(ST_MakeEnvelope($west, $south, $east, $north)),
                {EXTENT}, {BUFFER}, true) AS geom
            FROM ({rows.select})
            WHERE ST_Intersects_Extent(mercator, ST_MakeEnvelope(
                $west - $margin, $south - $margin, $east + $margin, $north + $margin))
        )
        SELECT ST_AsMVT(feature, {quote_text(layer.id)}, {EXTENT}, 'geom'), count(*)
        FROM (FROM drawn WHERE geom IS NOT NULL) AS feature
    """
    bounds = {"west": west, "south": south, "east": east, "north": north, "margin": margin}
    mvt, held = warehouse.query(sql, {**bounds, **rows.values}, rows.tables)[0]
    return bytes(mvt) if held else b""


def shape_at(zoom: int) -> str:
    """Give the SQL of a row's shape, simplified to half a pixel of a zoom."""
    if zoom < _NEAR_ZOOM:
        return "mercator"
    return (
        "CASE WHEN ST_Dimension(mercator) = 0 THEN mercator "
        f"ELSE ST_SimplifyPreserveTopology(mercator, {_half_pixel_m(zoom)!r}) END"
    )


def _half_pixel_m(zoom: int) -> float:
    return HALF_WORLD_M / (1 << zoom) / _PIXELS


def _conditions(layer: Layer, zoom: int, wanted: Filter, table: str) -> tuple[str, dict[str, Any]]:
    conditions: list[str] = ["true"]
    values: dict[str, Any] = {}
    allowed = list(layer.where)
    if layer.statistics and wanted.sectors and "sector" in layer.columns:
        allowed.append(("sector", wanted.sectors))
    for i, (column, names) in enumerate(allowed):
        conditions.append(f"f.{quote(column)} IN (SELECT unnest($allowed{i}::VARCHAR[]))")
        values[f"allowed{i}"] = list(names)
    if layer.dataset in RECORDS:
        # Real places stand beside synthetic events where there are no synthetic ones.
        conditions.append(
            f"f.synthetic = ($synthetic AND EXISTS (SELECT 1 FROM {table} t WHERE t.synthetic))"
        )
        values["synthetic"] = wanted.records == "synthetic"
    if "min_zoom" in layer.columns:
        conditions.append("f.min_zoom <= $zoom")
        values["zoom"] = zoom
    return " AND ".join(conditions), values
