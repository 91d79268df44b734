"""Tests of sensors: outages, coverage beside the demo's, ids of one source only."""

from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from cop.errors import FilterError, InputFileError
from cop.ingest.demo.publish import publish_demo
from cop.ingest.profile.file import read_profile
from cop.ingest.reader import DirectReader
from cop.ingest.sink.load import IngestReport
from cop.ingest.sink.registry import ingest_file
from cop.ingest.sink.sensor import read_outages
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.published import published_files, read_published

pytestmark = pytest.mark.sources

HEADER = [
    "sensor_id", "name", "kind", "lon", "lat", "height_m", "range_m", "azimuth_deg", "fov_deg",
    "agency", "installed_at", "removed_at", "outages",
]  # fmt: skip
GOOD = {
    "sensor_id": "S-1",
    "kind": "tower",
    "lon": "-110.9",
    "lat": "31.4",
    "range_m": "8000",
    "installed_at": "2026-01-01T00:00:00Z",
}
POWER = "2026-03-01T00:00Z/2026-03-04T12:00Z power; 2026-05-01T00:00Z/.. weather"


def ingest(folder: Path, path: Path, *rows: dict[str, str]) -> IngestReport:
    cells = [GOOD | row for row in rows]
    pd.DataFrame(cells, columns=HEADER).to_csv(path, index=False)
    return ingest_file(
        StoreSettings(data=folder), path, read_profile("sensors_csv"), reader=DirectReader()
    )


def outages_of(folder: Path) -> pd.DataFrame:
    files = published_files(folder, "outages")
    return pd.read_parquet(files[0]) if files else pd.DataFrame()


def test_sensors_and_their_outages_are_published(own_warehouse: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    first = ingest(own_warehouse, path, {"outages": POWER}, {"sensor_id": "S-2"})
    assert (first.accepted, first.rejected) == (2, 0)
    outages = outages_of(own_warehouse)
    assert outages["sensor_id"].tolist() == ["S-1", "S-1"]
    assert outages["cause"].tolist() == ["power", "weather"]
    assert outages["down_at"].iloc[0] == pd.Timestamp(2026, 3, 1)
    assert pd.isna(outages["up_at"].iloc[1])
    coverage = read_published(own_warehouse, "coverage")
    assert sorted(coverage["sensor_id"]) == ["S-1", "S-2"]
    assert not coverage["synthetic"].any()
    snapshot = Warehouse(StoreSettings(data=own_warehouse)).snapshot
    state = snapshot.sources["sensors_csv"]
    assert (state.n, state.newest) == (2, datetime(2026, 1, 1))
    again = ingest(own_warehouse, path, {"outages": POWER}, {"sensor_id": "S-2"})
    assert (again.accepted, again.duplicate, again.version) == (0, 2, first.version)
    ended = ingest(own_warehouse, path, {}, {"sensor_id": "S-2"})
    assert (ended.superseded, ended.duplicate) == (1, 1)
    assert outages_of(own_warehouse).empty


def test_real_sensors_stand_beside_the_demos(own_warehouse: Path, tmp_path: Path) -> None:
    ingest(own_warehouse, tmp_path / "a.csv", {"outages": POWER})
    settings = StoreSettings(data=own_warehouse)
    for events in (20, 10):
        publish_demo(
            settings, events=events, days=5, seed=1, end=datetime(2026, 6, 15),
            progress=lambda _step, _rows: None,
        )  # fmt: skip
    sensors = read_published(own_warehouse, "coverage")
    assert (~sensors["synthetic"]).sum() == 1
    assert sensors["synthetic"].sum() > 100
    assert sensors["sensor_id"].is_unique
    outages = outages_of(own_warehouse)
    assert (outages["source"] == "sensors_csv").sum() == 2
    assert (outages["source"] == "demo_sensors").sum() > 0
    taken = str(sensors.loc[sensors["synthetic"], "sensor_id"].iloc[0])
    with pytest.raises(InputFileError, match=f"'{taken}': source demo_sensors has a sensor"):
        ingest(own_warehouse, tmp_path / "b.csv", {"sensor_id": taken})
    assert len(read_published(own_warehouse, "coverage")) == len(sensors)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"sensor_id": ""}, "no sensor_id"),
        ({"kind": "eye"}, "no kind; the profile maps to tower, camera"),
        ({"range_m": ""}, "no range_m"),
        ({"range_m": "0"}, "range_m lies within 1 and 1000000"),
        ({"azimuth_deg": "400"}, "azimuth_deg lies within 0 and 360"),
        ({"fov_deg": "0"}, "fov_deg lies within"),
        ({"height_m": "tall"}, "not a number for the height_m"),
        ({"removed_at": "2025-01-01T00:00:00Z"}, "removed before it was installed"),
        ({"installed_at": "yesterday"}, "not a time written"),
        ({"outages": "soon"}, "no outages; write START/END CAUSE"),
        ({"outages": "2026-03-04T00:00Z/2026-03-01T00:00Z"}, "no outages"),
        ({"lon": "0", "lat": "0"}, "unknown place"),
    ],
)
def test_a_bad_sensor_is_refused(
    own_warehouse: Path, tmp_path: Path, cells: dict[str, str], said: str
) -> None:
    report = ingest(own_warehouse, tmp_path / "a.csv", cells)
    assert (report.accepted, report.rejected) == (0, 1)
    assert said in report.problems[0]


def test_outages_are_read_strictly() -> None:
    assert read_outages("") == []
    (only,) = read_outages(" 2026-03-01T00:00Z/.. ;")
    assert only == (datetime(2026, 3, 1), None, "unknown")
    for text in ("x", "2026-03-01/", "2026-03-01/2026-03-01", "2026-03-01 2026-03-02", "a/b c"):
        with pytest.raises(FilterError):
            read_outages(text)
