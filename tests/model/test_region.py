"""Tests of the region declaration: what it accepts, what it refuses, how sectors group."""

from typing import Any

import pytest
from pydantic import ValidationError

from cop.model.region import Region

pytestmark = pytest.mark.picture


def declared(*sectors: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A small declaration with those sectors."""
    side = {"country": "US", "title": "A", "zones": ["America/Denver"]}
    return {
        "name": "small",
        "title": "Small",
        "side_a": side,
        "side_b": {**side, "country": "MX", "zones": ["America/Ojinaga"]},
        "sectors": list(sectors) or [sector("AAA", ["X, NM"])],
        "extent": [-110, 20, -100, 40],
        "camera": {"lon": -105, "lat": 30, "zoom": 5},
        **changes,
    }


def sector(code: str, counties: list[str], share: float | None = None) -> dict[str, Any]:
    """One sector's declaration."""
    zone = "America/Denver"
    return {"code": code, "name": code, "time_zone": zone, "counties": counties, "share": share}


def test_sectors_of_a_shared_county_group_together() -> None:
    region = Region.model_validate(
        declared(
            sector("AAA", ["P, NM"]),
            sector("BBB", ["Q, NM", "R, NM"], 1),
            sector("CCC", ["R, NM", "S, NM"], 2),
        )
    )
    assert [[s.code for s in group] for group in region.groups()] == [["AAA"], ["BBB", "CCC"]]
    assert region.counties == ("P, NM", "Q, NM", "R, NM", "S, NM")
    assert region.countries == ("US", "MX")
    assert region.sector("BBB").share == 1


def test_sectors_without_counties_are_one_group() -> None:
    region = Region.model_validate(declared(sector("AAA", [], 3), sector("BBB", [], 1)))
    assert [len(group) for group in region.groups()] == [2]


def test_region_is_frozen() -> None:
    region = Region.model_validate(declared())
    with pytest.raises(ValidationError):
        region.reach_km = 1.0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (declared(sector("AAA", []), sector("BBB", [], 1)), "state a share"),
        (declared(sector("AAA", [], 1), sector("AAA", [], 1)), "declared twice"),
        (declared(sector("AAA", ["P, NM"]), sector("BBB", [], 1)), "either every sector"),
        (declared(sector("AAA", ["P", "Q"], 1), sector("BBB", ["P"], 1)), "last county of AAA"),
        (declared(sector("AAA", ["P"]), sector("BBB", ["Q", "P"])), "again"),
        (declared(extent=[-100, 20, -110, 40]), "west, south, east, north"),
        (declared(colour="red"), "colour"),
        (declared(name="Bad Name"), "name"),
        (declared(sectors=[]), "sectors"),
        (declared(neighbours=["Romania"]), "neighbours"),
        (declared(agencies={"navy": "Navy"}), "agencies"),
        (declared(series=[{"title": "Encounters"}]), "measure"),
    ],
)
def test_faulty_declaration_is_refused(fault: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Region.model_validate(fault)


def test_a_series_is_of_sectors_unless_it_names_a_place() -> None:
    route = {"title": "R", "measure": "detections", "place_kind": "route", "place": "Balkan"}
    own = {"title": "E", "measure": "encounters"}
    first, second = Region.model_validate(declared(series=[own, route])).series
    assert (first.place_kind, first.place, first.unit) == ("sector", None, "people")
    assert (second.place_kind, second.place) == ("route", "Balkan")


def test_unknown_sector_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        Region.model_validate(declared()).sector("ZZZ")
