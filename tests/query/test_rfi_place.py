"""The place of a request: one of a position, a county and an area."""

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import Point

from cop.errors import CopError
from cop.query.rfi_place import find_place
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse

pytestmark = pytest.mark.exchange


@pytest.fixture(scope="module")
def service(bare_warehouse: Path) -> Iterator[QueryService]:
    warehouse = Warehouse(StoreSettings(data=bare_warehouse))
    yield QueryService(warehouse, tile_cache_mb=1)
    warehouse.close()


def test_a_position_is_as_exact_as_it_is_written(service: QueryService) -> None:
    exact = find_place(service, position="12R VV 05512 67603").uncertainty_m
    coarse = find_place(service, position="12R VV 055 676").uncertainty_m
    assert exact < coarse
    stated = find_place(service, position="31.3, -110.9", uncertainty_m=700)
    assert (stated.lat, stated.lon, stated.uncertainty_m) == (31.3, -110.9, 700)


def test_the_point_of_a_county_lies_in_it(service: QueryService) -> None:
    place = find_place(service, county="Santa Cruz, AZ")
    counties = gpd.read_parquet(service.snapshot.catalogue.files_of("counties")[0])
    shape = counties[counties["county"] == "Santa Cruz, AZ"].geometry.iloc[0]
    assert shape.contains(Point(place.lon, place.lat))


def test_an_area_is_as_it_was_drawn(service: QueryService) -> None:
    text = "-111.2000 31.4000,-110.9000 31.4000,-110.9000 31.6000"
    assert find_place(service, area=text).area == text


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({}, "0 are stated"),
        ({"position": "  "}, "0 are stated"),
        ({"position": "31, -110", "county": "Pima, AZ"}, "2 are stated"),
        ({"position": "by the river"}, "no position"),
        ({"county": "Nowhere"}, "'Nowhere' is not in the region"),
        ({"area": "1 1,2 2"}, "area has 2 vertices"),
        ({"position": "31, -110", "uncertainty_m": -1}, "uncertainty_m"),
    ],
)
def test_what_is_no_one_place_is_refused(
    service: QueryService, stated: dict[str, str], words: str
) -> None:
    with pytest.raises(CopError, match=words):
        find_place(service, **stated)
