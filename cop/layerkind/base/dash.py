"""Lines cut into dashes: shape as well as color tells what is unknown or outside the filter."""

from typing import Final

from cop.model.tile import HALF_WORLD_M

_TILE_PX: Final = 512
_DASH_PX, _DASH_SHARE = 16, 0.4
_DASHES = """
    ST_Collect(list_transform(
        list_filter(
            range((s.km_from // $dash_km)::BIGINT, (s.km_to // $dash_km)::BIGINT + 1),
            lambda nth: least((nth + $dash_share) * $dash_km, s.km_to)
                > greatest(nth * $dash_km, s.km_from)),
        lambda nth: ST_LineSubstring(s.mercator,
            (greatest(nth * $dash_km, s.km_from) - s.km_from) / (s.km_to - s.km_from),
            (least((nth + $dash_share) * $dash_km, s.km_to) - s.km_from)
                / (s.km_to - s.km_from))))"""


def dash_sql(condition: str) -> str:
    """Return the SQL of the segment ``s``'s shape, in dashes where a condition holds.

    They have a length that suits the zoom and are counted along the line over the segments' ends,
    so that at a far zoom a segment may lie within a gap as a whole.
    """
    return f"CASE WHEN {condition} THEN {_DASHES} ELSE s.mercator END"


def dash_values(zoom: int) -> dict[str, float]:
    """Return what ``dash_sql`` binds at a zoom."""
    dash_km = 2 * HALF_WORLD_M / (1 << zoom) / _TILE_PX * _DASH_PX / 1000
    return {"dash_km": dash_km, "dash_share": _DASH_SHARE}
