"""Tables: positions and times as people write them, chosen roles, ids, what is left out."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from cop.ingest.upload.read import Upload, inspect_file
from cop.model.upload import FEATURES, PROBLEMS, Choices, DraftReport, Inspection
from cop.settings import UploadSettings
from tests.support.upload import Read, read_all

pytestmark = pytest.mark.layers

HERE = (-110.93748, 31.33362)
TEXTS: dict[str, tuple[str, Choices]] = {
    "mgrs.csv": ("grid;dtg\n12R WV 05947 66578;241830Z NOV 25\n", Choices()),
    "utm.csv": ("utm,seen at\n12R 505947.7 3466578.1,2025-11-24T11:30:00-07:00\n", Choices()),
    "zone.csv": ("zone,easting,northing,t\n12R,505947.7,3466578.1,x\n", Choices()),
    "grid.csv": ("easting,northing\n505947.7,3466578.1\n", Choices(crs="EPSG:32612")),
    "dms.csv": ("lat,lon,time\n31°20'01\"N,110°56'15\"W,1764009000\n", Choices()),
    "pair.csv": ('coordinates,when\n"31.33362, -110.93748",24/11/2025 18:30\n', Choices()),
    "comma.csv": ("Lat;Lon;Datum\n31,33362;-110,93748;24.11.2025 18:30\n", Choices()),
    "local.csv": (
        "lat,lon,date\n31.33362,-110.93748,11/24/2025 11:30 AM\n",
        Choices(time_zone="America/Phoenix"),
    ),
    "ordered.csv": (
        "lat,lon,date\n31.33362,-110.93748,03/04/2025\n",
        Choices(day_first=True),
    ),
}


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Read:
    folder = tmp_path_factory.mktemp("tables")
    uploads = []
    for name, (text, choices) in TEXTS.items():
        (folder / name).write_text(text)
        uploads.append(Upload(path=folder / name, name=name, choices=choices))
    return read_all(uploads, folder / "drafts")


def test_shown_positions_in_every_notation_are_the_same_place(tables: Read) -> None:
    for name, (_, _, draft) in tables.items():
        (point,) = gpd.read_parquet(draft / FEATURES).geometry
        assert (point.x, point.y) == pytest.approx(HERE, abs=4e-5), name


def test_shown_times_in_every_notation_are_the_same_moment(tables: Read) -> None:
    for name, (_, _, draft) in tables.items():
        (moment,) = gpd.read_parquet(draft / FEATURES)["occurred_at"]
        expected = {"ordered.csv": "2025-04-03 00:00:00", "zone.csv": "NaT", "grid.csv": "NaT"}
        assert str(moment) == expected.get(name, "2025-11-24 18:30:00"), name


def _read_one(folder: Path, text: str, **choices: Any) -> tuple[Inspection, DraftReport, Path]:
    path = folder / "a.csv"
    path.write_text(text)
    uploads = [Upload(path=path, name="a.csv", choices=Choices.model_validate(choices))]
    return read_all(uploads, folder / "drafts")["a.csv"]


def test_personal_columns_are_left_out_unless_chosen(tmp_path: Path) -> None:
    text = "lat,lon,last_name,n\n31,-110,Doe,1\n"
    _, report, _ = _read_one(tmp_path, text)
    assert [column.name for column in report.columns] == ["n"]
    (tmp_path / "b").mkdir()
    _, report, _ = _read_one(tmp_path / "b", text, columns=["last_name", "lat"])
    assert [(c.name, c.kind) for c in report.columns] == [
        ("last_name", "VARCHAR"),
        ("lat", "BIGINT"),
    ]


def test_problems_name_row_column_value_and_reason(tmp_path: Path) -> None:
    rows = "31,-110,2026-01-01\n95,-110,2026-01-02\n31,-110,2026-01-04\n31,,2026-01-03\n"
    odd = "31,-110,0000-13-01\n"
    seen, report, draft = _read_one(tmp_path, "lat,lon,date\n" + rows * 5 + odd)
    assert (report.rows, report.accepted, report.rejected) == (21, 11, 10)
    lines = (draft / PROBLEMS).read_text("utf-8-sig").splitlines()
    assert lines[1] == "3,lat,95,beyond 180 degrees east or 90 north"
    assert lines[2].startswith("5,lat,31,")
    assert {finding.code for finding in seen.findings} >= {"out_of_bounds", "time_unreadable"}


def test_kinds_are_found_and_codes_keep_their_zeros(tmp_path: Path) -> None:
    text = "lat,lon,a,b,c,d,e\n31,-110,1,1.5,true,007,x\n31,-110,,2,False,010,\n"
    _, report, _ = _read_one(tmp_path, text)
    kinds = {column.name: column.kind for column in report.columns}
    assert kinds == {"a": "BIGINT", "b": "DOUBLE", "c": "BOOLEAN", "d": "VARCHAR", "e": "VARCHAR"}


def test_axes_exchanged_within_degrees_are_seen_by_where_the_file_is_expected(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("latitude,longitude\n20.1,46.1\n20.2,46.2\n")
    near = (18.0, 45.0, 22.0, 48.0)
    seen = inspect_file(path, "a.csv", UploadSettings(), near=near)
    (asked,) = seen.asks
    assert asked.code == "axes_swapped"
    assert {fix.value for fix in asked.fixes} == {True, False}
    assert [reading.bounds for reading in asked.readings][1] == (20.1, 46.1, 20.2, 46.2)
    settled = Choices(swap_axes=True)
    seen = inspect_file(path, "a.csv", UploadSettings(), choices=settled, near=near)
    assert seen.bounds == (20.1, 46.1, 20.2, 46.2)
