"""Tests of the segments: they cover the line, stay short, and carry the right attributes."""

import numpy as np
import pytest
import shapely
from pyproj import Geod

from cop.ingest.geography import Geography

pytestmark = pytest.mark.picture

GEOD = Geod(ellps="WGS84")
PUBLISHED_MILES = {
    ("SDC",): (60, 0.04),
    ("ELC", "YUM"): (196, 0.04),
    ("TCA",): (262, 0.04),
    ("EPT", "BBT"): (785, 0.04),
    ("DRT",): (210, 0.04),
    ("LRT",): (171, 0.04),
    ("RGV",): (277, 0.04),
    ("ELC",): (70, 0.08),
    ("YUM",): (126, 0.08),
    ("EPT",): (268, 0.08),
    ("BBT",): (517, 0.08),
}


@pytest.mark.parametrize("codes", PUBLISHED_MILES)
def test_shown_sector_miles(geography: Geography, codes: tuple[str, ...]) -> None:
    miles, share = PUBLISHED_MILES[codes]
    segments = geography.segments
    own = segments[segments["sector"].isin(codes)]
    measured = sum(GEOD.geometry_length(shape) for shape in own.geometry) / 1609.344
    assert measured == pytest.approx(miles, rel=share)


def test_shown_no_segment_over_5_km(geography: Geography) -> None:
    lengths = [GEOD.geometry_length(shape) / 1000 for shape in geography.segments.geometry]
    assert max(lengths) <= 5
    assert list(geography.segments["length_km"]) == pytest.approx(lengths, abs=0.001)


def test_segments_cover_the_line_without_gap_or_overlap(geography: Geography) -> None:
    segments = geography.segments
    assert segments["km_from"].iloc[0] == 0
    assert segments["km_to"].iloc[-1] == pytest.approx(geography.line["length_km"].iloc[0])
    assert (segments["km_from"].iloc[1:].to_numpy() == segments["km_to"].iloc[:-1]).all()
    ends = [shapely.get_coordinates(shape)[[0, -1]] for shape in segments.geometry]
    assert all((ends[i][1] == ends[i + 1][0]).all() for i in range(len(ends) - 1))
    lengths = sum(GEOD.geometry_length(shape) for shape in segments.geometry)
    assert lengths == pytest.approx(GEOD.geometry_length(geography.line.geometry.iloc[0]))


def test_ids_count_west_to_east_within_the_sector(geography: Geography) -> None:
    segments = geography.segments
    assert segments["segment_id"].is_unique
    assert list(dict.fromkeys(segments["sector"])) == list(geography.sectors["sector"])
    for code, own in segments.groupby("sector"):
        assert list(own["number"]) == list(range(1, len(own) + 1))
        assert list(own["segment_id"]) == [f"{code}-{n:04d}" for n in own["number"]]


def test_kind_is_river_in_texas_and_on_the_colorado_only(geography: Geography) -> None:
    segments = geography.segments
    texas = segments["county"].str.endswith(", TX")
    assert set(segments.loc[texas, "kind"]) == {"river"}
    elsewhere = segments[~texas & (segments["kind"] == "river")]
    assert set(elsewhere["county"]) == {"Yuma, AZ"}
    # 24 miles by the treaty's count, less as the generalised river bed runs.
    assert 33 <= elsewhere["length_km"].sum() <= 39


def test_counties_lie_in_their_sectors(geography: Geography) -> None:
    region = geography.region
    for code, own in geography.segments.groupby("sector"):
        assert set(own["county"]) <= set(region.sector(str(code)).counties)
    pima = geography.segments[geography.segments["county"] == "Pima, AZ"]
    assert set(pima["county_fips"]) == {"04019"}


def test_segments_run_beside_their_county(geography: Geography) -> None:
    shapes = geography.counties.set_index("county").geometry
    for county, own in geography.segments.groupby("county"):
        middles = shapely.line_interpolate_point(np.asarray(own.geometry), 0.5, normalized=True)
        assert shapely.distance(middles, shapes[county]).max() < 0.02
