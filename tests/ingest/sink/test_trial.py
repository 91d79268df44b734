"""Publishing a what-if: what was tried is stored as of now, and what was seen before stays."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cop.errors import FilterError
from cop.ingest.sink import trial
from cop.ingest.sink.trial import publish_trials
from cop.model.trial import SensorTrial
from cop.settings import StoreSettings
from cop.store.room.audit import list_steps
from cop.store.warehouse import Warehouse
from tests.support.report import load_sensors, load_status, table_of

pytestmark = pytest.mark.coverage


def publish(folder: Path, *texts: str, synthetic: bool = False) -> int:
    trials = [SensorTrial.from_text(text) for text in texts]
    return publish_trials(StoreSettings(data=folder), trials, synthetic=synthetic, by="Ana")


def places(folder: Path, sensor: str) -> list[tuple[Any, ...]]:
    """Longitude, latitude, height and whether it stands there now."""
    table = table_of(folder, "placements")
    own = table[table["sensor_id"] == sensor]
    return [
        (row.lon, row.lat, row.height_m, bool(pd.isna(row.valid_to))) for row in own.itertuples()
    ]


@pytest.fixture
def sensed(own_warehouse: Path, tmp_path: Path) -> Path:
    load_sensors(own_warehouse, tmp_path, {"sensor_id": "S-1"}, {"sensor_id": "S-2"})
    return own_warehouse


def test_every_change_is_stored_as_of_now(sensed: Path) -> None:
    before = table_of(sensed, "placements")
    version = publish(
        sensed, "move:S-1@-110.5,31.34", "raise:S-1@40", "off:S-2", "add:New-1@-110.7,31.34,20,5000"
    )
    assert places(sensed, "S-1") == [
        (-110.9, 31.34, 24.0, False),
        (-110.5, 31.34, 40.0, True),
    ]
    assert places(sensed, "S-2") == [(-110.9, 31.34, 24.0, False)]
    assert places(sensed, "New-1") == [(-110.7, 31.34, 20.0, True)]
    after = table_of(sensed, "placements")
    ended = after.loc[after["valid_to"].notna(), "valid_to"]
    begun = after.loc[after["sensor_id"] == "New-1", "valid_from"]
    assert {*ended, *begun} == {begun.iloc[0]}
    kept = after[after["valid_from"] < begun.iloc[0]]
    assert kept["valid_from"].tolist() == before["valid_from"].tolist()
    warehouse = Warehouse(StoreSettings(data=sensed))
    assert warehouse.snapshot.version == version
    assert {"placed_sensors", "placed_status"} <= {*warehouse.snapshot.sources}
    warehouse.close()
    (step,) = list_steps(StoreSettings(data=sensed), subject="sensors")
    assert (step.who, step.action, step.version) == ("Ana", "publish what-if", version)
    assert "raise:S-1@40; off:S-2" in step.detail


def test_a_second_change_starts_from_the_first(
    sensed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for minute, text in enumerate(("raise:S-1@40", "move:S-1@-110.5,31.34")):
        moment = datetime(2026, 4, 1, 0, minute)
        monkeypatch.setattr(trial, "utc_now", lambda moment=moment: moment)
        publish(sensed, text)
    assert places(sensed, "S-1")[1:] == [(-110.9, 31.34, 40.0, False), (-110.5, 31.34, 40.0, True)]
    down = {"sensor_id": "S-1", "at": "2026-03-03T00:00:00Z", "state": "down"}
    load_status(sensed, tmp_path, down)
    assert places(sensed, "S-1")[-1] == (-110.5, 31.34, 40.0, True)


def test_synthetic_sensors_never_share_a_source_with_real_ones(
    own_warehouse: Path, tmp_path: Path
) -> None:
    load_sensors(own_warehouse, tmp_path, {"sensor_id": "M-1"}, source="made", synthetic=True)
    publish(own_warehouse, "raise:M-1@40", "add:New-1@-110.7,31.34,20,5000", synthetic=True)
    sources = Warehouse(StoreSettings(data=own_warehouse)).snapshot.sources
    for name in ("placed_sensors_synthetic", "placed_status_synthetic"):
        assert sources[name].source.synthetic
        assert sources[name].source.title.startswith("SYNTHETIC ")
    assert table_of(own_warehouse, "placements")["synthetic"].all()


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        ((), "nothing to publish"),
        (("off:GONE",), "sensor 'GONE' is not loaded"),
        (("off:S-1", "add:S-2@-110,31.3,5,500"), "no sensor can be added as 'S-2'"),
    ],
)
def test_what_does_not_fit_is_refused_whole(sensed: Path, texts: tuple[str, ...], why: str) -> None:
    before = table_of(sensed, "sensors")
    with pytest.raises(FilterError, match=why):
        publish(sensed, *texts)
    pd.testing.assert_frame_equal(table_of(sensed, "sensors"), before)


def test_real_sensors_are_none_of_a_synthetic_what_if(sensed: Path) -> None:
    with pytest.raises(FilterError, match="'S-1' is not loaded"):
        publish(sensed, "off:S-1", synthetic=True)


@pytest.mark.access
def test_sensors_that_are_withheld_are_not_changed_and_not_told_of(sensed: Path) -> None:
    store = StoreSettings(data=sensed)
    for text, reason in (
        ("off:S-2", "'S-2' is not loaded"),
        ("off:S-9", "'S-9' is not loaded"),
        ("add:S-2@-110,31.3,5,500", "no sensor can be added as 'S-2'"),
    ):
        trials = [SensorTrial.from_text(text)]
        with pytest.raises(FilterError, match=reason):
            publish_trials(store, trials, synthetic=False, by="Ana", known={"S-1"})
    trials = [SensorTrial.from_text("off:S-1")]
    assert publish_trials(store, trials, synthetic=False, by="Ana", known={"S-1"})
