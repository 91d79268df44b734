"""Tests of the profile of each kind: what it needs beside the columns."""

from typing import Any

import pytest

from cop.errors import ProfileError
from cop.ingest.profile.file import build_profile

pytestmark = pytest.mark.house

SOURCE = {"id": "test", "title": "T", "publisher": "P", "terms": "none"}
FIGURES: dict[str, Any] = {
    "kind": "statistics",
    "source": SOURCE,
    "reader": "csv",
    "columns": {"period_start": "month"},
    "place": {"kind": "country", "name": "MX"},
    "measures": [{"measure": "rate", "column": "rate", "unit": "percent"}],
    "time": {"format": "%Y-%m", "precision": "month"},
}
PLACES: dict[str, Any] = {
    "kind": "places",
    "source": SOURCE,
    "reader": "csv",
    "columns": {"lon": "x", "lat": "y", "name": "n"},
    "values": {"facility_type": "port"},
    "identity": ["name"],
}


@pytest.mark.parametrize(
    ("declared", "why"),
    [
        (FIGURES | {"place": {"kind": "country"}}, "use either name, for every row, or column"),
        (FIGURES | {"time": {"format": "%Y", "precision": "hour"}}, "not day, month or year"),
        (FIGURES | {"attributes": ["note"]}, "figures keep none; name the column in dimensions"),
        (
            FIGURES | {"measures": [FIGURES["measures"][0] | {"when": "Rate"}]},
            "`when` and columns.measure need each other",
        ),
        (FIGURES | {"measures": []}, "at least 1 item"),
        (PLACES | {"identity": ["code"]}, "identity: no column gives code"),
        (PLACES | {"identity": []}, "at least 1 item"),
        (PLACES | {"values": {"facility_type": "pub"}}, "facility_type"),
    ],
)
def test_a_kind_refuses_what_it_cannot_load(declared: dict[str, Any], why: str) -> None:
    with pytest.raises(ProfileError, match=r"^test\.yaml: ") as refused:
        build_profile("test", declared)
    assert why in str(refused.value)


def test_figures_need_the_columns_of_their_measures() -> None:
    profile = build_profile("test", FIGURES)
    assert profile.file_columns == ("month", "rate")  # type: ignore[union-attr]
    assert build_profile("test", PLACES).identity == ("name",)  # type: ignore[union-attr]
