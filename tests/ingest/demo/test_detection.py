"""Detections of the demo: only sensors that were up, in range and looked there are named."""

import json
from datetime import datetime

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyproj import Geod

from cop.ingest.demo.detection import DetectionNames
from cop.ingest.demo.event import build_demo_events
from cop.ingest.demo.sensor import build_demo_sensors
from tests.ingest.demo.test_event import ALL_ZONES

pytestmark = pytest.mark.coverage

END = datetime(2026, 3, 18, 15, 40)
DAYS = 60


@pytest.fixture(scope="module")
def sensed(segments: gpd.GeoDataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    return build_demo_sensors(segments, seed=3, end=END, days=DAYS)


@pytest.fixture(scope="module")
def batches(segments: gpd.GeoDataFrame) -> list[pa.RecordBatch]:
    return [
        *build_demo_events(segments, time_zones=ALL_ZONES, events=6_000, days=DAYS, seed=3, end=END)
    ]


def read(attributes: object) -> dict[str, str]:
    return json.loads(attributes) if isinstance(attributes, str) else {}


def named(batches: list[pa.RecordBatch], names: DetectionNames) -> pd.DataFrame:
    """All events with the sensor that is named in their attributes."""
    table = pa.Table.from_batches([names.name(batch) for batch in batches]).to_pandas()
    found = [read(text) for text in table["attributes"].astype(object)]
    return table.assign(
        sensor_id=[one.get("sensor_id") for one in found],
        hazard=[one.get("hazard") for one in found],
    )


def test_only_what_a_working_sensor_could_see_is_named(
    batches: list[pa.RecordBatch], sensed: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    sensors, outages = sensed
    events = named(batches, DetectionNames(sensors, outages, seed=1))
    own = events[events["sensor_id"].notna()]
    assert set(own["detection"]) == {"sensor"}
    by_sensor = events["detection"] == "sensor"
    assert 0.1 < len(own) / by_sensor.sum() < 1
    joined = own.merge(sensors, on="sensor_id", suffixes=("", "_of"))
    azimuth, _, meters = Geod(ellps="WGS84").inv(
        *(joined[name].to_numpy(float) for name in ("lon_of", "lat_of", "lon", "lat"))
    )
    assert (meters <= 1.02 * joined["range_m"]).all()
    off = np.abs((azimuth - joined["azimuth_deg"] + 180) % 360 - 180)
    assert ((off <= joined["fov_deg"] / 2 + 1) | joined["fov_deg"].isna()).all()
    assert (joined["installed_at"] <= joined["occurred_at"]).all()
    assert ((joined["occurred_at"] < joined["removed_at"]) | joined["removed_at"].isna()).all()
    pairs = own.merge(outages, on="sensor_id")
    during = (pairs["down_at"] <= pairs["occurred_at"]) & (
        pairs["up_at"].isna() | (pairs["occurred_at"] < pairs["up_at"])
    )
    assert not during.any()


def test_what_was_known_of_an_event_stays(
    batches: list[pa.RecordBatch], sensed: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    events = named(batches, DetectionNames(*sensed, seed=1))
    before = pa.Table.from_batches(batches).to_pandas()
    hazards = [read(text).get("hazard") for text in before["attributes"].astype(object)]
    assert {"heat", "drowning", "other"} <= {*hazards}
    assert events["hazard"].fillna("").tolist() == [hazard or "" for hazard in hazards]
    pd.testing.assert_frame_equal(
        events[before.columns].drop(columns="attributes"), before.drop(columns="attributes")
    )


def test_without_outages_every_sensor_works(sensed: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    sensors, outages = sensed
    one = sensors.iloc[[0]].assign(removed_at=pd.NaT, installed_at=pd.NaT)
    lon, lat = float(one["lon"].iloc[0]), float(one["lat"].iloc[0])
    batch = pa.RecordBatch.from_pydict(
        {
            "lon": [lon, lon + 5],
            "lat": [lat, lat],
            "occurred_at": pa.array([END, END], pa.timestamp("us")),
            "detection": pa.array(["sensor", "sensor"]).dictionary_encode(),
            "attributes": pa.array([None, None], pa.string()).dictionary_encode(),
        }
    )
    found = DetectionNames(one, outages.iloc[:0], seed=1).name(batch)["attributes"].to_pylist()
    assert found == [json.dumps({"sensor_id": one["sensor_id"].iloc[0]}), None]
