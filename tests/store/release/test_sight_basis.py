"""A sensor's place and sight are released with the reports and the heights that they rest on."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rasterio.transform import from_origin

from cop.errors import FilterError
from cop.ingest.marking import change_marking
from cop.ingest.profile.file import read_profile
from cop.ingest.profile.kind import TerrainProfile
from cop.ingest.sink.terrain import ingest_terrain
from cop.ingest.sink.trial import publish_trials
from cop.model.filter import Filter
from cop.model.release import Release
from cop.model.trial import SensorTrial
from cop.model.window import TimeWindow
from cop.query.coverage.health import read_health
from cop.query.coverage.segment import cover_segments
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.schema import (
    BASIS_COLUMNS,
    COVERAGE,
    PLACEMENTS,
    SEGMENT_COVERAGE,
    VIEWSHEDS,
)
from cop.store.warehouse import Warehouse
from tests.support.raster import write_tiff
from tests.support.released import load_sensors, release_to
from tests.support.report import load_status

pytestmark = pytest.mark.access

CBP, SHERIFF = release_to("CBP", "TLP:RED"), release_to("SO-1", "TLP:GREEN")
ONLY_CBP = "TLP:RED//REL TO CBP"
TOWER = ("T-1", -110.95, 31.36, "TLP:CLEAR")
LISTED, MOVED = (-110.95, 31.36), (-109.5, 31.36)
REPORT = {
    "sensor_id": "T-1", "at": "2026-03-05T10:00:00Z", "state": "up", "lon": "-109.5",
    "lat": "31.36",
}  # fmt: skip
THEN = pd.Timestamp("2026-03-05T10:00:00")
REAL = Filter(records="real")
MOVE = SensorTrial(sort="move", sensor="T-1", lon=-109.5, lat=31.36)


@dataclass
class Room:
    """A warehouse of one tower, and where to write files for it."""

    settings: StoreSettings
    scratch: Path

    def report(self, *, source: str, marking: str, **cells: str) -> None:
        data = self.settings.data
        load_status(data, self.scratch, REPORT | cells, id=source, marking=marking)

    def places(self, release: Release) -> list[tuple[float, float]]:
        return [(row.lon, row.lat) for row in self.read(release, PLACEMENTS).itertuples()]

    def read(self, release: Release, dataset: str) -> pd.DataFrame:
        with self.service(release) as service:
            files = service.snapshot.catalogue.files.get(dataset, ())
            return pd.concat(map(pd.read_parquet, files)) if files else pd.DataFrame()

    @contextmanager
    def service(self, release: Release) -> Iterator[QueryService]:
        with closing(Warehouse(self.settings)) as warehouse:
            yield QueryService(warehouse, tile_cache_mb=1).released_to(release)


@pytest.fixture
def tower(own_warehouse: Path, tmp_path: Path) -> Room:
    settings = StoreSettings(data=own_warehouse)
    load_sensors(settings, tmp_path, [TOWER])
    return Room(settings, tmp_path)


def test_a_place_that_a_withheld_source_reported_is_withheld_with_what_is_seen_there(
    tower: Room,
) -> None:
    tower.report(source="cbp_status", marking=ONLY_CBP)
    assert tower.places(CBP) == [LISTED, MOVED]
    assert tower.places(SHERIFF) == [LISTED]
    assert {*tower.read(SHERIFF, COVERAGE)["lon"]} == {LISTED[0]}
    assert len(tower.read(CBP, VIEWSHEDS)) == 2
    assert len(tower.read(SHERIFF, VIEWSHEDS)) == 1
    assert tower.read(SHERIFF, SEGMENT_COVERAGE).empty
    with tower.service(CBP) as service:
        whole = cover_segments(service.warehouse, service.snapshot, REAL)
        assert np.nansum(whole.seen) > 0
    with tower.service(SHERIFF) as service:
        own = cover_segments(service.warehouse, service.snapshot, REAL)
        assert np.nansum(own.seen) == 0, "nobody may tell where it looks from since"


def test_a_sensor_is_nowhere_from_a_withheld_report_to_the_next_that_may_be_read(
    tower: Room,
) -> None:
    tower.report(source="cbp_status", marking=ONLY_CBP)
    window = TimeWindow(start=datetime(2026, 3, 1), end=datetime(2026, 3, 9))
    with tower.service(SHERIFF) as service:
        health = read_health(service, service.view(Filter(records="real", window=window)))
    assert health is not None
    assert health.table["state"].tolist() == ["unknown"]
    tower.report(source="own_status", marking="TLP:GREEN", at="2026-03-07T10:00:00Z", lon="-109.6")
    assert tower.places(SHERIFF) == [LISTED, (-109.6, 31.36)]
    assert tower.places(CBP) == [LISTED, MOVED, (-109.6, 31.36)]
    ended = tower.read(SHERIFF, PLACEMENTS)["valid_to"]
    assert ended.tolist()[0] == THEN


def test_a_report_whose_source_is_raised_later_is_withheld_too(tower: Room) -> None:
    publish_trials(tower.settings, [MOVE], synthetic=False, by="Ana")
    amber = release_to("SO-1", "TLP:AMBER")
    assert len(tower.places(amber)) == 2
    change_marking(tower.settings, "placed_status", "TLP:RED", by="Ana")
    assert tower.places(amber) == [LISTED]


def test_who_may_not_read_where_a_sensor_is_moves_and_raises_it_by_no_what_if(tower: Room) -> None:
    tower.report(source="cbp_status", marking=ONLY_CBP)
    known, raised = {"T-1"}, SensorTrial(sort="raise", sensor="T-1", height_m=30.0)
    for trial in (MOVE, raised):
        with pytest.raises(FilterError, match="is not released to you: nothing was published"):
            publish_trials(
                tower.settings, [trial], synthetic=False, by="Sam", known=known, sources={"towers"}
            )
    sources = {"towers", "cbp_status"}
    publish_trials(
        tower.settings, [raised], synthetic=False, by="Cora", known=known, sources=sources
    )
    assert tower.places(CBP)[-1] == MOVED


def test_what_is_seen_over_withheld_heights_is_withheld(tower: Room) -> None:
    path = write_tiff(tower.scratch / "dem.tif", transform=from_origin(-111.0, 31.5, 0.005, 0.005))
    profile = read_profile("dted_geotiff")
    assert isinstance(profile, TerrainProfile)
    ingest_terrain(tower.settings, path, profile)
    heights = tower.read(SHERIFF, PLACEMENTS)["heights"].tolist()
    assert [len(paths) for paths in heights] == [1]
    change_marking(tower.settings, "dted", ONLY_CBP, by="Ana")
    assert tower.places(CBP) == [LISTED]
    for dataset in (PLACEMENTS, COVERAGE, VIEWSHEDS, SEGMENT_COVERAGE):
        assert tower.read(SHERIFF, dataset).empty, dataset
        assert not tower.read(CBP, dataset).empty, dataset


def test_places_of_an_earlier_build_are_for_who_may_read_every_report_and_height(
    tower: Room,
) -> None:
    tower.report(source="own_status", marking="TLP:GREEN")
    with open_transaction(tower.settings) as transaction:
        for dataset in (PLACEMENTS, COVERAGE):
            frame = transaction.read(dataset).drop(columns=[*BASIS_COLUMNS])
            shape = dict.fromkeys(frame.columns) | {"geometry": "GEOMETRY"}
            transaction.replace(dataset, frame, shape)  # type: ignore[arg-type]
        transaction.commit("as an earlier build wrote it")
    assert tower.places(SHERIFF) == [LISTED, MOVED]
    change_marking(tower.settings, "own_status", ONLY_CBP, by="Ana")
    assert tower.places(SHERIFF) == []
    assert tower.places(CBP) == [LISTED, MOVED]
    tower.report(source="own_status", marking=ONLY_CBP, at="2026-03-06T10:00:00Z")
    assert tower.places(SHERIFF) == [LISTED], "built anew by the next report"
