"""Tests of figures: several of a row, places by name, dimensions, periods, and refusals."""

import json
from datetime import datetime
from typing import Any

import pandas as pd
import pytest

from cop.errors import ProfileError
from cop.ingest.check.check import CheckedTable
from cop.ingest.profile.file import build_profile
from cop.ingest.profile.kind import StatisticProfile
from cop.ingest.sink.statistic import check_statistics
from cop.model.source import ROW

pytestmark = pytest.mark.sources

NOW = datetime(2026, 6, 1)
GOOD = {"t": "2020-05", "area": "TUCSON SECTOR", "n": "3", "lbs": "10", "drug": "Heroin"}
PLACE = {"kind": "sector", "column": "area", "names": {"TUCSON SECTOR": "TCA"}}
MEASURES: list[dict[str, Any]] = [
    {"measure": "seizures", "column": "n", "unit": "events"},
    {"measure": "seized_mass", "column": "lbs", "unit": "kg", "factor": 0.45359237},
]


def profile(**changes: Any) -> StatisticProfile:
    declared = {
        "kind": "statistics",
        "source": {"id": "test", "title": "T", "publisher": "P", "terms": "none"},
        "reader": "csv",
        "columns": {"period_start": "t"},
        "place": PLACE | {"others": "area"},
        "measures": MEASURES,
        "dimensions": {"drug": "drug"},
        "time": {"format": "%Y-%m", "precision": "month"},
    }
    built = build_profile("test", {k: v for k, v in (declared | changes).items() if v is not None})
    assert isinstance(built, StatisticProfile)
    return built


def checked(*rows: dict[str, str | None], by: StatisticProfile | None = None) -> CheckedTable:
    table = pd.DataFrame([GOOD | row for row in rows], dtype="str")
    table[ROW] = range(2, 2 + len(table))
    return check_statistics(table, by or profile(), file="f.csv", now=NOW)


def test_a_row_gives_each_of_its_figures() -> None:
    first, second = checked({}).rows.to_dict("records")
    assert (first["measure"], first["value"], first["unit"]) == ("seizures", 3, "events")
    assert (second["measure"], second["unit"]) == ("seized_mass", "kg")
    assert second["value"] == pytest.approx(4.5359237)
    for row in (first, second):
        assert row[ROW] == 2
        assert (row["place_kind"], row["place"]) == ("sector", "TCA")
        assert (row["period"], row["period_start"]) == ("month", pd.Timestamp(2020, 5, 1))
        assert row["dimensions"] == '{"drug": "Heroin"}'


def test_other_places_keep_their_published_name_or_are_refused() -> None:
    rows = checked({"area": "MIAMI SECTOR"}).rows
    assert set(zip(rows["place_kind"], rows["place"], strict=True)) == {("area", "MIAMI SECTOR")}
    (refused,) = checked({"area": "MIAMI SECTOR"}, by=profile(place=PLACE)).rejects["reason"]
    assert refused == "area='MIAMI SECTOR': no place that the profile knows"
    (refused,) = checked({"area": None}).rejects["reason"]
    assert refused == "area=(blank): no place"


def test_one_place_for_every_row() -> None:
    rows = checked({}, by=profile(place={"kind": "country", "name": "MX"})).rows
    assert set(rows["place"]) == {"MX"}


def test_blank_dimensions_are_left_out() -> None:
    by = profile(dimensions={"drug": "drug", "area": "area"})
    assert json.loads(checked({"drug": None}, by=by).rows["dimensions"].iloc[0]) == {
        "area": "TUCSON SECTOR"
    }
    assert checked({}, by=profile(dimensions=None)).rows["dimensions"].isna().all()


