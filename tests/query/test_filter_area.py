"""The area of a filter's places, and the rest of the region."""

import pytest
from shapely import Point

from cop.model.area import Area
from cop.model.filter import Filter
from cop.query.filter_area import home_bounds, places_of, read_filter_area
from cop.query.service import QueryService
from tests.query.conftest import OpenService
from tests.support.record import make_frame

pytestmark = pytest.mark.glance


def test_a_filter_without_places_has_none_and_shows_the_border(service: QueryService) -> None:
    view = service.view(Filter(kinds=("death",)))
    assert read_filter_area(service, view) is None
    assert home_bounds(service, view) == view.snapshot.line_bounds
    assert read_filter_area(service, service.view(Filter(sectors=("NONE",)))) is None


def test_sectors_are_inside_and_the_others_outside(service: QueryService) -> None:
    view = service.view(Filter(sectors=("RGV",)))
    area = read_filter_area(service, view)
    assert area is not None
    assert area.inside.intersection(area.outside).area == pytest.approx(0, abs=1e-9)
    assert home_bounds(service, view) == area.bounds
    assert area.inside.contains(Point(-98.2, 26.2)), "McAllen"
    assert area.outside.contains(Point(-106.4, 31.9)), "El Paso"
    whole = view.snapshot.line_bounds
    assert whole is not None
    assert area.outside.bounds[0] < whole[0] + 1


def test_places_are_cut_with_each_other(service: QueryService) -> None:
    county = read_filter_area(service, service.view(Filter(counties=("Webb, TX",))))
    both = read_filter_area(service, service.view(Filter(counties=("Webb, TX",), sectors=("LRT",))))
    assert county is not None
    assert both is not None
    assert 0 < both.inside.area <= county.inside.area + 1e-9
    apart = Filter(counties=("Webb, TX",), sectors=("SDC",))
    assert read_filter_area(service, service.view(apart)) is None
    west, south, east, north = county.bounds
    box = Area(vertices=((west, south), (east, south), (east, north)))
    cut = read_filter_area(service, service.view(Filter(counties=("Webb, TX",), area=box)))
    assert cut is not None
    assert 0 < cut.inside.area < county.inside.area


def test_only_places_matter(service: QueryService) -> None:
    view = service.view(Filter(sectors=("RGV",), kinds=("death",), records="synthetic"))
    assert places_of(view.filter) == Filter(sectors=("RGV",))


def test_without_a_region_a_drawn_area_is_all(small: OpenService) -> None:
    service = small(make_frame(3))
    box = Area(vertices=((-111, 31), (-110, 31), (-110, 32)))
    area = read_filter_area(service, service.view(Filter(area=box)))
    assert area is not None
    assert area.bounds == (-111, 31, -110, 32)
    assert area.outside.is_empty
