"""Feature tiles: rows of a dataset as they are, clipped to the tile, with figures joined."""

from collections.abc import Sequence
from typing import Any

from cop.model.filter import Filter
from cop.model.layer import Layer, Statistic
from cop.model.tile import EXTENT, HALF_WORLD_M, Tile
from cop.store.engine import quote, quote_text
from cop.store.schema import FACILITIES, LINES
from cop.store.warehouse import Edition, Warehouse
from cop.tiles.statistic import StatisticFigures

BUFFER = 64
RECORDS = (FACILITIES, LINES)
"""Datasets shown as features whose rows are real or synthetic."""
_PIXELS = 512
_FIGURES = {"": "value", "_before": "before", "_change": "change"}

Joined = Sequence[tuple[Statistic, StatisticFigures]]


def render_feature_tile(
    warehouse: Warehouse,
    edition: Edition,
    layer: Layer,
    tile: Tile,
    wanted: Filter,
    *,
    figures: Joined = (),
) -> bytes:
    """Give the MVT of the rows of the layer's dataset that touch a tile.

    ``figures`` are joined to them; a figure that is unknown is left out.
    """
    if layer.dataset not in edition.snapshot.files:
        return b""
    table = warehouse.projected(edition, layer.dataset)
    conditions, values = _conditions(layer, tile, wanted, table)
    columns = [f"f.{quote(name)}" for name in layer.columns]
    joins = ""
    for i, (statistic, held) in enumerate(figures):
        join, joined, bound = _join(statistic, held, i)
        joins, columns, values = joins + join, columns + joined, values | bound
    shape = "ST_PointOnSurface(f.mercator)" if layer.at_point else "f.mercator"
    select = (
        f"SELECT {shape} AS mercator, {', '.join(columns)} FROM {table} f{joins} WHERE {conditions}"
    )
    return render_rows(warehouse, layer, tile, select, values)


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


def render_rows(
    warehouse: Warehouse, layer: Layer, tile: Tile, select: str, values: dict[str, Any]
) -> bytes:
    """Encode rows with a ``mercator`` column (EPSG:3857) as MVT, simplified to half a pixel."""
    west, south, east, north = tile.mercator_bounds()
    size = east - west
    margin = size * BUFFER / EXTENT
    sql = f"""
        SELECT ST_AsMVT(feature, {quote_text(layer.id)}, {EXTENT}, 'geom'), count(*) FROM (
            SELECT * EXCLUDE (mercator), ST_AsMVTGeom(
                {_simplified(tile)},
                ST_Extent(ST_MakeEnvelope($west, $south, $east, $north)),
                {EXTENT}, {BUFFER}, true) AS geom
            FROM ({select})
            WHERE ST_Intersects_Extent(mercator, ST_MakeEnvelope(
                $west - $margin, $south - $margin, $east + $margin, $north + $margin))
        ) AS feature WHERE geom IS NOT NULL
    """
    bounds = {"west": west, "south": south, "east": east, "north": north, "margin": margin}
    mvt, held = warehouse.query(sql, bounds | values)[0]
    return bytes(mvt) if held else b""


def _simplified(tile: Tile) -> str:
    tolerance = 2 * HALF_WORLD_M / 2**tile.z / _PIXELS / 2
    return (
        "CASE WHEN ST_Dimension(mercator) = 0 THEN mercator "
        f"ELSE ST_SimplifyPreserveTopology(mercator, {tolerance!r}) END"
    )


def _conditions(layer: Layer, tile: Tile, wanted: Filter, table: str) -> tuple[str, dict[str, Any]]:
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
        values["zoom"] = tile.z
    return " AND ".join(conditions), values
