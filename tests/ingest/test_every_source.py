"""Tests that every real file loads whole, against pandas and geopandas reading the same file."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from pyproj import Geod

from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.invoked import invoke
from tests.support.published import published_files, read_published
from tests.support.source import DATA_FILES, TABLES, data_file, data_folder
from tests.support.warehouse import copy_warehouse

pytestmark = [pytest.mark.sources, pytest.mark.full]

KG_PER_LB = 0.45359237
GEOD = Geod(ellps="WGS84")
DATASETS = {"events": "events", "statistics": "statistics", "places": "facilities"}


@dataclass(frozen=True)
class Loaded:
    """A warehouse with every table loaded, and what the command line said of each."""

    folder: Path
    reports: dict[str, dict[str, Any]]

    def records(self, profile: str) -> pd.DataFrame:
        """What is published of a source, read past the program."""
        kind = {name: kind for kind, name in DATA_FILES.values()}[profile]
        frame = read_dataset(self.folder, DATASETS.get(kind, kind))
        own: pd.DataFrame = frame[frame["source"] == profile].reset_index(drop=True)
        return own


@cache
def read_dataset(folder: Path, dataset: str) -> pd.DataFrame:
    """A dataset of the loaded warehouse, to which no test adds anything."""
    if dataset == "statistics":
        return pd.concat(pd.read_parquet(p) for p in published_files(folder, dataset))
    return read_published(folder, dataset)


@pytest.fixture(scope="module")
def loaded(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    base = tmp_path_factory.mktemp("sources")
    folder = copy_warehouse(bare_warehouse, base / "warehouse")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "nice", lambda _by: 0)
        return Loaded(folder, {name: load(kind, name, folder) for kind, name in TABLES.values()})


def load(kind: str, profile: str, folder: Path) -> dict[str, Any]:
    """Load the file of a profile by the command; return its report."""
    file = data_file(profile)
    answer = invoke("ingest", kind, file, "--profile", profile, "--json", "--data", folder)
    assert answer.exit_code == 0, answer.stderr
    return dict(json.loads(answer.stdout))


@cache
def read_rows(profile: str) -> pd.DataFrame:
    """The file as pandas or geopandas sees it, all cells as text where it is a CSV."""
    path = data_file(profile)
    if path.suffix == ".geojson":
        features = json.loads(path.read_text())["features"]
        frame = gpd.GeoDataFrame.from_features(features, crs="EPSG:4326")
    elif path.suffix == ".zip":
        frame = gpd.read_file(f"zip://{path}").to_crs("EPSG:4326")
    else:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
    return frame


def total(frame: pd.DataFrame, column: str) -> float:
    return float(pd.to_numeric(frame[column]).sum())


def length_km(frame: gpd.GeoDataFrame) -> float:
    return float(sum(GEOD.geometry_length(line) for line in frame.geometry)) / 1000


def sums(records: pd.DataFrame, column: str = "value") -> dict[str, float]:
    """The total of each measure."""
    return {str(k): float(v) for k, v in records.groupby("measure")[column].sum().items()}


def crossings(rows: pd.DataFrame) -> dict[str, float]:
    value = pd.to_numeric(rows["value"])
    named = rows["measure"].str.lower().str.replace(" ", "_")
    return {str(k): float(v) for k, v in value.groupby(named).sum().items()}


MEASURES: dict[str, Callable[[pd.DataFrame], dict[str, float]]] = {
    "bts_crossings": crossings,
    "ohss_sectors": lambda rows: {"encounters": total(rows, "quantity")},
    "cbp_seizures": lambda rows: {
        "seizures": total(rows, "Count of Event"),
        "seized_mass": total(rows, "Sum Qty (lbs)") * KG_PER_LB,
    },
    "fred_fx": lambda rows: {"mxn_per_usd": total(rows, "DEXMXUS")},
    "frontex_routes": lambda rows: {"detections": total(rows, "n")},
}
COUNTS: dict[str, Callable[[pd.DataFrame], float]] = {
    "iom_mmp": lambda rows: total(rows, "dead"),
    "ucdp_mexico": lambda rows: total(rows, "best"),
    "chicago_burglary": lambda rows: float(rows["date"].notna().sum()),
    "portland_cfs": lambda rows: float(len(rows)),
}
REJECTED: dict[str, Callable[[pd.DataFrame], "pd.Series[bool]"]] = {
    "fred_fx": lambda rows: rows["DEXMXUS"].isna(),
    "chicago_burglary": lambda rows: rows["date"].isna(),
}
REASONS = {
    "fred_fx": "DEXMXUS=(blank): no figure for mxn_per_usd",
    "chicago_burglary": "date=(blank): no time; a record needs one",
}


def test_every_file_has_a_profile() -> None:
    folder = data_folder()
    there = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    assert there - {"SOURCES.md"} == set(DATA_FILES)


def test_shown_every_file_loads(loaded: Loaded) -> None:
    """Rows are all accounted for, totals are pandas', every rejection is true, once is enough."""
    for profile, report in loaded.reports.items():
        rows = read_rows(profile)
        assert report["accepted"] + report["rejected"] + report["duplicate"] == len(rows), profile
        assert report["superseded"] == 0
        assert (report["rejected"] > 0) == (profile in REJECTED), report["problems"]
        records = loaded.records(profile)
        if profile in MEASURES:
            assert sums(records) == pytest.approx(MEASURES[profile](rows), rel=1e-12), profile
        elif profile in COUNTS:
            assert records["count"].sum() == COUNTS[profile](rows), profile
            assert len(records) == report["accepted"] == len(rows) - report["rejected"]
        else:
            assert len(records) == len(rows), profile


