"""Tests of the whole geography: its tables, its credits, and a second region."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely

from cop.ingest.geography import (
    Geography,
    build_geography,
    build_region,
    describe_region,
    read_region,
)

pytestmark = pytest.mark.picture

# A side, a river and three sectors by share: nothing in it is American.
HU_RS: dict[str, Any] = {
    "name": "hu_rs",
    "title": "Hungary and Serbia",
    "side_a": {"country": "HU", "title": "Hungary", "zones": ["Europe/Budapest"]},
    "side_b": {"country": "RS", "title": "Serbia", "zones": ["Europe/Belgrade"]},
    "rivers": [{"name": "Tisa", "start": [20.05, 46.17], "end": [20.12, 46.16]}],
    "sectors": [
        {"code": code, "name": code, "time_zone": "Europe/Budapest", "share": share}
        for code, share in (("WES", 1), ("MID", 2), ("EAS", 1))
    ],
    "segment_max_km": 3,
    "reach_km": 60,
    "extent": [17, 44.5, 22, 47.5],
    "camera": {"lon": 19.6, "lat": 46, "zoom": 8},
}


@pytest.fixture(scope="module")
def hungary() -> Geography:
    """The small second region."""
    return build_geography(build_region(HU_RS))


def test_every_table_is_lonlat_valid_and_filled(geography: Geography) -> None:
    for name in ("line", "segments", "sectors", "counties", "background", "places"):
        table = getattr(geography, name)
        assert table.crs == "EPSG:4326"
        assert len(table)
        assert table.geometry.is_valid.all()
        assert not table.geometry.is_empty.any()
        assert not table.isna().to_numpy().any()


def test_shown_description(geography: Geography) -> None:
    described = describe_region(geography)
    assert described == describe_region(read_region("sw_border"))
    assert described["name"] == "sw_border"
    assert described["segments"] == len(geography.segments)
    assert sum(s["segments"] for s in described["sectors"]) == described["segments"]
    assert sum(s["length_km"] for s in described["sectors"]) == pytest.approx(
        described["length_km"], abs=0.01
    )
    assert [s["code"] for s in described["sectors"]][:3] == ["SDC", "ELC", "YUM"]


@pytest.mark.full
def test_second_region_by_shares(hungary: Geography) -> None:
    lengths = hungary.sectors["length_km"].to_numpy()
    assert lengths.sum() == pytest.approx(175, rel=0.02)
    assert lengths / lengths.sum() == pytest.approx([0.25, 0.5, 0.25])
    segments = hungary.segments
    assert segments["length_km"].max() <= 3
    assert set(segments["county"]) == {"NONE"}
    assert set(segments["kind"]) == {"land", "river"}
    longitudes = [shape.coords[0][0] for shape in segments.geometry]
    assert longitudes[0] < longitudes[-1]
    ends = segments[["km_from", "km_to"]].to_numpy()
    assert all(a[1] == b[0] for a, b in pairwise(ends))


def test_second_region_has_areas_places_and_land(hungary: Geography) -> None:
    assert shapely.coverage_is_valid(np.asarray(hungary.sectors.geometry))
    assert hungary.counties.empty
    assert {"land", "river", "state"} <= set(hungary.background["class"])
    assert {"Szeged", "Subotica"} <= set(hungary.places["name"])
    assert set(hungary.places["country"]) == {"HU", "RS"}
