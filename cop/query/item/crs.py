"""The coordinate reference systems that features are given in, by their URI of the OGC."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from cop.errors import FilterError
from cop.query.item.table import SHAPE

Bounds = tuple[float, float, float, float]
"""(west, south, east, north), degrees, EPSG:4326."""


@dataclass(frozen=True, kw_only=True)
class ItemCrs:
    """A system: its URI, the SQL of a shape in it, and whether latitude comes first."""

    uri: str
    sql: str
    epsg: int
    is_lat_first: bool = False

    def to_lon_lat(self, shape: BaseGeometry) -> BaseGeometry:
        """Return a shape of this system in EPSG:4326, lon before lat."""
        if self.is_lat_first:
            return shapely.transform(shape, lambda xy: xy[:, ::-1])
        if self.epsg == _DEGREES:
            return shape
        to_degrees = _from(self.epsg)
        return shapely.transform(shape, to_degrees.transform, interleaved=False)


_DEGREES: Final = 4326
_OGC: Final = "http://www.opengis.net/def/crs"
CRS84: Final = ItemCrs(uri=f"{_OGC}/OGC/1.3/CRS84", sql=SHAPE, epsg=_DEGREES)
SYSTEMS: Final[dict[str, ItemCrs]] = {
    one.uri: one
    for one in (
        CRS84,
        ItemCrs(
            uri=f"{_OGC}/EPSG/0/4326",
            sql=f"ST_FlipCoordinates({SHAPE})",
            epsg=_DEGREES,
            is_lat_first=True,
        ),
        ItemCrs(
            uri=f"{_OGC}/EPSG/0/3857",
            sql=f"ST_Transform(ST_SetCRS({SHAPE}, ''), 'EPSG:4326', 'EPSG:3857', true)",
            epsg=3857,
        ),
    )
}
_MOST_LON, _MOST_LAT = 180.0, 90.0


def find_crs(name: str, uri: str | None) -> ItemCrs:
    """Return the system of a URI, CRS84 for None; FilterError names those there are."""
    found = CRS84 if uri is None else SYSTEMS.get(uri)
    if found is None:
        raise FilterError(f"{name}={str(uri)[:60]!r} is unknown: use {', '.join(SYSTEMS)}")
    return found


def read_boxes(text: str, crs: ItemCrs) -> tuple[Bounds, ...]:
    """Read ``bbox``, four numbers or six with heights, as boxes in degrees.

    One that crosses the antimeridian is two. FilterError says what is not valid.
    """
    numbers = _read_numbers(text)
    if len(numbers) == 6:  # noqa: PLR2004 with heights, which features do not have
        numbers = [numbers[0], numbers[1], numbers[3], numbers[4]]
    if len(numbers) != 4:  # noqa: PLR2004
        raise FilterError(f"bbox={text[:60]!r}: use four numbers, or six with heights")
    first, second, third, fourth = numbers
    if crs.is_lat_first:
        first, second, third, fourth = second, first, fourth, third
    elif crs.epsg != _DEGREES:
        if first > third:
            raise FilterError(f"bbox={text[:60]!r}: the east is less than the west")
        (first, third), (second, fourth) = _from(crs.epsg).transform(
            [first, third], [second, fourth]
        )
    if not (-_MOST_LAT <= second <= fourth <= _MOST_LAT):
        raise FilterError(f"bbox={text[:60]!r}: the south must not be above the north")
    if abs(first) > _MOST_LON or abs(third) > _MOST_LON:
        raise FilterError(f"bbox={text[:60]!r}: longitudes are from -180 to 180")
    if first <= third:
        return ((first, second, third, fourth),)
    return (first, second, _MOST_LON, fourth), (-_MOST_LON, second, third, fourth)


def _read_numbers(text: str) -> Sequence[float]:
    try:
        numbers = [float(one) for one in text.split(",")]
    except ValueError as fault:
        raise FilterError(f"bbox={text[:60]!r}: use numbers separated by commas") from fault
    if not all(abs(one) < float("inf") for one in numbers):
        raise FilterError(f"bbox={text[:60]!r}: use numbers separated by commas")
    return numbers


@lru_cache(4)
def _from(epsg: int) -> Transformer:
    return Transformer.from_crs(epsg, _DEGREES, always_xy=True)
