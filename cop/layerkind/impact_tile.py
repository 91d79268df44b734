"""Tiles of impact levels: segments with their level, cut into dashes where nobody observed."""

from typing import Final

import pyarrow as pa

from cop.layerkind.feature_tile import Rows, render_rows, simplified
from cop.model.impact import RANKS, Impact, name_level
from cop.model.impact_rule import UNKNOWN
from cop.model.layer import Layer
from cop.model.tile import HALF_WORLD_M, Tile
from cop.query.impact import PLACE, Impacts
from cop.store.engine import quote
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse

_TILE_PX: Final = 512
_DASH_PX, _DASH_SHARE = 16, 0.4
_TEXTS = ("level", "title", "state", "standing", "why")
_NUMBERS = ("expected", "expected_low", "expected_high", "change", "coverage")
_DASHED = """
    CASE WHEN i.level <> $unknown THEN s.mercator ELSE ST_Collect(list_transform(
        list_filter(
            range((s.km_from // $dash_km)::BIGINT, (s.km_to // $dash_km)::BIGINT + 1),
            lambda nth: least((nth + $dash_share) * $dash_km, s.km_to)
                > greatest(nth * $dash_km, s.km_from)),
        lambda nth: ST_LineSubstring(s.mercator,
            (greatest(nth * $dash_km, s.km_from) - s.km_from) / (s.km_to - s.km_from),
            (least((nth + $dash_share) * $dash_km, s.km_to) - s.km_from)
                / (s.km_to - s.km_from)))) END"""


def render_impact_tile(
    warehouse: Warehouse, snapshot: Snapshot, layer: Layer, tile: Tile, impacts: Impacts
) -> bytes:
    """Give the MVT of the segments that touch a tile with their levels."""
    rows = select_impacts(warehouse, snapshot, layer, tile.z, impacts)
    return render_rows(warehouse, layer, tile, rows)


def select_impacts(
    warehouse: Warehouse,
    snapshot: Snapshot,
    layer: Layer,
    zoom: int,
    impacts: Impacts,
    *,
    dashed: bool = True,
) -> Rows:
    """Select the segments with their levels, the highest last so that it is drawn on top.

    What nobody observed is cut into dashes of a length that suits the zoom, counted along the line
    over the segments' ends: shape as well as colour tells it from a low level on every map, in
    print too. At a far zoom a segment may lie within a gap as a whole.
    """
    places = ", ".join(f"s.{quote(name)}" for name in ("segment_id", *PLACE))
    texts = ", ".join(f"i.{quote(name)}" for name in _TEXTS)
    numbers = ", ".join(
        f"CASE WHEN isfinite(i.{name}) THEN round(i.{name}, 3) END AS {name}"
        for name in map(quote, _NUMBERS)
    )
    dash_km = 2 * HALF_WORLD_M / (1 << zoom) / _TILE_PX * _DASH_PX / 1000
    select = f"""
        SELECT {_DASHED if dashed else "s.mercator"} AS mercator, {places}, {texts}, {numbers}
        FROM {simplified(warehouse, snapshot, layer, zoom)} s
        JOIN impacts i USING (segment_id) ORDER BY i.rank DESC, s.km_from
    """
    bound = {"unknown": UNKNOWN, "dash_km": dash_km, "dash_share": _DASH_SHARE}
    return Rows(
        select=select, values=bound if dashed else {}, tables={"impacts": _columns(impacts)}
    )


def _columns(impacts: Impacts) -> pa.Table:
    found = [
        {
            "segment_id": impact.proposal.segment_id,
            "rank": RANKS[impact.level],
            "level": impact.level,
            "title": _title(impact),
            "state": impact.state,
            "standing": impact.standing_words,
            "why": impact.why,
            **{name: impact.proposal.figures[name] for name in _NUMBERS},
        }
        for impact in impacts.levels
    ]
    return pa.Table.from_pylist(found)


def _title(impact: Impact) -> str:
    level = name_level(impact.level)
    return level if impact.level == UNKNOWN else f"{level} ({impact.state})"
