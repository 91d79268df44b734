"""Tests of the geography of a version."""

from datetime import datetime
from pathlib import Path

import pytest

from cop.settings import StoreSettings
from cop.store.catalogue.lake import attach
from cop.store.catalogue.listing import read_catalogue
from cop.store.catalogue.version import CatalogueVersion
from cop.store.dataset.geography import GEOGRAPHY_DATASETS, LoadedGeography, read_geography
from cop.store.engine import open_engine

pytestmark = pytest.mark.store


@pytest.fixture(scope="module")
def loaded(bare_warehouse: Path) -> LoadedGeography:
    cursor = open_engine(StoreSettings(data=bare_warehouse))
    attach(cursor, bare_warehouse, read_only=True)
    catalogue = read_catalogue(cursor, bare_warehouse)
    assert set(GEOGRAPHY_DATASETS) <= set(catalogue.files)
    found = read_geography(cursor, catalogue)
    cursor.close()
    return found


def test_sectors_run_from_west_to_east(loaded: LoadedGeography) -> None:
    assert list(loaded.sectors) == ["SDC", "ELC", "YUM", "TCA", "EPT", "BBT", "DRT", "LRT", "RGV"]
    assert loaded.sectors["TCA"] == "Tucson"


def test_the_region_its_counties_and_credits_are_read(loaded: LoadedGeography) -> None:
    assert loaded.region is not None
    assert loaded.region.name == "sw_border"
    assert "Cochise, AZ" in loaded.counties
    assert list(loaded.counties) == sorted(loaded.counties)
    assert any("GeoNames" in text for text in loaded.credits)


def test_bounds_are_those_of_the_line(loaded: LoadedGeography) -> None:
    assert loaded.line_bounds is not None
    west, south, east, north = loaded.line_bounds
    assert (round(west), round(east)) == (-117, -97)
    assert (round(south), round(north)) == (26, 33)


def test_an_empty_version_has_none(tmp_path: Path) -> None:
    cursor = open_engine(StoreSettings(data=tmp_path), ())
    empty = CatalogueVersion(version=1, published_at=datetime(2026, 11, 25), files={})
    found = read_geography(cursor, empty)
    cursor.close()
    assert found == LoadedGeography(
        sectors={}, counties=(), region=None, credits=(), line_bounds=None
    )
