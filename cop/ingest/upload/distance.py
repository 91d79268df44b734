"""How far a layer lies from the area of operations, and what that is usually due to."""

from dataclasses import dataclass

import shapely
from pyproj import Geod
from shapely.ops import nearest_points

from cop.model.upload import Bounds

_GEOD = Geod(ellps="WGS84")
_TURN = 360.0


@dataclass(frozen=True, kw_only=True)
class FarLayer:
    """A layer that lies beyond the distance that is expected; ``cause`` is what may be wrong."""

    km: float
    cause: str

    @property
    def words(self) -> str:
        """The fact in one sentence, and what to check."""
        return f"This layer is {self.km:,.0f} km from the area of operations. {self.cause}"


def find_far(bounds: Bounds | None, area: Bounds | None, *, most_km: float) -> FarLayer | None:
    """Return how far a layer lies from the area; None where it is near, or one is not known."""
    if bounds is None or area is None:
        return None
    km = measure_distance_km(bounds, area)
    if km <= most_km:
        return None
    west, south, east, north = bounds
    swapped = (south, west, north, east)
    if max(abs(west), abs(east)) <= 90 and measure_distance_km(swapped, area) <= most_km:  # noqa: PLR2004 latitude
        return FarLayer(km=km, cause="With x and y swapped it would lie in the area: swap them.")
    cause = "Check that x and y are not swapped, and that the coordinate system is right."
    return FarLayer(km=km, cause=cause)


def measure_distance_km(one: Bounds, other: Bounds) -> float:
    """Return the geodesic distance between two boxes (EPSG:4326), 0 where they meet."""
    return min(
        _measure_km(shapely.box(one[0] + turn, one[1], one[2] + turn, one[3]), shapely.box(*other))
        for turn in (-_TURN, 0.0, _TURN)
    )


def _measure_km(one: shapely.Geometry, other: shapely.Geometry) -> float:
    if one.intersects(other):
        return 0.0
    here, there = nearest_points(one, other)
    _, _, meters = _GEOD.inv(here.x, here.y, there.x, there.y)
    return float(meters) / 1_000
