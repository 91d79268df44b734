"""The evidence of an alert: bars over the expected band, those since the start in orange."""

import pytest

from cop.ui.component.chart.palette import OKABE_ITO
from cop.ui.page.alert.chart import build_evidence
from tests.support.alert import DAY, make_finding

pytestmark = pytest.mark.forecast


def test_the_band_lies_below_the_bars_and_the_unit_is_named() -> None:
    spec = build_evidence(make_finding(), "dark").to_dict()
    band, bars, usual = spec["layer"]
    assert [layer["mark"]["type"] for layer in (band, bars, usual)] == ["rect", "bar", "rule"]
    assert bars["encoding"]["y"]["title"] == "events per day"
    orange = bars["encoding"]["color"]["scale"]["range"][1]
    assert orange == OKABE_ITO["orange"].dark


def test_bars_are_told_apart_by_the_start() -> None:
    found = make_finding()
    late = found.model_copy(update={"started_at": found.started_at + DAY})
    rows = next(iter(build_evidence(late, "light").to_dict()["datasets"].values()))
    assert [row["part"] for row in rows] == ["before", "since the start", "since the start"]
    assert all(row["cell_from"] < row["bar_from"] < row["bar_to"] < row["cell_to"] for row in rows)


def test_a_rush_is_counted_by_the_hour() -> None:
    rush = make_finding(detector="rush", unit="people")
    spec = build_evidence(rush, "dark").to_dict()
    assert spec["layer"][1]["encoding"]["y"]["title"] == "people per hour"
