"""An area that the picture is narrowed to: a polygon in degrees, read from and written to text."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from pyproj import Geod
from shapely import LinearRing, LineString, Polygon
from shapely.geometry.base import BaseGeometry

from cop.errors import FilterError

Vertex = tuple[float, float]
"""(lon, lat) in degrees, EPSG:4326."""
MOST_VERTICES = 100
DECIMALS = 4
LONGEST_TEXT = MOST_VERTICES * 20
_FEWEST_VERTICES = 3
_GEOD: Final = Geod(ellps="WGS84")
_KM_PER_MILE: Final = 1.609344
_MOST_LON, _MOST_LAT = 180.0, 90.0


@dataclass(frozen=True, kw_only=True)
class Area:
    """A polygon of up to 100 vertices with 4 decimals (about 10 m); the last joins the first.

    An event on the edge lies inside. FilterError where it has no inside: fewer than three places,
    crossing itself, outside of the world.
    """

    vertices: tuple[Vertex, ...]

    def __post_init__(self) -> None:
        """Refuse what is no polygon."""
        n = len(self.vertices)
        if not _FEWEST_VERTICES <= n <= MOST_VERTICES:
            raise FilterError(f"area has {n} vertices; use {_FEWEST_VERTICES} to {MOST_VERTICES}")
        check_positions(self.vertices)
        if not LinearRing(self.vertices).is_simple or self.polygon.area == 0:
            raise FilterError(f"area={self.to_text()[:60]!r} crosses or touches itself: redraw it")

    @classmethod
    def of(cls, vertices: Sequence[Vertex]) -> Self:
        """Build it from places of any exactness; a last one that repeats the first is left out."""
        rounded = [(_round(lon), _round(lat)) for lon, lat in vertices]
        if len(rounded) > 1 and rounded[0] == rounded[-1]:
            rounded.pop()
        return cls(vertices=tuple(rounded))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read ``lon lat,lon lat,...``."""
        if len(text) > LONGEST_TEXT:
            raise FilterError(f"area is longer than {LONGEST_TEXT} characters: use fewer vertices")
        try:
            pairs = [tuple(map(float, pair.split(" "))) for pair in text.split(",")]
            return cls.of([(lon, lat) for lon, lat in pairs])
        except ValueError as fault:
            raise FilterError(f"area={text[:40]!r}: use lon lat,lon lat,...") from fault

    def to_text(self) -> str:
        """Write it as ``lon lat,lon lat,...``."""
        return ",".join(f"{lon:.{DECIMALS}f} {lat:.{DECIMALS}f}" for lon, lat in self.vertices)

    def to_wkt(self) -> str:
        """Write it as well-known text."""
        ring = (*self.vertices, self.vertices[0])
        return f"POLYGON (({', '.join(f'{lon!r} {lat!r}' for lon, lat in ring)}))"

    @property
    def polygon(self) -> Polygon:
        """The polygon in degrees."""
        return Polygon(self.vertices)

    @property
    def size(self) -> str:
        """Its geodesic area in square km, in words."""
        return describe_size(self.polygon)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(west, south, east, north) in degrees."""
        lons, lats = zip(*self.vertices, strict=True)
        return min(lons), min(lats), max(lons), max(lats)


def check_positions(vertices: Sequence[Vertex]) -> None:
    """Raise FilterError for a place that is no number or lies outside of the world."""
    for lon, lat in vertices:
        if not (math.isfinite(lon) and math.isfinite(lat)):
            raise FilterError(f"{lon} {lat} is not a position")
        if abs(lon) > _MOST_LON or abs(lat) > _MOST_LAT:
            raise FilterError(f"{lon:g} {lat:g} is out of range: write lon lat")


def measure_km(geometry: BaseGeometry) -> float:
    """Return a geometry's geodesic length or perimeter in km, on WGS 84."""
    return float(_GEOD.geometry_length(geometry)) / 1_000


def measure_km2(geometry: BaseGeometry) -> float:
    """Return a geometry's geodesic area in square km, on WGS 84."""
    return abs(float(_GEOD.geometry_area_perimeter(geometry)[0])) / 1_000_000


def describe_size(geometry: BaseGeometry) -> str:
    """Return the size of an area or the length of a line in words; km come with miles."""
    if isinstance(geometry, Polygon):
        return f"{_figure(measure_km2(geometry))} km\N{SUPERSCRIPT TWO}"
    if isinstance(geometry, LineString):
        km = measure_km(geometry)
        return f"{_figure(km)} km ({_figure(km / _KM_PER_MILE)} mi)"
    return ""


def _figure(value: float) -> str:
    """Write three digits, or all before the point."""
    if value >= 100:  # noqa: PLR2004 three digits stand before the point
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"  # noqa: PLR2004 two digits do


def _round(degrees: float) -> float:
    return round(degrees, DECIMALS) + 0.0 if math.isfinite(degrees) else degrees
