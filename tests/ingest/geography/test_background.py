"""Tests of the map's background: land, coast, lakes, rivers, lines of states and counties."""

import numpy as np
import pytest
import shapely

from cop.ingest.geography import Geography

pytestmark = pytest.mark.picture


def test_background_stays_in_the_extent_and_fills_it(geography: Geography) -> None:
    background = geography.background
    west, south, east, north = geography.region.extent
    bounds = background.total_bounds
    assert bounds[0] >= west
    assert bounds[1] >= south
    assert bounds[2] <= east
    assert bounds[3] <= north
    assert set(background["class"]) == {"land", "state", "county", "river", "lake", "coast"}
    land = background.loc[background["class"] == "land"].geometry
    assert land.union_all().contains(shapely.Point(-84.5, 43)), "the corner is land to its edge"


def test_land_has_no_sliver_along_the_border(geography: Geography) -> None:
    background = geography.background
    near = shapely.buffer(shapely.simplify(geography.line.geometry.iloc[0], 0.001), 0.01)
    land = background.loc[background["class"] == "land"].geometry.union_all()
    sea = shapely.area(shapely.difference(near, land)) / shapely.area(near)
    assert sea < 0.003, "only the two ends reach the sea"


def test_features_are_small_enough_for_tiles(geography: Geography) -> None:
    points = shapely.get_num_coordinates(np.asarray(geography.background.geometry))
    assert points.max() < 2500


def test_a_class_appears_from_its_zoom_on(geography: Geography) -> None:
    zooms = geography.background.groupby("class")["min_zoom"].agg(["min", "max"])
    assert zooms.loc["state", "max"] == 0
    assert (zooms.loc["county", "min"], zooms.loc["county", "max"]) == (6, 6)
    assert zooms.loc["lake", "min"] < zooms.loc["lake", "max"] <= 10
    land = geography.background[geography.background["class"] == "land"]
    sizes = shapely.area(np.asarray(land.geometry))
    assert sizes[land["min_zoom"] == 0].max() > 100 * sizes[land["min_zoom"] == 9].max()


def test_rivers_that_are_the_border_are_named(geography: Geography) -> None:
    rivers = geography.background[geography.background["class"] == "river"]
    named = rivers[rivers["name"] != ""]
    assert set(named["name"]) == {river.name for river in geography.region.rivers}
    assert set(named["min_zoom"]) == {4}


def test_lines_are_drawn_once(geography: Geography) -> None:
    background = geography.background
    for kind in ("state", "county"):
        lines = np.asarray(background.loc[background["class"] == kind].geometry)
        assert shapely.length(shapely.union_all(lines)) == pytest.approx(
            shapely.length(lines).sum(), rel=0.01
        )