@pytest.mark.parametrize("profile", [name for _, name in TABLES.values()])
def test_a_second_run_accepts_nothing(loaded: Loaded, profile: str) -> None:
    kind = {name: kind for kind, name in TABLES.values()}[profile]
    again, first = load(kind, profile, loaded.folder), loaded.reports[profile]
    assert (again["accepted"], again["superseded"]) == (0, 0)
    assert again["duplicate"] == first["accepted"] + first["duplicate"]
    assert again["rejected"] == first["rejected"]
    assert again["version"] == max(r["version"] for r in loaded.reports.values())


@pytest.mark.parametrize("profile", list(REJECTED))
def test_every_rejection_is_true(loaded: Loaded, profile: str) -> None:
    (path,) = (loaded.folder / "rejects" / profile).glob("*.csv")
    kept = pd.read_csv(path, dtype=str)
    rows = read_rows(profile)
    expected = rows.index[REJECTED[profile](rows)] + 2
    assert kept["row"].astype(int).tolist() == expected.tolist()
    assert set(kept["reason"]) == {REASONS[profile]}
    assert set(kept["file"]) == {data_file(profile).name}
    assert len(kept) == loaded.reports[profile]["rejected"]


def test_the_history_keeps_the_note_of_every_load(loaded: Loaded) -> None:
    warehouse = Warehouse(StoreSettings(data=loaded.folder))
    notes = {v.load.profile: (v.version, v.load) for v in warehouse.history() if v.load}
    assert set(notes) == set(loaded.reports)
    for profile, report in loaded.reports.items():
        version, note = notes[profile]
        assert version == report["version"]
        assert (note.file, note.source) == (data_file(profile).name, profile)
        for name in ("accepted", "rejected", "duplicate", "superseded"):
            assert getattr(note, name) == report[name]
        assert (note.rejects_file is not None) == (report["rejected"] > 0)
        if note.rejects_file:
            assert (loaded.folder / note.rejects_file).is_file()
    for name, state in warehouse.snapshot.sources.items():
        assert state.n == len(loaded.records(name))
    assert warehouse.snapshot.newest("real") == loaded.records("iom_mmp")["occurred_at"].max()
    warehouse.close()


def test_shown_ohss(loaded: Loaded) -> None:
    """2,484 sector-months, and the sums by fiscal year are the file's."""
    rows, records = read_rows("ohss_sectors"), loaded.records("ohss_sectors")
    assert len(rows) == len(records) == 2_484
    assert records["place"].nunique() == 9
    assert records.groupby("place")["period_start"].nunique().tolist() == [276] * 9
    year, month = (rows["month"].str.split("-").str[i].astype(int) for i in (0, 1))
    by_year = rows["quantity"].astype(int).groupby(year + (month >= 10)).sum()
    start = records["period_start"]
    held = records["value"].groupby(start.dt.year + (start.dt.month >= 10)).sum()
    assert held.astype(int).to_dict() == by_year.to_dict()
    assert held.index.tolist() == list(range(2000, 2023))
    big_bend = rows.loc[rows["sector"] == "Big Bend, TX", "quantity"].astype(int).sum()
    assert records.loc[records["place"] == "BBT", "value"].sum() == big_bend
    assert set(records["place_kind"]) == {"sector"}


