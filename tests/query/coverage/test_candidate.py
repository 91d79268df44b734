"""Candidates: a list from a file, or high ground near the line and a town."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from cop.errors import InputFileError
from cop.query.coverage.candidate import NEAR_TOWN_KM, propose_candidates, read_candidates
from cop.query.segment import read_segments
from cop.query.service import QueryService

pytestmark = pytest.mark.coverage

GEOD = Geod(ellps="WGS84")


def test_a_list_is_read_with_names_or_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name,lon,lat\nPeak,-110.5,31.5\n,-110.6,31.6\n")
    first, second = read_candidates(path)
    assert (first.name, first.lon, first.lat) == ("Peak", -110.5, 31.5)
    assert second.name == "row 3"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x,y\n1,2\n", "no column lon, lat"),
        ("lon,lat\n1,2\n200,3\n", r"row 3: lon is '200'; use degrees from -180 to 180"),
        ("lon,lat\n1,north\n", r"row 2: lat is 'north'"),
        ("lon,lat\n1,\n", "row 2: lat is nan"),
    ],
)
def test_a_bad_list_is_refused_by_row(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(InputFileError, match=why):
        read_candidates(path)


def test_places_lie_on_the_own_side_near_the_line_and_a_town(service: QueryService) -> None:
    view = service.view()
    segments = read_segments(view.snapshot)[::40]
    found = propose_candidates(view, segments, service.warehouse.folder, [])
    assert found
    assert {one.name for one in found} <= set(segments["segment_id"])
    files = view.snapshot.catalogue.files
    land = shapely.union_all(np.asarray(gpd.read_parquet(files["sectors"][0]).geometry.array))
    towns = gpd.read_parquet(files["places"][0]).geometry
    middles = {
        s.segment_id: s.geometry.interpolate(0.5, normalized=True) for s in segments.itertuples()
    }
    for one in found:
        assert shapely.contains_xy(land, one.lon, one.lat)
        middle = middles[one.name]
        assert GEOD.inv(middle.x, middle.y, one.lon, one.lat)[2] == pytest.approx(1_000, abs=1)
        _, _, far = GEOD.inv(
            np.full(len(towns), one.lon), np.full(len(towns), one.lat), towns.x, towns.y
        )
        assert far.min() <= 1_000 * NEAR_TOWN_KM
