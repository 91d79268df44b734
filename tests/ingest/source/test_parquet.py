"""Tests that events from GeoParquet are those of the CSV with the same rows."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cop.errors import InputFileError, ProfileError
from cop.ingest.profile.file import build_profile
from cop.ingest.profile.kind import EventProfile
from cop.ingest.sink.event import check_events
from cop.ingest.source.registry import read_table
from cop.model.moment import utc_now

pytestmark = pytest.mark.house

ROWS = {
    "id": ["a", "b", None, "d"],
    "when": pd.to_datetime(
        ["2026-01-01T10:00", "2026-01-02T11:30", "2026-01-03T00:00", "2026-01-04T00:00"]
    ),
    "n": [1, 2, 3, -4],
    "note": ["x", None, 'say "y"', ""],
}
LON, LAT = [-110.9, -106.5, -99.5, -97.4], [31.4, 31.8, 27.5, 25.9]


def profile(reader: str, **columns: str) -> EventProfile:
    declared: dict[str, Any] = {
        "kind": "events",
        "source": {"id": "t", "title": "T", "publisher": "us", "terms": "none"},
        "reader": reader,
        "columns": {"occurred_at": "when", "count": "n", "source_id": "id", **columns},
        "values": {
            "kind": "crossing", "unit": "people", "detection": "patrol", "confidence": "high",
        },
        "attributes": ["note"],
        "time": {"precision": "minute"},
    }  # fmt: skip
    if reader == "csv":
        declared["time"]["format"] = "%Y-%m-%d %H:%M:%S%z"
    built = build_profile("t", declared)
    assert isinstance(built, EventProfile)
    return built


def checked(path: Path, by: EventProfile) -> tuple[pd.DataFrame, list[str]]:
    table = read_table(path, by)
    found = check_events(table, by, file=path.name, now=utc_now())
    return found.rows, found.rejects["reason"].tolist()


def test_typed_cells_are_read_as_text_is(tmp_path: Path) -> None:
    frame = pd.DataFrame(ROWS).assign(when=ROWS["when"].tz_localize("UTC"))
    frame.assign(lon=LON, lat=LAT).to_csv(tmp_path / "a.csv", index=False)
    shaped = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(LON, LAT), crs="EPSG:4326")
    shaped.to_parquet(tmp_path / "a.parquet")
    rows, reasons = checked(tmp_path / "a.csv", profile("csv", lon="lon", lat="lat"))
    typed, said = checked(tmp_path / "a.parquet", profile("parquet"))
    pd.testing.assert_frame_equal(typed, rows, check_dtype=False)
    assert reasons == ["id=(blank): no identifier", "n='-4': a count lies within 0 and 2147483647"]
    assert said == ["id=(blank): no identifier", "n=-4.0: a count lies within 0 and 2147483647"]


def test_positions_may_be_columns_of_plain_parquet(tmp_path: Path) -> None:
    frame = pd.DataFrame(ROWS).assign(lon=LON, lat=LAT).iloc[:2]
    frame.to_parquet(tmp_path / "a.parquet")
    rows, reasons = checked(tmp_path / "a.parquet", profile("parquet", lon="lon", lat="lat"))
    assert (rows["lon"].tolist(), reasons) == (LON[:2], [])


def test_a_file_without_rows_is_an_empty_table(tmp_path: Path) -> None:
    pd.DataFrame(ROWS).assign(lon=LON, lat=LAT).iloc[:0].to_parquet(tmp_path / "a.parquet")
    rows, reasons = checked(tmp_path / "a.parquet", profile("parquet", lon="lon", lat="lat"))
    assert (len(rows), reasons) == (0, [])


def test_faults_name_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with pytest.raises(InputFileError, match="no such file"):
        read_table(path, profile("parquet"))
    path.write_bytes(b"PAR1 not really")
    with pytest.raises(InputFileError, match=r"a\.parquet: not readable as Parquet"):
        read_table(path, profile("parquet"))
    table = pa.table({"id": ["a"]}).replace_schema_metadata({b"geo": b"{"})
    pq.write_table(table, path)
    with pytest.raises(InputFileError, match=r"a\.parquet: its geo metadata"):
        read_table(path, profile("parquet"))
    pq.write_table(pa.table({"id": ["a"]}), path)
    with pytest.raises(ProfileError, match="no column 'when'"):
        checked(path, profile("parquet"))
