"""Tests of the layer of sensors: what of a filter matters, whose sensors they are."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from cop.layerkind.sensors import KIND
from cop.layerkind.service.shape import read_features
from cop.layerkind.service.status import read_status
from cop.layerkind.service.tile import read_tile
from cop.model.filter import Filter
from cop.model.tile import Tile
from cop.model.trial import SensorTrial
from cop.model.window import TimeWindow
from cop.query.registry import find_layer
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.released import load_sensors
from tests.support.tile import features_of

pytestmark = pytest.mark.house

LAYER = find_layer("sensors")
MADE = Filter(records="synthetic")


def test_the_windows_end_and_the_records_matter(service: QueryService) -> None:
    window = TimeWindow(start=datetime(2026, 1, 1), end=datetime(2026, 2, 1))
    view = service.view(Filter(window=window, sectors=("TCA",), kinds=("rescue",)))
    assert KIND.relevant_filter(LAYER, view.filter) == Filter(
        window=TimeWindow(end=window.end), records="real"
    )


def test_what_is_tried_is_shown_as_if_it_were_so_and_named(service: QueryService) -> None:
    plain = read_features(service, service.view(MADE), LAYER, zoom=8, most=100_000)
    assert plain["what_if"].isna().all()
    before = plain.set_index("sensor_id")
    moved, raised, off = before.index[before["state"] == "up"][:3]
    texts = (
        f"move:{moved}@-110.5,31.6",
        f"raise:{raised}@77",
        f"off:{off}",
        "add:New@-111.25,31.75,20,9000",
    )
    trials = tuple(SensorTrial.from_text(text) for text in texts)
    asked = service.view(replace(MADE, trials=trials))
    after = read_features(service, asked, LAYER, zoom=8, most=100_000).set_index("sensor_id")
    assert set(after.index) == {*before.index, "New"}
    assert after["what_if"].dropna().to_dict() == {
        moved: "moved", raised: "raised", off: "switched off", "New": "added",
    }  # fmt: skip
    spots = after.geometry.get_coordinates()
    assert spots.loc[moved].tolist() == pytest.approx([-110.5, 31.6], abs=1e-6)
    assert spots.loc["New"].tolist() == pytest.approx([-111.25, 31.75], abs=1e-6)
    assert (after.loc[raised, "height_m"], after.loc[off, "state"]) == (77, "down")
    others = after.index.difference([moved, raised, off, "New"])
    assert (after.loc[others, "state"] == before.loc[others, "state"]).all()
    there = before.geometry.get_coordinates().loc[others]
    assert (spots.loc[others] - there).abs().to_numpy().max() < 1e-6


def test_real_records_have_no_synthetic_sensors(service: QueryService) -> None:
    real, made = (service.view(Filter(records=sort)) for sort in ("real", "synthetic"))
    status = read_status(service, real, LAYER)
    assert status.status_note == "unknown: no sensors are loaded for these records"
    assert read_features(service, real, LAYER, zoom=8, most=100_000).empty
    assert read_status(service, made, LAYER).status == "ok"
    assert set(read_features(service, made, LAYER, zoom=8, most=100_000)["state"]) <= {"up", "down"}


def test_sensors_without_any_outage_are_on_tiles(own_warehouse: Path, tmp_path: Path) -> None:
    settings = StoreSettings(data=own_warehouse)
    load_sensors(settings, tmp_path, [("T-1", -110.95, 31.4, "TLP:CLEAR")])
    warehouse = Warehouse(settings)
    service = QueryService(warehouse, tile_cache_mb=1)
    answer = read_tile(service, service.view(Filter(records="real")), LAYER, Tile(z=0, x=0, y=0))
    (sensor,) = features_of(answer.unfolded(), "sensors")
    assert (sensor["properties"]["state"], sensor["properties"].get("cause")) == ("up", None)
    warehouse.close()
