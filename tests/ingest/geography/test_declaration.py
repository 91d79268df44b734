"""Tests of reading region files, and of the faults they may hold."""

from pathlib import Path

import pytest
import yaml

from cop.errors import RegionError
from cop.ingest.geography.declaration import build_region, read_region, region_names
from cop.resource import package_path

pytestmark = pytest.mark.picture


@pytest.mark.parametrize("name", region_names())
def test_every_declared_region_reads(name: str) -> None:
    assert read_region(name).name == name


def test_missing_region_names_the_known_ones() -> None:
    with pytest.raises(RegionError, match=r"'atlantis'.*sw_border"):
        read_region("atlantis")


def test_a_name_is_never_a_path(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "secret.yaml").write_text("name: secret", encoding="utf-8")
    with pytest.raises(RegionError, match="no region named"):
        read_region("../secret", tmp_path / "inner")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: [", "cannot be read as YAML"),
        ("- a list", "must be a mapping"),
        ("name: other", "must be 'bad'"),
        ("name: bad", "title: Field required"),
    ],
)
def test_faulty_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "bad.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RegionError, match=said) as caught:
        read_region("bad", tmp_path)
    assert "bad.yaml" in str(caught.value)


def test_unknown_time_zone_is_refused() -> None:
    path = package_path("data", "regions", "sw_border.yaml")
    declared = yaml.safe_load(path.read_text(encoding="utf-8"))
    declared["sectors"][0]["time_zone"] = "America/Atlantis"
    with pytest.raises(RegionError, match="sector SDC: 'America/Atlantis'"):
        build_region(declared)
