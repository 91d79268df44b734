"""The ground within a sensor's range and field of view, terrain ignored."""

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from pyproj import Geod

if TYPE_CHECKING:
    from cop.analysis.sight.viewshed import Placement

_ROUND: Final = (0.0, 180.0)
_ARC_POINTS: Final = 97
_GEOD: Final = Geod(ellps="WGS84")


def build_sector(placement: "Placement") -> shapely.Polygon:
    """Return a circle or a sector of geodesic radius (EPSG:4326 degrees)."""
    center, half = placement.view or _ROUND
    azimuth = center + half * np.linspace(-1.0, 1.0, _ARC_POINTS)
    same = np.ones(_ARC_POINTS)
    x, y, _ = _GEOD.fwd(
        placement.lon * same, placement.lat * same, azimuth, placement.range_m * same
    )
    arc = np.column_stack((x, y))
    if placement.view is None:
        return shapely.Polygon(arc)
    return shapely.Polygon(np.vstack(([placement.lon, placement.lat], arc)))
