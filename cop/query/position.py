"""What a position is in and near: sector, county, and the nearest segment."""

from dataclasses import dataclass

import pandas as pd
import shapely
from pyproj import Geod, Transformer

from cop.query.filter_area import read_areas
from cop.query.segment import read_segments
from cop.query.view import View

_EARTH = Geod(ellps="WGS84")
_MERCATOR = "EPSG:3857"
_TO_MERCATOR = Transformer.from_crs("EPSG:4326", _MERCATOR, always_xy=True)


@dataclass(frozen=True, kw_only=True)
class PositionAnswer:
    """Names of what holds a position, None outside of the region's; the nearest segment.

    That is the nearest of the sector where there is one, as for an event, and ``distance_m`` is the
    way there on WGS84.
    """

    sector: str | None
    county: str | None
    segment_id: str | None
    distance_m: int | None


def read_position(view: View, *, lon: float, lat: float) -> PositionAnswer:
    """Tell what a position in degrees (EPSG:4326) is in and near."""
    point = shapely.Point(lon, lat)
    sector, county = (_holder(view, name, point) for name in ("sectors", "counties"))
    code = None if sector is None else str(sector["sector"])
    segment_id, distance_m = _nearest(view, code, point)
    return PositionAnswer(
        sector=None if sector is None else f"{code} {sector['name']}",
        county=None if county is None else str(county["county"]),
        segment_id=segment_id,
        distance_m=distance_m,
    )


def _holder(view: View, dataset: str, point: shapely.Point) -> pd.Series | None:
    areas = read_areas(view.snapshot, dataset)
    if areas is None:
        return None
    holding = areas[areas.geometry.intersects(point)]
    return None if holding.empty else holding.iloc[0]


def _nearest(view: View, sector: str | None, point: shapely.Point) -> tuple[str | None, int | None]:
    if "segments" not in view.snapshot.catalogue.files:
        return None, None
    segments = read_segments(view.snapshot)
    own = segments[segments["sector"] == sector] if sector else segments
    if own.empty:
        own = segments
    # Mercator keeps angles: the nearest there is the nearest on the ground.
    lines = own.geometry.to_crs(_MERCATOR).to_numpy()
    x, y = _TO_MERCATOR.transform(point.x, point.y)
    here = shapely.Point(x, y)
    first = int(shapely.distance(lines, here).argmin())
    across = shapely.shortest_line(lines[first], here)
    x, y = across.coords[0]
    lon, lat = _TO_MERCATOR.transform(x, y, direction="INVERSE")
    _, _, distance_m = _EARTH.inv(lon, lat, point.x, point.y)
    return str(own["segment_id"].iloc[first]), round(distance_m)
