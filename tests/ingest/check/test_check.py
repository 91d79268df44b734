"""Tests of the checks: every refused row keeps a true reason, every good row is mapped."""

from datetime import datetime
from typing import Any

import pandas as pd
import pytest
from pyproj import Transformer

from cop.errors import ProfileError
from cop.ingest.check.check import CheckedTable
from cop.ingest.profile.kind import EventProfile
from cop.ingest.sink.event import check_events
from cop.model.source import ROW
from tests.ingest.profile.test_file import declared

pytestmark = pytest.mark.picture

NOW = datetime(2026, 6, 1, 12)
GOOD = {"x": "-110.5", "y": "31.5", "t": "2026-05-01", "n": "3"}


def profile(**changes: Any) -> EventProfile:
    return EventProfile(name="test", **declared(**changes))


def checked(*rows: dict[str, str | None], by: EventProfile | None = None) -> CheckedTable:
    table = pd.DataFrame([GOOD | row for row in rows], dtype="str")
    table[ROW] = range(2, 2 + len(table))
    return check_events(table, by or profile(), file="f.csv", now=NOW)


@pytest.mark.trust
@pytest.mark.parametrize("name", ["dob", "Fecha de nacimiento", "Születési idő", "Датум рођења"])
def test_a_date_of_birth_is_never_the_time(name: str) -> None:
    table = pd.DataFrame([{"x": "-110.5", "y": "31.5", name: "1980-05-01", "n": "3"}], dtype="str")
    table[ROW] = 2
    columns = {**declared()["columns"], "occurred_at": name}
    with pytest.raises(ProfileError, match="dates of birth"):
        check_events(table, profile(columns=columns), file="f.csv", now=NOW)


def test_a_good_row_is_mapped() -> None:
    (row,) = checked({}).rows.to_dict("records")
    assert row["occurred_at"] == pd.Timestamp(2026, 5, 1)
    assert (row["lon"], row["lat"], row["count"]) == (-110.5, 31.5, 3)
    assert (row["kind"], row["unit"], row["confidence"]) == ("rescue", "people", "low")
    assert (row["source"], row["marking"], row["synthetic"]) == ("test", "TLP:CLEAR", False)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"t": None}, "t=(blank): no time"),
        ({"t": "01.05.2026"}, "t='01.05.2026': not a time written %Y-%m-%d"),
        ({"t": "2026-02-30"}, "not a time"),
        ({"t": "2026-05-01T00:00"}, "not a time"),
        ({"t": "2026-06-03"}, "in the future"),
        ({"t": "9999-12-31"}, "in the future"),
        ({"t": "1899-12-31"}, "before 1900"),
        ({"t": "0001-01-01"}, "before 1900"),
        ({"x": None}, "no longitude"),
        ({"x": "west"}, "x='west': not a number"),
        ({"x": "nan"}, "not a number"),
        ({"x": "inf"}, "not a number"),
        ({"x": "-inf"}, "not a number"),
        ({"x": "1e308"}, "no longitude within 180"),
        ({"x": "1e999"}, "not a number"),
        ({"x": "-110,5"}, "not a number"),
        ({"x": "180.0001"}, "no longitude within 180"),
        ({"x": "-12300000"}, "no longitude within 180"),
        ({"y": "90.0001", "x": "-170"}, "no latitude within 90"),
        ({"y": "1e308"}, "no latitude within 90"),
        ({"x": "31.5", "y": "-110.5"}, "longitude and latitude look swapped"),
        ({"x": "0", "y": "0.0"}, "unknown place"),
        ({"n": None}, "no count"),
        ({"n": "1.5"}, "n='1.5': a count is a whole number"),
        ({"n": "-1"}, "a count lies within"),
        ({"n": "2147483648"}, "a count lies within"),
        ({"n": "1e308"}, "a count lies within"),
        ({"n": "inf"}, "not a number"),
        ({"n": "many"}, "not a number"),
    ],
)
def test_a_bad_row_is_refused_with_the_reason(cells: dict[str, str | None], said: str) -> None:
    result = checked({}, cells, {})
    assert len(result.rows) == 2
    (refused,) = result.rejects.to_dict("records")
    assert said in refused["reason"]
    assert refused[ROW] == 3


def test_the_first_reason_counts() -> None:
    (refused,) = checked({"t": "x", "n": "y"}).rejects.to_dict("records")
    assert refused["reason"].startswith("t=")


@pytest.mark.parametrize(
    "cells",
    [
        {"t": "2026-06-02"},
        {"n": "0"},
        {"n": "2147483647"},
        {"n": "1.0"},
        {"x": "180", "y": "90"},
        {"x": "0", "y": "10"},
    ],
)
def test_the_edges_are_accepted(cells: dict[str, str]) -> None:
    assert len(checked(cells).rows) == 1