def test_a_column_can_name_the_measure() -> None:
    by = profile(
        columns={"period_start": "t", "measure": "drug"},
        dimensions={},
        measures=[
            {"measure": "trucks", "when": "Trucks", "column": "n", "unit": "vehicles"},
            {"measure": "trains", "when": "Trains", "column": "n", "unit": "trains"},
        ],
    )
    result = checked({"drug": "Trucks"}, {"drug": "Trains", "n": "7"}, {"drug": "Planes"}, by=by)
    rows = result.rows.set_index("measure")
    assert rows["value"].to_dict() == {"trucks": 3, "trains": 7}
    assert rows["unit"].to_dict() == {"trucks": "vehicles", "trains": "trains"}
    (refused,) = result.rejects["reason"]
    assert refused == "drug='Planes': no measure that the profile knows"
    only = checked({"drug": "Trucks"}, {"drug": "Trucks", "t": "2020-04"}, by=by).rows
    assert list(only["measure"]) == ["trucks", "trucks"]


def test_a_file_without_a_good_row_gives_no_figure() -> None:
    result = checked({"n": "many"}, {"t": "2020-13"})
    assert (len(result.rows), len(result.rejects)) == (0, 2)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"n": None}, "n=(blank): no figure for seizures"),
        ({"lbs": None}, "no figure for seized_mass"),
        ({"n": "many"}, "n='many': not a number"),
        ({"n": "-1"}, "seizures is below 0"),
        ({"n": "inf"}, "not a number"),
        ({"t": "2020-13"}, "not a time written %Y-%m"),
        ({"t": None}, "no time"),
        ({"t": "2027-01"}, "in the future"),
    ],
)
def test_a_bad_row_is_refused_whole(cells: dict[str, str | None], said: str) -> None:
    result = checked({}, cells)
    assert len(result.rows) == 2
    (refused,) = result.rejects.to_dict("records")
    assert said in refused["reason"]
    assert refused[ROW] == 3


def test_the_same_figure_twice_is_kept_once_and_another_refused() -> None:
    assert checked({}, {}).rejects.empty
    result = checked({}, {"n": "4"}, {"drug": "Cocaine"}, {"t": "2020-06"})
    assert result.rejects[ROW].tolist() == [3]
    assert "other content" in result.rejects["reason"].iloc[0]


def test_days_of_one_month_are_one_period() -> None:
    by = profile(time={"format": "%Y-%m-%d", "precision": "month"})
    result = checked({"t": "2020-05-17"}, by=by)
    assert set(result.rows["period_start"]) == {pd.Timestamp(2020, 5, 1)}


def test_fiscal_years_are_read() -> None:
    by = profile(
        columns={"fiscal_year": "fy", "month": "m"},
        time={"fiscal_year_start": 10, "precision": "month"},
    )
    rows = [{"fy": "2019", "m": "OCT"}, {"fy": "19", "m": "OCT"}, {"fy": "2019", "m": "OKT"}]
    result = checked(*rows, by=by)
    assert set(result.rows["period_start"]) == {pd.Timestamp(2018, 10, 1)}
    assert result.rejects["reason"].tolist() == [
        "fy='19': no fiscal year of four digits",
        "m='OKT': no month; its English name, three letters or 1-12",
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"time": {"format": "%Y", "precision": "minute"}}, "not day, month or year"),
        (
            {"time": {"fiscal_year_start": 10, "precision": "month"}},
            "'period_start' is not a field",
        ),
        ({"time": {"fiscal_year_start": 10, "format": "%Y"}}, "either format or"),
        ({"time": {"fiscal_year_start": 10, "precision": "day"}}, "precision: month"),
        ({"measures": []}, "measures"),
        ({"measures": [MEASURES[0] | {"when": "x"}]}, "need each other"),
        ({"columns": {"period_start": "t", "measure": "m"}}, "need each other"),
        ({"place": {"kind": "sector"}}, "either name"),
        ({"place": {"kind": "A B", "name": "x"}}, "place.kind"),
        ({"attributes": ["drug"]}, "dimensions"),
        ({"reader": "geojson"}, "reader"),
    ],
)
def test_faulty_profiles_say_what_is_wrong(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ProfileError, match=said):
        profile(**changes)


def test_missing_columns_are_named() -> None:
    table = pd.DataFrame({"t": ["2020-01"], ROW: [2]})
    with pytest.raises(ProfileError, match="no column 'area', 'n', 'lbs', 'drug'"):
        check_statistics(table, profile(), file="f.csv", now=NOW)
