"""Tests of places and the zoom at which their labels have room."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from cop.ingest.geography import Geography, place
from cop.ingest.geography.line import BorderLine
from cop.ingest.geography.place import build_places

pytestmark = pytest.mark.picture


def test_places_have_their_state_and_a_zoom(geography: Geography) -> None:
    places = geography.places
    mexican = places[places["country"] == "MX"]
    assert not mexican["admin"].str.isdigit().any()
    assert set(mexican.loc[mexican["name"] == "Ciudad Juárez", "admin"]) == {"Chihuahua"}
    assert places["min_zoom"].between(4, 12).all()
    juarez = places[places["name"] == "Ciudad Juárez"]
    assert juarez["min_zoom"].iloc[0] <= 5


def test_no_quarter_stands_in_brackets(geography: Geography) -> None:
    assert not geography.places["name"].str.contains(r"[\[(]").any()


TOWNS = pd.DataFrame(
    [
        ("Large [Centro]", "MX", "06", 1_200_000, -106.5, 31.0),
        ("Near", "US", "TX", 30_000, -106.5, 32.0),
        ("Equal", "US", "TX", 30_000, -104.5, 33.0),
        ("Hamlet", "US", "TX", 600, -106.4, 32.0),
        ("Far hamlet", "US", "TX", 1_999, -104.0, 33.5),
    ],
    columns=["name", "country", "admin", "population", "lon", "lat"],
)
LINE = BorderLine(lonlat=np.array([(-107.0, 32.0), (-106.0, 32.0)]), km=np.array([0.0, 94.0]))


@pytest.fixture
def places(geography: Geography, monkeypatch: pytest.MonkeyPatch) -> gpd.GeoDataFrame:
    """Five made-up towns around a line of one degree, within reach of half a degree."""
    monkeypatch.setattr(place, "read_towns", lambda _extent, _countries: TOWNS.copy())
    return build_places(geography.region, LINE, shapely.buffer(LINE.geometry, 0.5)).set_index(
        "name", drop=False
    )


def test_beyond_the_reach_only_towns_are_kept(places: gpd.GeoDataFrame) -> None:
    assert set(places["name"]) == {"Large", "Near", "Equal", "Hamlet"}


def test_towns_at_the_line_count_as_more_populous(places: gpd.GeoDataFrame) -> None:
    assert list(places["name"]) == ["Large", "Near", "Equal", "Hamlet"]
    assert places.loc["Large", "min_zoom"] == 4
    assert places.loc["Near", "min_zoom"] == 6, "as one of 150,000"
    assert places.loc["Equal", "min_zoom"] == 8


def test_a_label_waits_until_it_has_room(places: gpd.GeoDataFrame) -> None:
    """Two weightier labels are in the way of the last until they are far enough apart."""
    assert places.loc["Hamlet", "min_zoom"] == 10
    assert (places.loc["Hamlet"].geometry.x, places.loc["Hamlet"].geometry.y) == (-106.4, 32.0)


def test_states_have_their_declared_name_or_letters(places: gpd.GeoDataFrame) -> None:
    assert places.loc["Large", "admin"] == "Chihuahua"
    assert places.loc["Near", "admin"] == "TX"
    assert places.crs == "EPSG:4326"
