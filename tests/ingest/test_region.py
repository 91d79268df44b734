"""Tests of publishing a region."""

from pathlib import Path

import geopandas as gpd
import pytest

from cop.errors import StoreError
from cop.ingest.geography.table import TABLES
from cop.ingest.region import ensure_region
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.warehouse import Warehouse
from tests.support.command import run_cop
from tests.support.published import published_files, read_published

pytestmark = pytest.mark.picture


def test_the_datasets_are_published_in_4326(bare_warehouse: Path) -> None:
    for name in TABLES:
        frame = read_published(bare_warehouse, name)
        assert frame.crs.to_epsg() == 4326
        assert len(frame) > 0
        west, south, east, north = frame.total_bounds
        assert -180 <= west < east <= 180
        assert -90 <= south < north <= 90


def test_segments_are_one_file_of_lines_with_ids(bare_warehouse: Path) -> None:
    files = [p for p in bare_warehouse.rglob("*.parquet") if "segments" in str(p)]
    assert files == published_files(bare_warehouse, "segments")
    segments = gpd.read_parquet(files[0])
    assert segments["segment_id"].is_unique
    assert set(segments.geometry.geom_type) == {"LineString"}


def test_a_region_that_is_there_is_not_built_again(
    own_warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("built again")

    monkeypatch.setattr("cop.ingest.region.read_geography", refuse)
    with open_transaction(StoreSettings(data=own_warehouse)) as transaction:
        locator = ensure_region(transaction, "sw_border")
    assert len(locator.segments) > 600
    assert len(locator.sectors) == 9


def test_a_warehouse_keeps_its_region(own_warehouse: Path) -> None:
    before = published_files(own_warehouse, "segments")
    refused = r"is a warehouse of region 'sw_border', not of 'hu_rs': use --region sw_border or"
    other = StoreSettings(data=own_warehouse, region="hu_rs")
    with (
        pytest.raises(StoreError, match=refused),
        open_transaction(other) as transaction,
    ):
        ensure_region(transaction, "hu_rs")
    with pytest.raises(StoreError, match=refused):
        Warehouse(other)
    done = run_cop("run", "--data", own_warehouse, "--region", "hu_rs")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "of region 'sw_border', not of 'hu_rs'" in done.stderr
    with open_transaction(StoreSettings(data=own_warehouse)) as transaction:
        assert len(ensure_region(transaction, None).sectors) == 9
    assert published_files(own_warehouse, "segments") == before


def test_readers_know_the_region(bare_warehouse: Path) -> None:
    warehouse = Warehouse(StoreSettings(data=bare_warehouse))
    snapshot = warehouse.snapshot
    assert snapshot.region is not None
    assert snapshot.region.name == "sw_border"
    assert list(snapshot.sectors)[:3] == ["SDC", "ELC", "YUM"]
    assert "Pima, AZ" in snapshot.counties
    assert snapshot.default_records == "real"
    warehouse.close()
