"""The rows that a release admits of the datasets that are one table each."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cop.model.filter import Filter
from cop.model.trial import SensorTrial
from cop.query.coverage.segment import cover_segments
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.dataset import schema
from cop.store.dataset.schema import (
    COVERAGE,
    FACILITIES,
    PLACEMENTS,
    RECORD_DATASETS,
    SEGMENT_COVERAGE,
    SOURCES,
    VIEWSHEDS,
)
from cop.store.release.table import OPEN
from cop.store.warehouse import Warehouse
from tests.support.released import load_sensors, release_to

pytestmark = pytest.mark.access

REAL = Filter(records="real")


def rows_of(service: QueryService, dataset: str) -> pd.DataFrame:
    files = service.snapshot.catalogue.files.get(dataset, ())
    return pd.concat([pd.read_parquet(file) for file in files]) if files else pd.DataFrame()


def test_a_table_is_read_without_the_rows_that_are_withheld(released: QueryService) -> None:
    assert len(rows_of(released, FACILITIES)) == 2
    for agency, n in (("DPS", 2), ("PCSO", 2), ("CBP", 1), ("JTF", 1)):
        service = released.released_to(release_to(agency))
        assert len(rows_of(service, FACILITIES)) == n, agency
    green = released.released_to(release_to("DPS", "TLP:GREEN"))
    assert set(rows_of(green, FACILITIES)["name"]) == {"Ajo yard"}
    assert set(rows_of(green, SOURCES)["id"]) == {"table", "places"}


def test_what_sensors_see_is_of_those_that_may_be_read(own_warehouse: Path, tmp_path: Path) -> None:
    settings = StoreSettings(data=own_warehouse)
    near = [("T-1", -110.95, 31.36, "TLP:CLEAR"), ("T-2", -109.5, 31.36, "TLP:RED//REL TO CBP")]
    load_sensors(settings, tmp_path, near)
    warehouse = Warehouse(settings)
    whole = QueryService(warehouse, tile_cache_mb=1)

    def seen(service: QueryService) -> float:
        return float(np.nansum(cover_segments(warehouse, service.snapshot, REAL).seen))

    dps, cbp = (whole.released_to(release_to(code, "TLP:RED")) for code in ("DPS", "CBP"))
    assert dps.snapshot.sensor_ids == {"T-1"}
    assert set(rows_of(dps, PLACEMENTS)["sensor_id"]) == {"T-1"}
    assert set(rows_of(dps, COVERAGE)["sensor_id"]) == {"T-1"}
    assert len(rows_of(dps, VIEWSHEDS)) == 1
    assert SEGMENT_COVERAGE not in dps.snapshot.catalogue.files
    assert seen(cbp) == pytest.approx(seen(whole), abs=1e-9)
    off = replace(REAL, trials=(SensorTrial(sort="off", sensor="T-2"),))
    alone = np.nansum(cover_segments(warehouse, whole.snapshot, off).seen)
    assert 0 < seen(dps) == pytest.approx(float(alone), abs=1e-6)
    assert seen(dps) < seen(whole)
    warehouse.close()


def test_the_geography_is_the_same_for_everyone(released: QueryService) -> None:
    files = released.snapshot.catalogue.files
    own = released.released_to(release_to("DPS", "TLP:CLEAR")).snapshot.catalogue.files
    assert OPEN & {*files}
    assert {name: own[name] for name in OPEN & {*files}} == {
        name: files[name] for name in OPEN & {*files}
    }


def test_every_dataset_has_a_rule_and_another_one_is_withheld(released: QueryService) -> None:
    named = {
        value
        for name, value in vars(schema).items()
        if name.isupper() and isinstance(value, str) and value in released.snapshot.catalogue.files
    }
    assert {*RECORD_DATASETS}.isdisjoint(OPEN)
    own = released.released_to(release_to("JTF", "TLP:RED")).snapshot.catalogue.files
    assert named - {*own} == set()