def test_seizures_lie_in_calendar_months_and_named_areas(loaded: Loaded) -> None:
    rows, records = read_rows("cbp_seizures"), loaded.records("cbp_seizures")
    events = records[records["measure"] == "seizures"]
    month = pd.to_datetime(rows["Month (abbv)"], format="%b").dt.month
    year = rows["FY"].astype(int) - (month >= 10)
    expected = rows["Count of Event"].astype(int).groupby(year * 100 + month).sum()
    start = events["period_start"]
    held = events["value"].groupby(start.dt.year * 100 + start.dt.month).sum()
    assert held.astype(int).to_dict() == expected.to_dict()
    assert start.min() == pd.Timestamp(2018, 10, 1)
    tucson = rows["Area of Responsibility"] == "TUCSON SECTOR"
    kg = records[(records["measure"] == "seized_mass") & (records["place"] == "TCA")]
    assert set(kg["place_kind"]) == {"sector"}
    pounds = pd.to_numeric(rows.loc[tucson, "Sum Qty (lbs)"]).sum()
    assert kg["value"].sum() == pytest.approx(pounds * KG_PER_LB, rel=1e-12)
    named = events[events["place_kind"] == "area"]["place"]
    assert "TUCSON FIELD OFFICE" in set(named)
    drug = events["dimensions"].map(json.loads).map(lambda held: held["drug"])
    by_drug = rows.groupby("Drug Type")["Count of Event"].apply(lambda s: s.astype(int).sum())
    assert events["value"].groupby(drug).sum().astype(int).to_dict() == by_drug.to_dict()


def test_barriers_keep_their_length_and_kind(loaded: Loaded) -> None:
    rows, records = read_rows("fence_2017"), loaded.records("fence_2017")
    assert len(records) == 743
    assert records["length_km"].sum() == pytest.approx(1_128, rel=0.01)
    assert records["length_km"].sum() == pytest.approx(length_km(rows), rel=1e-9)
    kind = rows["gen_type"].fillna("unknown")
    assert records["kind"].value_counts().to_dict() == kind.value_counts().to_dict()
    assert (records["kind"] == "unknown").sum() == 56
    assert set(records["line_type"]) == {"barrier"}
    boundary = loaded.records("ibwc_boundary")
    assert boundary["length_km"].sum() == pytest.approx(
        length_km(read_rows("ibwc_boundary")), rel=1e-6
    )


def test_conflict_keeps_how_exact_it_is(loaded: Loaded) -> None:
    rows, records = read_rows("ucdp_mexico"), loaded.records("ucdp_mexico")
    merged = records.merge(rows, left_on="source_id", right_on="id", validate="one_to_one")
    words = {1: "day", 2: "week", 3: "week", 4: "month", 5: "year"}
    precision = merged["date_prec"].astype(float).map(words)
    assert (merged["time_precision"] == precision).all()
    vague = merged["where_prec"].astype(float)
    assert set(merged.loc[vague > 2, "segment_id"]) == {"NONE"}
    assert set(merged.loc[vague > 3, "sector"]) == {"NONE"}
    assert (merged.loc[vague == 1, "sector"] != "NONE").sum() > 1_000
    assert set(records["kind"]) == {"conflict"}


def test_projected_positions_are_those_that_the_publisher_derived(loaded: Loaded) -> None:
    for profile, lon, lat in (
        ("chicago_burglary", "lon_26971", "lat_26971"),
        ("portland_cfs", "lon", "lat"),
    ):
        rows = read_rows(profile)
        rows = rows[~REJECTED[profile](rows)] if profile in REJECTED else rows
        records = loaded.records(profile)
        for ours, theirs in (("lon", lon), ("lat", lat)):
            expected = sorted(pd.to_numeric(rows[theirs]))
            assert sorted(records[ours]) == pytest.approx(expected, abs=1e-5)


def test_stations_and_ports_stand_where_they_are(loaded: Loaded) -> None:
    stations = loaded.records("usbp_stations")
    assert len(stations) == 129
    rows = read_rows("usbp_stations").set_index("name")
    southwest = rows["region"].reindex(stations["name"]).to_numpy() == "Southwest"
    outside = (stations["sector"] == "NONE").to_numpy()
    assert outside[~southwest].all()
    assert (~outside & southwest).sum() > 50
    ports = loaded.records("bts_ports")
    assert len(ports) == ports["code"].nunique() == 27
    assert not (ports["sector"] == "NONE").any()
    entered = loaded.records("bts_crossings")
    assert set(entered["place"]) == set(ports["code"])
