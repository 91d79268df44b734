"""Tests of the area of a partner: its counties, and a margin in kilometers."""

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pytest
from pyproj import Geod
from shapely.geometry import Point

from cop.errors import PartnerError
from cop.model.giving import GivingRules
from cop.settings import StoreSettings
from cop.store.catalogue.version import CatalogueVersion
from cop.store.given.area import read_area
from cop.store.warehouse import Warehouse

pytestmark = pytest.mark.exchange
COUNTY = "Santa Cruz, AZ"


@pytest.fixture(scope="module")
def catalogue(bare_warehouse: Path) -> Iterator[CatalogueVersion]:
    warehouse = Warehouse(StoreSettings(data=bare_warehouse, threads=1))
    yield warehouse.snapshot.catalogue
    warehouse.close()


def test_without_counties_it_is_everywhere(catalogue: CatalogueVersion) -> None:
    assert read_area(catalogue, GivingRules(margin_km=10)) is None


def test_it_is_the_counties_and_no_more(catalogue: CatalogueVersion) -> None:
    known = gpd.read_parquet(catalogue.files_of("counties")[0])
    (shape,) = known[known["county"] == COUNTY].geometry
    area = read_area(catalogue, GivingRules(counties=(COUNTY,)))
    assert area is not None
    assert area.equals(shape)
    both = read_area(catalogue, GivingRules(counties=(COUNTY, "El Paso, TX")))
    assert both is not None
    assert both.area > area.area


@pytest.mark.parametrize("margin_km", [5.0, 50.0])
def test_a_margin_is_that_far_in_kilometers(catalogue: CatalogueVersion, margin_km: float) -> None:
    """Measured on the ellipsoid, due west of the westernmost corner."""
    plain = read_area(catalogue, GivingRules(counties=(COUNTY,)))
    wider = read_area(catalogue, GivingRules(counties=(COUNTY,), margin_km=margin_km))
    assert plain is not None
    assert wider is not None
    west, lat = min(plain.exterior.coords)[:2]
    for share, is_inside in ((0.99, True), (1.01, False)):
        lon, north, _ = Geod(ellps="WGS84").fwd(west, lat, 270, margin_km * 1_000 * share)
        assert wider.covers(Point(lon, north)) is is_inside


def test_a_county_that_there_is_not_is_named(catalogue: CatalogueVersion) -> None:
    with pytest.raises(PartnerError, match="county 'Nowhere, AZ' is not in the region: use"):
        read_area(catalogue, GivingRules(counties=(COUNTY, "Nowhere, AZ")))
