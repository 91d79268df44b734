"""What a position is in and near."""

import pytest
from pyproj import Geod

from cop.query.position import read_position
from cop.query.segment import read_segments
from cop.query.service import QueryService
from tests.query.conftest import OpenService
from tests.support.record import make_frame

pytestmark = pytest.mark.glance


def test_a_position_has_its_sector_county_and_the_nearest_segment(service: QueryService) -> None:
    view = service.view()
    found = read_position(view, lon=-110.94, lat=31.50)
    assert (found.sector, found.county) == ("TCA Tucson", "Santa Cruz, AZ")
    segments = read_segments(view.snapshot)
    own = segments[segments["sector"] == "TCA"]
    earth = Geod(ellps="WGS84")
    metres = {
        row.segment_id: min(
            earth.inv(
                -110.94, 31.50, *row.geometry.interpolate(i / 200, normalized=True).coords[0]
            )[2]
            for i in range(201)
        )
        for row in own.itertuples()
    }
    nearest = min(metres, key=metres.__getitem__)
    assert found.segment_id == nearest
    assert found.distance_m == pytest.approx(metres[nearest], rel=0.01)


def test_outside_of_all_areas_the_nearest_of_all_segments_is_told(service: QueryService) -> None:
    found = read_position(service.view(), lon=-100.9, lat=25.4)
    assert (found.sector, found.county) == (None, None), "Saltillo is in Mexico"
    assert found.segment_id is not None
    assert found.distance_m is not None
    assert 150_000 < found.distance_m < 250_000


def test_without_a_region_nothing_is_known(small: OpenService) -> None:
    found = read_position(small(make_frame(1)).view(), lon=-100.9, lat=25.4)
    assert (found.sector, found.county, found.segment_id, found.distance_m) == (None,) * 4
