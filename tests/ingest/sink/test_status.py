"""Status reports end to end: what is refused and why, what counts, and what an undo takes back."""

from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from cop.errors import ProfileError
from cop.ingest.profile.file import read_profile
from cop.ingest.profile.kind import StatusProfile
from cop.ingest.reader import DirectReader
from cop.ingest.sink.load import PROBLEMS_SHOWN
from cop.ingest.sink.registry import ingest_file
from cop.model.moment import utc_now
from cop.settings import StoreSettings
from cop.store.dataset.source import SourceState
from cop.store.warehouse import Warehouse
from tests.support.report import load_sensors, load_status, table_of

pytestmark = pytest.mark.coverage

DOWN = {"sensor_id": "S-1", "at": "2026-03-01T00:00:00Z", "state": "down", "cause": "power"}
UP = {"sensor_id": "S-1", "at": "2026-03-03T00:00:00Z", "state": "up"}
MOVED = {"sensor_id": "S-1", "at": "2026-03-05T00:00:00Z", "lon": "-110.5", "lat": "31.34"}
PROFILE = read_profile("sensor_status_csv")
BAD = [
    ({"sensor_id": ""}, "sensor_id=(blank): no sensor_id"),
    ({"at": ""}, "at=(blank): no time"),
    ({"at": "yesterday"}, "at='yesterday': not a time written"),
    ({"at": "1899-12-31T00:00:00Z"}, "at='1899-12-31T00:00:00Z': before 1900"),
    ({"state": "broken"}, "state='broken': no state; the profile maps to up, degraded, down"),
    ({"state": ""}, "sensor_id='S-1': neither a state nor a place is reported"),
    ({"lon": "-110.5"}, "lat=(blank): no latitude, though a longitude"),
    ({"lat": "31.5"}, "lon=(blank): no longitude, though a latitude"),
    ({"lon": "-181", "lat": "31.5"}, "lon='-181': no longitude within 180 degrees"),
    (
        {"lon": "31.5", "lat": "-110.5"},
        "lat='-110.5': no latitude (over 90 degrees); longitude and latitude look swapped",
    ),
    ({"lon": "west", "lat": "31.5"}, "lon='west': not a number for the lon"),
    ({"lon": "-110.5", "lat": "inf"}, "lat='inf': not a number for the lat"),
]
NAME = "sensor_status_csv"


def state_of(folder: Path) -> SourceState:
    warehouse = Warehouse(StoreSettings(data=folder))
    try:
        return warehouse.snapshot.sources[NAME]
    finally:
        warehouse.close()


def places(folder: Path) -> list[tuple[float, float]]:
    table = table_of(folder, "placements")
    return list(zip(table["lon"], table["lat"], strict=True))


def test_reports_are_stored_counted_and_followed(own_warehouse: Path, tmp_path: Path) -> None:
    load_sensors(own_warehouse, tmp_path, {"sensor_id": "S-1"})
    april = {"sensor_id": "S-1", "at": "2026-04-01T00:00:00Z", "state": "degraded"}
    report = load_status(own_warehouse, tmp_path, DOWN, UP, MOVED, april, DOWN)
    assert (report.accepted, report.duplicate, report.rejected) == (4, 1, 0)
    assert table_of(own_warehouse, "sensor_reports_2026_03")["state"].tolist()[:2] == ["down", "up"]
    assert len(table_of(own_warehouse, "sensor_reports_2026_04")) == 1
    state = state_of(own_warehouse)
    assert (state.n, state.oldest, state.newest) == (4, datetime(2026, 3, 1), datetime(2026, 4, 1))
    assert (state.source.kind, state.source.marking) == ("status", "TLP:AMBER")
    outages = table_of(own_warehouse, "outages")
    assert outages["state"].tolist() == ["down", "degraded"]
    assert outages["up_at"].iloc[0] == datetime(2026, 3, 3)
    assert outages["cause"].tolist() == ["power", "not stated"]
    assert places(own_warehouse) == [(-110.9, 31.34), (-110.5, 31.34)]


