"""Tests of the sectors' areas: no gap, no overlap, whole counties, all within reach."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from cop.ingest.geography import Geography
from cop.ingest.geography.area import build_division
from cop.ingest.geography.line import BorderLine
from cop.ingest.geography.sector import Stretch

pytestmark = pytest.mark.picture


GEOD = Geod(ellps="WGS84")


def test_shown_sectors_do_not_overlap_and_leave_no_gap(geography: Geography) -> None:
    areas = np.asarray(geography.sectors.geometry)
    assert shapely.is_valid(areas).all()
    assert shapely.coverage_is_valid(areas)
    union = shapely.union_all(areas)
    assert union.geom_type == "Polygon"
    assert not union.interiors
    assert shapely.area(areas).sum() == pytest.approx(union.area, abs=1e-9)


def test_areas_are_light(geography: Geography) -> None:
    assert shapely.get_num_coordinates(np.asarray(geography.sectors.geometry)).max() < 3000


def test_points_within_reach_are_in_a_sector_and_others_are_not(geography: Geography) -> None:
    random = np.random.default_rng(7)
    region = geography.region
    line = np.array([shape.coords[0] for shape in geography.segments.geometry])
    line = np.concatenate([line, geography.segments.geometry.iloc[-1].coords[-1:]])
    lonlat = np.column_stack([random.uniform(-120, -94, 1500), random.uniform(22, 36, 1500)])
    inside = shapely.contains_xy(geography.sectors.geometry.union_all(), lonlat)
    own = geography.counties[geography.counties["county"].isin(region.counties)]
    in_county = shapely.contains_xy(own.geometry.union_all(), lonlat)
    for (lon, lat), found, county in zip(lonlat, inside, in_county, strict=True):
        far = np.full(len(line), lon), np.full(len(line), lat)
        km = GEOD.inv(*far, line[:, 0], line[:, 1])[2].min() / 1000
        if km < region.reach_km * 0.99 or county:
            assert found
        elif km > region.reach_km * 1.01:
            assert not found


def test_a_listed_county_is_wholly_its_sector(geography: Geography) -> None:
    areas = geography.sectors.set_index("sector").geometry
    counties = geography.counties.set_index("county")
    for sector in geography.region.sectors:
        for county in sector.counties:
            others = [s for s in geography.region.sectors if s is not sector]
            if any(county in other.counties for other in others):
                continue
            shape = counties.geometry[county]
            assert shape.difference(areas[sector.code]).area < 1e-6 * shape.area
            assert counties["sector"][county] == sector.code


def test_a_shared_county_is_divided_between_its_two_sectors(geography: Geography) -> None:
    areas = geography.sectors.set_index("sector").geometry
    shapes = geography.counties.set_index("county").geometry
    for county, codes in {"Imperial, CA": ("ELC", "YUM"), "Hudspeth, TX": ("EPT", "BBT")}.items():
        shares = [shapes[county].intersection(areas[code]).area for code in codes]
        assert min(shares) > 0.1 * shapes[county].area
        assert sum(shares) == pytest.approx(shapes[county].area)


def test_the_far_side_belongs_to_the_nearest_stretch(geography: Geography) -> None:
    mexico = {"Nogales": "TCA", "Ensenada": "SDC", "Ciudad Juárez": "EPT", "Mexicali": "ELC"}
    for name, code in mexico.items():
        places = geography.places
        point = places[(places["name"] == name) & (places["country"] == "MX")].geometry.iloc[0]
        holds = geography.sectors[geography.sectors.geometry.contains(point)]
        assert list(holds["sector"]) == [code], name


def test_a_straight_line_without_counties_is_parted_at_its_cut(geography: Geography) -> None:
    lonlat = np.column_stack([np.linspace(20.0, 21.0, 11), np.full(11, 46.0)])
    km = np.arange(11) * GEOD.inv(20.0, 46.0, 20.1, 46.0)[2] / 1_000
    line = BorderLine(lonlat=lonlat, km=km)
    half = km[-1] / 2
    stretches = (
        Stretch(name="W", km_from=0.0, km_to=half),
        Stretch(name="E", km_from=half, km_to=km[-1]),
    )
    none = gpd.GeoDataFrame({"county": []}, geometry=[], crs="EPSG:4326")
    sectors = tuple(s.model_copy(update={"counties": ()}) for s in geography.region.sectors)
    region = geography.region.model_copy(update={"reach_km": 20.0, "sectors": sectors})
    division = build_division(region, line, stretches, none)
    west, east = division.areas
    assert division.county_sector == ()
    assert west.contains(shapely.Point(20.2, 46.1))
    assert east.contains(shapely.Point(20.8, 45.9))
    assert west.bounds[2] == pytest.approx(20.5, abs=0.01)
    assert west.area + east.area == pytest.approx(division.reach.area, rel=1e-4)
