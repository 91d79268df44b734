"""Tests of the shipped geography: it is used where it is meant, and is what a build gives."""

from importlib.resources import as_file
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal

from cop.errors import RegionError
from cop.ingest.geography import (
    Geography,
    build_geography,
    describe_region,
    read_geography,
    read_line,
    read_region,
    read_segments,
    region_names,
)
from cop.ingest.geography.shipped import (
    FOLDER,
    VERSION,
    read_manifest,
    read_shipped,
    read_shipped_table,
    write_shipped,
)
from cop.ingest.geography.source import read_attributions
from cop.ingest.geography.table import TABLES
from cop.model.region import Region
from tests.support.command import run_cop

pytestmark = pytest.mark.picture

MOST_MB = 8


@pytest.fixture
def shipped() -> Geography:
    found = read_shipped(read_region("hu_rs"))
    assert found is not None
    return found


@pytest.fixture
def other() -> Region:
    region = read_region("hu_rs")
    return region.model_copy(update={"reach_km": region.reach_km + 1})


@pytest.fixture
def unbuilt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be built."""

    def refuse(*_: object) -> None:
        raise AssertionError("built")

    monkeypatch.setattr("cop.ingest.geography.atlas._build_course", refuse)
    monkeypatch.setattr("cop.ingest.geography.atlas.build_line", refuse)


@pytest.mark.parametrize("name", region_names())
def test_every_declared_region_is_shipped_as_declared_and_packaged(name: str) -> None:
    manifest = read_manifest(read_region(name))
    assert manifest is not None, f"python -m cop region {name} --build"
    assert manifest.geography_version == VERSION
    has_counties = "US" in read_region(name).countries
    assert manifest.attributions == read_attributions(counties=has_counties)


@pytest.mark.parametrize("name", region_names())
@pytest.mark.usefixtures("unbuilt")
def test_a_shipped_region_is_not_built(name: str) -> None:
    region = read_region(name)
    geography = read_geography(region)
    assert geography.region == region
    assert len(geography.segments) == describe_region(region)["segments"]
    assert_geodataframe_equal(read_segments(region), geography.segments)
    assert_geodataframe_equal(read_line(region), geography.line)
    for table in TABLES:
        assert getattr(geography, table).crs == "EPSG:4326"


def test_what_is_shipped_is_small() -> None:
    with as_file(FOLDER) as folder:
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert size < MOST_MB * 1_000_000


def test_the_terms_of_every_source_lie_beside_the_tables() -> None:
    notice = (FOLDER / "NOTICE.md").read_text(encoding="utf-8")
    for credit in read_attributions():
        assert credit.text in notice
        assert credit.licence in notice
        assert credit.package in notice
    assert "GNU LESSER" in (FOLDER / "COPYING.LESSER").read_text(encoding="ascii")


def test_another_declaration_is_built(other: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_manifest(other) is None
    assert read_shipped(other) is None
    assert read_shipped_table(other, "line") is None
    asked: list[Region] = []
    monkeypatch.setattr(
        "cop.ingest.geography.atlas.build_geography", lambda region, _progress: asked.append(region)
    )
    read_geography(other)
    assert asked == [other]


@pytest.mark.full
def test_what_is_written_is_read_again(shipped: Geography, tmp_path: Path) -> None:
    assert write_shipped(shipped, tmp_path) == tmp_path / "hu_rs"
    again = read_shipped(shipped.region, tmp_path)
    assert again is not None
    assert again.attributions == shipped.attributions
    for table in TABLES:
        assert_geodataframe_equal(getattr(again, table), getattr(shipped, table))


@pytest.mark.full
def test_a_damaged_file_is_told(shipped: Geography, tmp_path: Path) -> None:
    place = write_shipped(shipped, tmp_path)
    (place / "line.parquet").write_bytes((place / "sectors.parquet").read_bytes())
    with pytest.raises(RegionError, match=r"line\.parquet: is damaged"):
        read_shipped(shipped.region, tmp_path)
    (place / "line.parquet").unlink()
    with pytest.raises(RegionError, match=r"line\.parquet: cannot be read"):
        read_shipped_table(shipped.region, "line", tmp_path)
    (place / "manifest.json").write_text("{}")
    with pytest.raises(RegionError, match="no manifest"):
        read_shipped(shipped.region, tmp_path)


def test_a_region_without_a_declaration_cannot_be_built_by_command() -> None:
    done = run_cop("region", "nowhere", "--build")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "no region named 'nowhere'" in done.stderr


@pytest.mark.full
@pytest.mark.parametrize("name", region_names())
def test_a_fresh_build_equals_what_is_shipped(name: str) -> None:
    steps: list[tuple[str, float]] = []
    region = read_region(name)
    fresh = build_geography(region, lambda step, share: steps.append((step, share)))
    shipped = read_shipped(region)
    assert shipped is not None
    for table in TABLES:
        _assert_equal(getattr(fresh, table), getattr(shipped, table))
    assert fresh.attributions == shipped.attributions
    shares = [share for _, share in steps]
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert shares == sorted(set(shares))


def _assert_equal(fresh: gpd.GeoDataFrame, shipped: gpd.GeoDataFrame) -> None:
    """Equal to the last bit, but for what another processor's rounding may do to a coordinate."""
    pd.testing.assert_frame_equal(
        pd.DataFrame(fresh.drop(columns="geometry")), pd.DataFrame(shipped.drop(columns="geometry"))
    )
    assert fresh.geometry.geom_equals_exact(shipped.geometry, tolerance=1e-9).all()
