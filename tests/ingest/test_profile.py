"""Tests of profiles: those that are shipped, and faulty ones."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from cop.errors import CopError, ProfileError
from cop.ingest.profile import EventProfile, profile_names, read_profile

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