def test_every_row_is_accepted_or_refused() -> None:
    rows = [{"n": str(i) if i % 3 else "x"} for i in range(30)]
    result = checked(*rows)
    assert sorted([*result.rows.index, *result.rejects.index]) == list(range(30))


def test_a_missing_column_lists_what_there_is() -> None:
    table = pd.DataFrame({"x": ["1"], "y": ["2"], "zeit\x1b[31m": ["3"], ROW: [2]}, dtype="str")
    with pytest.raises(ProfileError, match=r"no column 't', 'n'.*the file has: 'x', 'y'") as fault:
        check_events(table, profile(), file="f.csv", now=NOW)
    assert "\x1b" not in str(fault.value)
    wide = pd.DataFrame({f"{'c' * 500}{i}": ["1"] for i in range(500)} | {ROW: [2]})
    with pytest.raises(ProfileError) as fault:
        check_events(wide, profile(), file="f.csv", now=NOW)
    assert len(str(fault.value)) < 2_000


def test_local_times_become_utc_and_twofold_hours_are_refused() -> None:
    by = profile(time={"format": "%Y-%m-%d %H:%M", "zone": "America/Denver"})
    times = ("2026-01-15 12:00", "2025-11-02 01:30", "2026-03-08 02:30", "2025-07-01 00:00")
    result = checked(*({"t": t} for t in times), by=by)
    assert result.rows["occurred_at"].tolist() == [
        pd.Timestamp(2026, 1, 15, 19),
        pd.Timestamp(2025, 7, 1, 6),
    ]
    assert result.rejects["reason"].str.contains("skipped or comes twice").all()


def test_offsets_in_the_time_are_honoured() -> None:
    by = profile(time={"format": "%Y-%m-%dT%H:%M%z", "zone": "America/Denver"})
    times = ("2026-01-15T12:00+0100", "2026-01-15T12:00Z", "2026-01-15T12:00")
    result = checked(*({"t": t} for t in times), by=by)
    assert result.rows["occurred_at"].tolist() == [
        pd.Timestamp(2026, 1, 15, 11),
        pd.Timestamp(2026, 1, 15, 12),
    ]
    assert result.rows["occurred_at"].dt.tz is None
    assert len(result.rejects) == 1


def test_a_bad_time_format_is_the_profiles_fault() -> None:
    with pytest.raises(ProfileError, match=r"time.format '%Q'"):
        checked({}, by=profile(time={"format": "%Q"}))


def test_other_systems_of_coordinates_are_projected() -> None:
    x, y = Transformer.from_crs(4326, 26912, always_xy=True).transform(-110.5, 31.5)
    result = checked({"x": str(x), "y": str(y)}, {"x": "inf"}, by=profile(crs="EPSG:26912"))
    assert result.rows["lon"].iloc[0] == pytest.approx(-110.5, abs=1e-7)
    assert result.rows["lat"].iloc[0] == pytest.approx(31.5, abs=1e-7)
    assert len(result.rejects) == 1
    with pytest.raises(ProfileError, match="crs 'EPSG:0' is unknown"):
        checked({}, by=profile(crs="EPSG:0"))


def test_words_go_through_the_map() -> None:
    columns = declared()["columns"] | {"kind": "k"}
    values = {k: v for k, v in declared()["values"].items() if k != "kind"}
    by = profile(columns=columns, values=values, maps={"kind": {"Dead": "death"}})
    result = checked({"k": "Dead"}, {"k": "dead"}, {"k": None}, by=by)
    assert result.rows["kind"].tolist() == ["death"]
    assert result.rejects["reason"].str.startswith("k=").all()


def test_ids_are_needed_and_may_not_contradict() -> None:
    by = profile(columns=declared()["columns"] | {"source_id": "id"})
    rows = [{"id": "a"}, {"id": "a"}, {"id": "a", "n": "9"}, {"id": None}, {"id": "b"}]
    result = checked(*rows, by=by)
    assert result.rows["source_id"].tolist() == ["a", "a", "b"]
    assert "other content" in result.rejects["reason"].iloc[0]
    assert "no identifier" in result.rejects["reason"].iloc[1]


def test_no_rows_at_all() -> None:
    for by in (profile(), profile(columns=declared()["columns"] | {"source_id": "id"})):
        columns = ["x", "y", "t", "n", "id", ROW]
        table = pd.DataFrame({name: pd.Series([], dtype="str") for name in columns})
        result = check_events(table, by, file="f.csv", now=NOW)
        assert result.rows.empty
        assert result.rejects.empty


def with_columns(**more: str) -> dict[str, str]:
    return declared()["columns"] | more


