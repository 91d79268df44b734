"""Tests of places: identified by the profile, placed in the region, corrected when they move."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cop.errors import ProfileError
from cop.ingest.profile.file import build_profile
from cop.ingest.profile.kind import PlaceProfile
from cop.ingest.reader import DirectReader
from cop.ingest.sink.load import IngestReport
from cop.ingest.sink.registry import ingest_file
from cop.settings import StoreSettings
from tests.support.published import read_published

pytestmark = pytest.mark.sources

HEADER = "code,name,lon,lat,state\n"
NOGALES, MOVED = "2604,Nogales,-110.94,31.34,AZ\n", "2604,Nogales,-110.90,31.34,AZ\n"


def profile(**changes: Any) -> PlaceProfile:
    declared = {
        "kind": "places",
        "source": {"id": "test", "title": "T", "publisher": "P", "terms": "none"},
        "reader": "csv",
        "columns": {"code": "code", "name": "name", "lon": "lon", "lat": "lat"},
        "values": {"facility_type": "port", "uncertainty_m": 1000},
        "identity": ["code"],
        "attributes": ["state"],
    }
    built = build_profile("test", declared | changes)
    assert isinstance(built, PlaceProfile)
    return built


def ingest(folder: Path, path: Path, *rows: str, by: PlaceProfile | None = None) -> IngestReport:
    path.write_text(HEADER + "".join(rows))
    return ingest_file(StoreSettings(data=folder), path, by or profile(), reader=DirectReader())


def test_places_are_placed_and_corrected(own_warehouse: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    far = "X1,Chicago,-87.6,41.9,IL\n"
    first = ingest(own_warehouse, path, NOGALES, far, ",Nowhere,-110,31,AZ\n", "Y,,-110,31,\n")
    assert (first.accepted, first.rejected) == (2, 2)
    assert [p.split(": ", 1)[1] for p in first.problems] == [
        "code=(blank): no code", "name=(blank): no name",
    ]  # fmt: skip
    held = read_published(own_warehouse, "facilities").set_index("code")
    assert held.loc["2604", "sector"] == "TCA"
    assert held.loc["2604", "segment_id"].startswith("TCA-")
    assert held.loc["X1", ["sector", "county", "segment_id"]].tolist() == ["NONE"] * 3
    assert held.loc["2604", "attributes"] == '{"state": "AZ"}'
    assert held.geometry.x.tolist() == held["lon"].tolist()
    again = ingest(own_warehouse, path, NOGALES, far)
    assert (again.accepted, again.duplicate, again.version) == (0, 2, first.version)
    moved = ingest(own_warehouse, path, MOVED, far)
    assert (moved.superseded, moved.duplicate) == (1, 1)
    held = read_published(own_warehouse, "facilities").set_index("code")
    assert held.loc["2604", "lon"] == -110.90
    assert len(held) == 2


def test_vague_places_are_in_no_sector(own_warehouse: Path, tmp_path: Path) -> None:
    vague = profile(values={"facility_type": "other", "uncertainty_m": 200_000})
    ingest(own_warehouse, tmp_path / "a.csv", NOGALES, by=vague)
    held = read_published(own_warehouse, "facilities")
    assert held["sector"].tolist() == ["NONE"]


def test_a_repeated_identity_with_other_content_is_refused(
    own_warehouse: Path, tmp_path: Path
) -> None:
    report = ingest(own_warehouse, tmp_path / "a.csv", NOGALES, MOVED, NOGALES)
    assert (report.accepted, report.rejected, report.duplicate) == (1, 1, 1)
    assert "code='2604': stands earlier in the file" in report.problems[0]


def test_points_of_geojson_are_places(own_warehouse: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(
        '{"type": "FeatureCollection", "features": ['
        '{"type": "Feature", "properties": {"name": "A"}, '
        '"geometry": {"type": "Point", "coordinates": [-110.94, 31.34]}}, '
        '{"type": "Feature", "properties": {"name": "B"}, '
        '"geometry": {"type": "LineString", "coordinates": [[0, 1], [2, 3]]}}]}'
    )
    by = profile(reader="geojson", columns={"name": "name"}, identity=["name"], attributes=[])
    report = ingest_file(StoreSettings(data=own_warehouse), path, by, reader=DirectReader())
    assert (report.accepted, report.rejected) == (1, 1)
    assert "no point" in report.problems[0]
    assert read_published(own_warehouse, "facilities")["sector"].tolist() == ["TCA"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"identity": []}, "identity"),
        ({"identity": ["code"], "columns": {"name": "n", "lon": "x", "lat": "y"}}, "gives code"),
        ({"values": {"facility_type": "castle"}}, "'castle' is not one of"),
        ({"values": {}}, "no value for facility_type"),
        ({"reader": "xlsx"}, "reader"),
    ],
)
def test_faulty_profiles_say_what_is_wrong(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ProfileError, match=said):
        profile(**changes)


def test_columns_of_no_profile_are_left_out(own_warehouse: Path, tmp_path: Path) -> None:
    ingest(own_warehouse, tmp_path / "a.csv", NOGALES, by=profile(attributes=[]))
    held = pd.DataFrame(read_published(own_warehouse, "facilities"))
    assert held["attributes"].isna().all()
    assert "state" not in held.to_csv()