def test_the_same_again_makes_no_version(own_warehouse: Path, tmp_path: Path) -> None:
    first = load_status(own_warehouse, tmp_path, DOWN, UP)
    again = load_status(own_warehouse, tmp_path, UP, DOWN)
    assert (again.accepted, again.duplicate, again.version) == (0, 2, first.version)
    corrected = load_status(own_warehouse, tmp_path, DOWN | {"cause": "storm"}, UP)
    assert (corrected.superseded, corrected.duplicate) == (1, 1)
    assert table_of(own_warehouse, "outages")["cause"].tolist() == ["storm"]


def test_bad_reports_are_refused_by_their_reasons(own_warehouse: Path, tmp_path: Path) -> None:
    for first in range(0, len(BAD), PROBLEMS_SHOWN):
        some = BAD[first : first + PROBLEMS_SHOWN]
        bad = [DOWN | cells for cells, _ in some]
        report = load_status(own_warehouse, tmp_path, *bad, UP)
        assert (report.accepted + report.duplicate, report.rejected) == (1, len(some))
        for row, (problem, (_, said)) in enumerate(zip(report.problems, some, strict=True), 2):
            assert f"row {row}: {said}" in problem
    assert table_of(own_warehouse, "sensor_reports_2026_03")["state"].tolist() == ["up"]


def test_a_profile_may_map_the_height_of_a_place(own_warehouse: Path, tmp_path: Path) -> None:
    assert isinstance(PROFILE, StatusProfile)
    columns = PROFILE.columns | {"height_m": "agl"}
    profile = PROFILE.model_copy(update={"columns": columns})
    load_sensors(own_warehouse, tmp_path, {"sensor_id": "S-1"})
    rows = [
        MOVED | {"agl": "900"},
        MOVED | {"at": "2026-03-06T00:00:00Z", "agl": "60000"},
        DOWN | {"agl": "5"},
    ]
    path = tmp_path / "flown.csv"
    pd.DataFrame(rows, columns=list(columns.values())).to_csv(path, index=False)
    report = ingest_file(StoreSettings(data=own_warehouse), path, profile, reader=DirectReader())
    assert (report.accepted, report.rejected) == (1, 2)
    assert "row 3: agl='60000': height_m lies within 0.0 and 50000.0" in report.problems[0]
    assert "row 4: agl='5': a height is of a place: give lon and lat" in report.problems[1]
    assert table_of(own_warehouse, "placements")["height_m"].tolist() == [24.0, 900.0]


def test_the_place_that_stands_for_none_is_refused(own_warehouse: Path, tmp_path: Path) -> None:
    report = load_status(own_warehouse, tmp_path, DOWN | {"lon": "0", "lat": "0"})
    assert (report.accepted, report.rejected) == (0, 1)
    assert "position 0, 0 stands for an unknown place" in report.problems[0]


def test_a_report_of_a_time_to_come_is_refused(own_warehouse: Path, tmp_path: Path) -> None:
    ahead = utc_now() + timedelta(days=3)
    report = load_status(own_warehouse, tmp_path, DOWN | {"at": f"{ahead:%Y-%m-%dT%H:%M:%SZ}"})
    assert (report.accepted, report.rejected) == (0, 1)
    assert "in the future" in report.problems[0]


def test_another_report_of_the_same_moment_is_refused(own_warehouse: Path, tmp_path: Path) -> None:
    report = load_status(own_warehouse, tmp_path, DOWN, DOWN | {"state": "up"}, DOWN)
    assert (report.accepted, report.duplicate, report.rejected) == (1, 1, 1)
    assert "row 3: sensor_id='S-1'" in report.problems[0]
    assert "stands earlier in the file with other content" in report.problems[0]


def test_a_file_without_a_column_is_refused(own_warehouse: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    pd.DataFrame([DOWN]).to_csv(path, index=False)
    settings = StoreSettings(data=own_warehouse)
    assert isinstance(PROFILE, StatusProfile)
    with pytest.raises(ProfileError, match="no column 'lon', 'lat'"):
        ingest_file(settings, path, PROFILE, reader=DirectReader())
