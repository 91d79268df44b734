"""Tests of profiles: those that are shipped, and faulty ones."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from cop.errors import CopError, ProfileError
from cop.ingest.profile.file import (
    build_profile,
    find_profile,
    need_strict_reader,
    profile_names,
    read_profile,
)
from cop.ingest.profile.kind import EventProfile
from cop.model.mapping import ISO_FORMAT, LON, TIME, FileReading

pytestmark = pytest.mark.picture


def declared(**changes: Any) -> dict[str, Any]:
    """A good profile with some parts changed; None leaves a part out."""
    good: dict[str, Any] = {
        "kind": "events",
        "source": {"id": "test", "title": "T", "publisher": "P", "terms": "none"},
        "reader": "csv",
        "columns": {"lon": "x", "lat": "y", "occurred_at": "t", "count": "n"},
        "time": {"format": "%Y-%m-%d"},
        "values": {
            "kind": "rescue",
            "unit": "people",
            "detection": "record",
            "confidence": "low",
        },
    }
    return {k: v for k, v in (good | changes).items() if v is not None}


def write(folder: Path, declaration: Any, name: str = "test") -> Path:
    (folder / f"{name}.yaml").write_text(yaml.safe_dump(declaration))
    return folder


@pytest.mark.parametrize("name", profile_names())
def test_shipped_profiles_are_sound(name: str) -> None:
    profile = read_profile(name)
    assert profile.source.title
    assert profile.source.terms


def test_a_good_profile_reads(tmp_path: Path) -> None:
    profile = read_profile("test", write(tmp_path, declared()))
    assert isinstance(profile, EventProfile)
    assert profile.time.zone == "UTC"
    assert profile.crs == "EPSG:4326"


@pytest.mark.parametrize("name", ["nothing", "../iom_mmp", "iom_mmp.yaml", "", "/etc/passwd"])
def test_unknown_names_list_the_known(name: str) -> None:
    with pytest.raises(ProfileError, match=r"there are: .*iom_mmp"):
        read_profile(name)


VALUES = declared()["values"]
COLUMNS = declared()["columns"]


@pytest.mark.parametrize(
    ("declaration", "said"),
    [
        ("just text", "not a mapping"),
        ([1, 2], "not a mapping"),
        (None, "not a mapping"),
        (declared(colour="red"), "colour"),
        (declared(reader="xlsx"), "reader"),
        (declared(reading={}), "reading: it goes with reader: upload"),
        (declared(reader="upload", crs="EPSG:32612"), "crs: write it as reading.crs"),
        (declared(reader="upload", reading={"day_first": "maybe"}), "reading.day_first"),
        (declared(reader="upload", columns=["x"]), "columns: write names with a colon"),
        (declared(reader="upload", time=7), "time: write names with a colon"),
        (declared(time=None), "time"),
        (declared(columns={"lon": "x", "lat": "y", "occurred_at": "t"}), "no value for count"),
        (declared(columns=COLUMNS | {"name": "n"}), "'name' is not a field"),
        (declared(values=VALUES | {"kind": "war"}), "'war' is not one of"),
        (declared(values=VALUES | {"count": 1.5}), "whole number"),
        (declared(values=VALUES | {"count": "many"}), "whole number"),
        (declared(values=VALUES | {"count": True}), "whole number"),
        (declared(values=VALUES | {"count": float("inf")}), "whole number"),
        (declared(values=VALUES | {"uncertainty_m": -1}), "uncertainty_m"),
        (declared(values=VALUES | {"uncertainty_m": "5 km"}), "uncertainty_m"),
        (declared(values=VALUES | {"lon": 5}, columns=COLUMNS | {"lon": "x"}), "map a column"),
        (declared(values=VALUES | {"source_id": "a"}), "map a column"),
        (declared(time={"format": "%Y", "zone": "Mars/Phobos"}), "not an IANA time zone"),
        (declared(time={"format": "%Y", "zone": "../../etc/passwd"}), "not an IANA time zone"),
        (declared(time={"format": "%Y", "precision": "second"}), "precision"),
        (declared(source={"id": "../x", "title": "", "publisher": "", "terms": ""}), "source.id"),
        (
            declared(source={"id": "dps--own", "title": "", "publisher": "", "terms": ""}),
            "id 'dps--own': `--` is for the sources of partners",
        ),
        (
            declared(
                source={
                    "id": "x",
                    "title": "",
                    "publisher": "",
                    "terms": "",
                    "marking": "SECRET",
                }
            ),
            "SECRET",
        ),
    ],
)
def test_faulty_profiles_say_what_is_wrong(tmp_path: Path, declaration: Any, said: str) -> None:
    with pytest.raises(CopError, match=said):
        read_profile("test", write(tmp_path, declaration))


def test_broken_yaml_is_named(tmp_path: Path) -> None:
    (tmp_path / "test.yaml").write_text("a: [1\nb: }")
    with pytest.raises(ProfileError, match=r"test\.yaml: not a mapping"):
        read_profile("test", tmp_path)
    (tmp_path / "test.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ProfileError, match=r"test\.yaml"):
        read_profile("test", tmp_path)


def test_a_profile_is_found_by_name_or_by_its_file(tmp_path: Path) -> None:
    write(tmp_path, declared(), "own")
    found = find_profile(str(tmp_path / "own.yaml"))
    assert (found.name, found.source.id) == ("own", "test")
    assert find_profile("iom_mmp") == read_profile("iom_mmp")
    with pytest.raises(ProfileError, match=r"there are: .*iom_mmp"):
        find_profile(str(tmp_path / "other.yaml"))


def test_reading_an_upload_gives_position_and_time_where_no_column_does(tmp_path: Path) -> None:
    columns = {"count": "n", "lat": "y"}
    write(tmp_path, declared(reader="upload", columns=columns, time={"precision": "day"}))
    profile = read_profile("test", tmp_path)
    assert isinstance(profile, EventProfile)
    assert profile.columns == {"lon": LON, "lat": "y", "occurred_at": TIME, "count": "n"}
    assert (profile.time.format, profile.time.zone) == (ISO_FORMAT, "UTC")
    assert not profile.is_shaped
    assert profile.reading == FileReading()
    with pytest.raises(ProfileError, match="name the format of its files"):
        need_strict_reader(profile)


def test_only_what_the_page_maps_is_read_as_an_upload() -> None:
    lines = {
        "kind": "places",
        "source": declared()["source"],
        "reader": "upload",
        "columns": {"name": "n"},
        "values": {"facility_type": "port"},
        "identity": ["name"],
    }
    with pytest.raises(ProfileError, match="upload is of events, sensors, statistics"):
        build_profile("test", lines)
