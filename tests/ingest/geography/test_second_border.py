"""Hungary - Serbia, declared by data/regions/hu_rs.yaml alone."""

import json
import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from cop.ingest.geography import Geography, read_geography, read_region
from cop.ingest.geography.line import build_line
from cop.ingest.geography.source import LAKE, read_towns, read_traces
from tests.support.command import CHECKOUT, run_cop
from tests.support.published import published_files

pytestmark = pytest.mark.sources

FRONTEX = "frontex/frontex_2009-01_2021-12.csv.gz"
FRONTEX_ROWS = 4_236
GEOD = Geod(ellps="WGS84")
PUBLISHED_KM = 174.7
CORNER_KM = 0.1


@pytest.fixture(scope="module")
def border() -> Geography:
    """The region's geography."""
    return read_geography(read_region("hu_rs"))


def test_shown_second_border(border: Geography) -> None:
    done = run_cop("region", "hu_rs", "--json")
    assert done.returncode == 0, done.stderr
    described = json.loads(done.stdout)
    assert described["length_km"] == pytest.approx(PUBLISHED_KM, rel=0.01)
    assert [sector["code"] for sector in described["sectors"]] == ["BK", "CS"]
    assert sum(sector["segments"] for sector in described["sectors"]) == described["segments"]
    lengths = [GEOD.geometry_length(shape) / 1000 for shape in border.segments.geometry]
    assert len(lengths) == described["segments"]
    assert max(lengths) <= 5
    assert sum(lengths) == pytest.approx(described["length_km"], abs=0.01)
    marks = border.segments[["km_from", "km_to"]].to_numpy()
    assert all(left[1] == right[0] for left, right in pairwise(marks))


def test_the_county_corner_lies_as_far_from_the_last_town_as_from_the_first(
    border: Geography,
) -> None:
    towns = read_towns((18.0, 45.0, 21.0, 47.0), ["HU"])
    line = build_line(border.region)
    km = np.arange(90.0, 140.0, 0.01)
    to_county = {
        admin: _km_to_nearest(line.position(km), towns[towns["admin"] == admin])
        for admin in ("01", "06")
    }
    corner = km[np.flatnonzero(to_county["01"] > to_county["06"])[0]]
    cut = border.segments.loc[border.segments["sector"] == "BK", "km_to"].max()
    assert cut == pytest.approx(corner, abs=CORNER_KM)


def _km_to_nearest(points: np.ndarray, towns: pd.DataFrame) -> np.ndarray:
    each = [
        GEOD.inv(*points.T, np.full(len(points), town.lon), np.full(len(points), town.lat))[2]
        for town in towns.itertuples()
    ]
    return np.min(each, axis=0) / 1000


def test_the_line_follows_the_tisza_where_it_says_so(border: Geography) -> None:
    river = border.segments[border.segments["kind"] == "river"]
    assert set(river["sector"]) == {"CS"}
    assert 4 < river["length_km"].sum() < 5
    extent = (19.9, 46.0, 20.3, 46.3)
    courses = shapely.MultiLineString([t.lonlat for t in read_traces("rivers", extent)])
    middles = shapely.line_interpolate_point(np.asarray(river.geometry), 0.5, normalized=True)
    assert (shapely.distance(middles, courses) * 111 < 0.5).all()
    named = border.background[border.background["name"] == "Tisza"]
    assert set(named["class"]) == {"river"}


def test_nothing_in_it_is_american(border: Geography) -> None:
    assert border.counties.empty
    assert set(border.segments["county"]) == {"NONE"}
    assert not any("Census" in credit.text for credit in border.attributions)
    assert {"Europe/Budapest"} == set(border.sectors["time_zone"])


def test_the_background_reaches_the_neighbours(border: Geography) -> None:
    places = border.places
    around = {"Timişoara": "RO", "Osijek": "HR", "Szeged": "HU", "Subotica": "RS"}
    for name, country in around.items():
        assert set(places.loc[places["name"] == name, "country"]) == {country}
    assert not places["admin"].str.contains(r"\d").any()
    assert set(places.loc[places["name"] == "Subotica", "admin"]) == {"Vojvodina"}
    background = border.background
    assert {"land", "coast", "state", "river", "lake"} == set(background["class"])
    west, south, east, north = border.region.extent
    assert background.total_bounds == pytest.approx((west, south, east, north), abs=0.01)
    balaton = shapely.Point(17.75, 46.87)
    lakes = background[background["class"] == "lake"]
    assert lakes.geometry.contains(balaton).any()
    assert any(trace.level == LAKE for trace in read_traces("gshhs", border.region.extent))


def test_areas_part_the_reach_without_a_gap(border: Geography) -> None:
    areas = np.asarray(border.sectors.geometry)
    assert shapely.coverage_is_valid(areas)
    for name, code in {"Baja": "BK", "Sombor": "BK", "Szeged": "CS", "Kanjiža": "CS"}.items():
        point = border.places.set_index("name").geometry[name]
        assert list(border.sectors.loc[border.sectors.contains(point), "sector"]) == [code]


def test_shown_the_western_balkan_series_loads_into_it(border: Geography, tmp_path: Path) -> None:
    file = Path(os.environ.get("COP_TEST_DATA", CHECKOUT.parent / "shared" / "data")) / FRONTEX
    if not file.is_file():
        pytest.skip(f"no detections at {file}: set COP_TEST_DATA")
    options = ("--profile", "frontex_routes", "--region", "hu_rs", "--data", tmp_path, "--json")
    done = run_cop("ingest", "statistics", file, *options)
    assert done.returncode == 0, done.stderr
    (series,) = border.region.series
    (path,) = published_files(tmp_path, "statistics")
    loaded = pd.read_parquet(path)
    for column in ("place_kind", "place", "measure", "unit"):
        loaded = loaded[loaded[column] == getattr(series, column)]
    raw = pd.read_csv(file)
    raw = raw[raw["route"] == "Western Balkan Route"]
    assert len(loaded) == len(raw) == FRONTEX_ROWS
    assert loaded["value"].sum() == raw["n"].sum()
    months = pd.to_datetime(raw["t"]).to_numpy()
    expected = raw.groupby(months)["n"].sum()
    assert (loaded.groupby("period_start")["value"].sum() == expected).all()
    (held,) = published_files(tmp_path, "region")
    assert list(pd.read_parquet(held)["name"]) == ["hu_rs"]
    again = run_cop("ingest", "statistics", file, *options)
    assert again.returncode == 0, again.stderr
    counts = json.loads(again.stdout)
    assert (counts["accepted"], counts["duplicate"]) == (0, json.loads(done.stdout)["accepted"])