@pytest.mark.sources
def test_how_exact_a_time_is_can_differ_from_row_to_row() -> None:
    by = profile(
        columns=with_columns(time_precision="p"),
        maps={"time_precision": {"1": "day", "4": "month"}},
        time={"format": "%Y-%m-%d", "zone": "America/Denver"},
    )
    result = checked({"p": "1"}, {"p": "4"}, {"p": "9"}, {"p": None}, by=by)
    assert result.rows["time_precision"].tolist() == ["day", "month"]
    assert set(result.rows["occurred_at"]) == {pd.Timestamp(2026, 5, 1)}
    assert result.rejects["reason"].tolist() == [
        "p='9': no time_precision that the profile's map knows",
        "p=(blank): no time_precision; the profile maps to minute, hour, day, week, month, year",
    ]


@pytest.mark.sources
def test_how_exact_a_place_is_can_be_mapped() -> None:
    by = profile(
        columns=with_columns(uncertainty_m="w"), maps={"uncertainty_m": {"1": 5000, "2": 25000}}
    )
    result = checked({"w": "1"}, {"w": "2"}, {"w": "3"}, by=by)
    assert result.rows["uncertainty_m"].tolist() == [5_000, 25_000]
    assert result.rejects["reason"].tolist() == [
        "w='3': no uncertainty_m that the profile's map knows"
    ]


@pytest.mark.sources
def test_a_value_fills_blank_cells() -> None:
    by = profile(columns=with_columns(confidence="c"))
    result = checked({"c": "high"}, {"c": None}, {"c": "sure"}, by=by)
    assert result.rows["confidence"].tolist() == ["high", "low"]
    assert result.rejects["reason"].str.startswith("c='sure': no confidence").all()


@pytest.mark.sources
def test_feet_from_nowhere_are_refused_by_name() -> None:
    by = profile(crs="EPSG:2913")
    good = {"x": "7660085.0", "y": "672910.0"}
    swapped = {"x": "672910.0", "y": "7660085.0"}
    result = checked(good, {"x": "0", "y": "0.0"}, swapped, by=by)
    assert result.rows["lon"].tolist() == pytest.approx([-122.613925], abs=1e-6)
    assert result.rows["lat"].tolist() == pytest.approx([45.492962], abs=1e-6)
    unknown, outside = result.rejects["reason"]
    assert unknown == "x='0': position 0, 0 stands for an unknown place"
    assert outside.startswith("x='672910.0': outside the area of EPSG:2913 (")


GROUPS = with_columns(single_adults="a", family_members="f", unaccompanied_children="m")


@pytest.mark.sources
def test_groups_are_kept_as_counts() -> None:
    by = profile(columns=GROUPS)
    rows = [
        {"a": "1", "f": "2", "m": "0"},
        {"a": "1", "f": None, "m": None},
        {"a": None, "f": None, "m": None},
    ]
    result = checked(*rows, by=by)
    assert result.rejects.empty
    assert result.rows["single_adults"].tolist() == [1, 1, pd.NA]
    assert result.rows["family_members"].isna().tolist() == [False, True, True]


@pytest.mark.sources
@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"a": "2", "f": "2"}, "m=(blank): the groups together exceed the count"),
        ({"a": "-1"}, "a='-1': a part of a count is a whole number from 0"),
        ({"f": "1.5"}, "f='1.5': a part of a count"),
        ({"m": "some"}, "m='some': not a number for the unaccompanied children"),
    ],
)
def test_groups_that_cannot_be_are_refused(cells: dict[str, str], said: str) -> None:
    blank = dict.fromkeys("afm")
    (reason,) = checked(blank | cells, by=profile(columns=GROUPS)).rejects["reason"]
    assert reason.startswith(said)


@pytest.mark.sources
def test_only_people_have_groups() -> None:
    by = profile(columns=GROUPS, values=declared()["values"] | {"unit": "kg"})
    (reason,) = checked({"a": "1", "f": None, "m": None}, by=by).rejects["reason"]
    assert "only a count of people has groups" in reason


@pytest.mark.access
def test_a_row_has_at_least_the_marking_of_its_source() -> None:
    declares = declared()
    columns, source = {**declares["columns"], "marking": "m"}, dict(declares["source"])
    by = profile(columns=columns, source={**source, "marking": "TLP:AMBER//REL TO DPS, JTF"})
    stated = [
        None,
        "TLP:CLEAR",
        " tlp:red//rel to jtf ",
        "TLP:AMBER//REL TO JTF, PCSO",
        "TLP:AMBER//REL TO PCSO",
        "secret",
    ]
    found = checked(*({"m": text} for text in stated), by=by)
    assert found.rows["marking"].tolist() == [
        "TLP:AMBER//REL TO DPS, JTF",
        "TLP:AMBER//REL TO DPS, JTF",
        "TLP:RED//REL TO JTF",
        "TLP:AMBER//REL TO JTF",
        "TLP:AMBER//NOT RELEASABLE",
    ]
    (reason,) = found.rejects["reason"]
    assert reason.startswith("m='secret': no marking; use TLP:CLEAR")
