"""Tests of what profiles of every kind have: times, and the columns that a file must have."""

import pytest
from pydantic import ValidationError

from cop.ingest.profile.base import MappedProfile, TimeRule
from cop.ingest.profile.file import read_profile

pytestmark = pytest.mark.house


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ({"format": "%Y", "zone": "Mars/Olympus"}, "is not an IANA time zone"),
        ({"format": "%Y", "zone": "../etc"}, "is not an IANA time zone"),
        ({}, "use either format or fiscal_year_start"),
        ({"format": "%Y", "fiscal_year_start": 10}, "use either format or fiscal_year_start"),
        ({"fiscal_year_start": 10}, "precision: month"),
    ],
)
def test_a_rule_of_times_is_one_way_in_a_zone(rule: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        TimeRule.model_validate(rule)


def test_the_columns_that_a_file_must_have() -> None:
    stations = read_profile("usbp_stations")
    assert isinstance(stations, MappedProfile)
    assert set(stations.file_columns) == {
        "name", "lng", "lat", "city", "state", "zip", "sector", "region",
    }  # fmt: skip
    assert not stations.is_shaped


def test_a_file_of_shapes_needs_no_columns_of_a_position() -> None:
    boundary = read_profile("ibwc_boundary")
    assert isinstance(boundary, MappedProfile)
    assert boundary.is_shaped
    assert {"lon", "lat"}.isdisjoint(boundary.columns)
