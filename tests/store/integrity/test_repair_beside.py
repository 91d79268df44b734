"""Tests of repair beside the events: rasters, refused rows, the region, a killed repair."""

import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from cop.ingest.profile.file import read_profile
from cop.ingest.reader import DirectReader
from cop.ingest.sink.registry import ingest_file
from cop.layerkind.terrain import read_rasters
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.catalogue.writer import set_aside
from cop.store.dataset.schema import TERRAIN
from cop.store.integrity.doctor import examine
from cop.store.integrity.repair import repair
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse
from tests.support.command import CHECKOUT, clean_environment
from tests.support.damage import flip_bit
from tests.support.raster import write_tiff
from tests.support.record import iom_row, write_iom, write_many_iom

pytestmark = [pytest.mark.store, pytest.mark.full]


@pytest.fixture
def own(own_warehouse: Path) -> StoreSettings:
    return StoreSettings(data=own_warehouse, free_mb=1)


def snapshot_of(settings: StoreSettings) -> Snapshot:
    warehouse = Warehouse(settings)
    warehouse.close()
    return warehouse.snapshot


def test_a_damaged_raster_is_no_longer_drawn(own: StoreSettings, tmp_path: Path) -> None:
    heights = write_tiff(tmp_path / "heights.tif")
    ingest_file(own, heights, read_profile("dted_geotiff"), reader=DirectReader())
    (raster,) = (own.data / "rasters").glob("*.tif")
    flip_bit(raster)
    assert [f.subject for f in examine(own).findings] == [f"rasters/{raster.name}"]
    done = repair(own)
    assert [(row.dataset, row.sha256) for row in done.quarantined] == [(TERRAIN, raster.stem)]
    assert examine(own).is_well
    service = QueryService(Warehouse(own), tile_cache_mb=1)
    assert read_rasters(service, service.view()) == []
    service.warehouse.close()
    ingest_file(own, heights, read_profile("dted_geotiff"), reader=DirectReader())
    assert snapshot_of(own).quarantine == ()
    assert raster.is_file()


def test_damaged_refused_rows_are_set_aside(own: StoreSettings, tmp_path: Path) -> None:
    path = write_iom(tmp_path / "a.csv", [iom_row(), iom_row(lat="95")])
    ingest_file(own, path, read_profile("iom_mmp"), reader=DirectReader())
    (rejects,) = (own.data / "rejects").rglob("*.csv")
    flip_bit(rejects)
    assert rejects.name in examine(own).findings[0].subject
    done = repair(own)
    assert (done.version, len(done.moved)) == (None, 1)
    assert examine(own).is_well


def test_a_lost_part_of_the_region_is_built_again(own: StoreSettings, tmp_path: Path) -> None:
    (segments,) = (own.data / "datasets/main/segments").glob("*.parquet")
    flip_bit(segments)
    repair(own)
    snapshot = snapshot_of(own)
    assert "segments" not in snapshot.catalogue.files
    path = write_iom(tmp_path / "a.csv", [iom_row()])
    assert ingest_file(own, path, read_profile("iom_mmp"), reader=DirectReader()).accepted == 1
    snapshot = snapshot_of(own)
    assert snapshot.quarantine == ()
    assert Path(snapshot.catalogue.files["segments"][0]).name == segments.name
    assert examine(own).is_well


@pytest.fixture
def damaged(own: StoreSettings, tmp_path: Path) -> set[str]:
    """The names of three damaged files of events."""
    path = write_many_iom(tmp_path / "a.csv", n=400, end=datetime(2026, 7, 1))
    ingest_file(own, path, read_profile("iom_mmp"), reader=DirectReader())
    files = sorted((own.data / "datasets/main/events").rglob("*.parquet"))[:3]
    for file in files:
        flip_bit(file)
    return {file.name for file in files}


def is_repaired(settings: StoreSettings, damaged: set[str]) -> bool:
    aside = {path.name for path in (settings.data / "quarantine").rglob("*.parquet")}
    quarantined = {f"{row.sha256}.parquet" for row in snapshot_of(settings).quarantine}
    return examine(settings).is_well and aside == quarantined == damaged


def test_a_repair_that_is_killed_is_ended_by_the_next(
    own: StoreSettings, damaged: set[str]
) -> None:
    """Killed at moments of its run, the next one does what is left."""
    command = [sys.executable, "-m", "cop", "doctor", "--repair", "--data", str(own.data)]
    for delay_s in np.linspace(0.8, 2.6, 10):
        process = subprocess.Popen(
            command, cwd=CHECKOUT, env=clean_environment(), stdout=subprocess.DEVNULL
        )
        time.sleep(delay_s)
        process.kill()
        process.wait()
    repair(own)
    assert is_repaired(own, damaged)


@pytest.mark.parametrize("moves", [0, 1, 2])
def test_a_repair_that_ends_between_publish_and_move_is_ended_by_the_next(
    own: StoreSettings, damaged: set[str], moves: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [moves]

    def move(path: Path, target: Path) -> Path:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return set_aside(path, target)

    with monkeypatch.context() as patched:
        patched.setattr("cop.store.integrity.repair.set_aside", move)
        with pytest.raises(KeyboardInterrupt):
            repair(own)
    version = snapshot_of(own).version
    assert repair(own).version is None
    assert snapshot_of(own).version == version
    assert is_repaired(own, damaged)
