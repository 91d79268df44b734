"""The sector of a range has the right size."""

import numpy as np
import pytest
import shapely
from pyproj import Geod

from cop.analysis.sight.sector import build_sector
from cop.analysis.sight.viewshed import Placement

pytestmark = pytest.mark.coverage

GEOD = Geod(ellps="WGS84")


@pytest.mark.parametrize("lat", [0.0, 25.9, 32.5, 48.0])
@pytest.mark.parametrize("range_m", [400.0, 12_000.0, 60_000.0])
def test_a_circle_has_the_geodesic_radius_and_area(lat: float, range_m: float) -> None:
    shape = build_sector(Placement(lon=-110.0, lat=lat, height_m=10.0, range_m=range_m))
    rim = np.array(shape.exterior.coords)
    _, _, distance = GEOD.inv(np.full(len(rim), -110.0), np.full(len(rim), lat), *rim.T)
    np.testing.assert_allclose(distance, range_m, rtol=1e-6)
    area = abs(GEOD.geometry_area_perimeter(shape)[0])
    assert area == pytest.approx(np.pi * range_m**2, rel=0.01)


@pytest.mark.parametrize(("azimuth", "fov"), [(180.0, 75.0), (5.0, 60.0), (270.0, 200.0)])
def test_a_field_of_view_is_a_sector(azimuth: float, fov: float) -> None:
    look = Placement(
        lon=-110.0, lat=31.0, height_m=10.0, range_m=3_000.0, azimuth_deg=azimuth, fov_deg=fov
    )
    shape = build_sector(look)
    assert shape.is_valid
    area = abs(GEOD.geometry_area_perimeter(shape)[0])
    assert area == pytest.approx(np.pi * 3_000.0**2 * fov / 360.0, rel=0.01)
    for turn, is_inside in ((0.0, True), (fov * 0.49, True), (fov * 0.52, False)):
        for side in (-1, 1):
            lon, lat, _ = GEOD.fwd(-110.0, 31.0, azimuth + side * turn, 2_900.0)
            assert shape.contains(shapely.Point(lon, lat)) is is_inside
