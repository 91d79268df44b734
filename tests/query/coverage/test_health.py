"""The health of sensors by hand from the files, and which of them detect nothing."""

from datetime import timedelta
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from cop.analysis.sight.footprint import HIDDEN, UNKNOWN, SightPicture
from cop.ingest.profile.file import read_profile
from cop.ingest.reader import DirectReader
from cop.ingest.sink.registry import ingest_file
from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.coverage.health import (
    LEAST_EVENTS,
    _place_detections,
    longest_down,
    read_health,
)
from cop.query.coverage.sights import build_sights
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.event_merge import merge_events
from cop.store.dataset.source import register_source
from cop.store.warehouse import Warehouse
from tests.support.published import published_files
from tests.support.record import make_frame
from tests.support.store import make_source

pytestmark = pytest.mark.coverage


def lately(service: QueryService, days: int = 20, **chosen: object) -> Filter:
    end = service.warehouse.snapshot.now
    window = TimeWindow(start=end - timedelta(days=days), end=end)
    return Filter(records="synthetic", window=window, **chosen)  # type: ignore[arg-type]


def test_states_and_hours_are_those_of_the_files(service: QueryService) -> None:
    view = service.view(lately(service))
    health = read_health(service, view)
    assert health is not None
    snapshot = view.snapshot
    outages = pd.read_parquet(snapshot.catalogue.files_of("outages")[0])
    sensors = pd.read_parquet(snapshot.catalogue.files_of("sensors")[0]).set_index("sensor_id")
    start, end = pd.Timestamp(health.start), pd.Timestamp(health.end)
    for row in health.table.itertuples():
        own = outages[outages["sensor_id"] == row.sensor_id]
        up_at = own["up_at"].fillna(end + pd.Timedelta(days=1))
        is_down = ((own["down_at"] <= end) & (up_at > end)).any()
        assert (row.state == "down") == is_down, row.sensor_id
        begin = max(start, sensors.loc[row.sensor_id, "installed_at"])
        removed = sensors.loc[row.sensor_id, "removed_at"]
        finish = end if pd.isna(removed) else min(end, removed)
        down = (up_at.clip(upper=finish) - own["down_at"].clip(lower=begin)).clip(
            lower=pd.Timedelta(0)
        )
        stood = (finish - begin) / pd.Timedelta(hours=1)
        expected = 1 - down.sum() / pd.Timedelta(hours=1) / stood
        assert row.up_share == pytest.approx(expected, abs=1e-6), row.sensor_id


def test_detections_are_those_of_the_files(service: QueryService) -> None:
    view = service.view(lately(service))
    health = read_health(service, view)
    assert health is not None
    assert health.attributed
    events = pd.concat(map(pd.read_parquet, view.snapshot.catalogue.files["events"]))
    during = events["occurred_at"].between(health.start, health.end, inclusive="left")
    own = events[during & events["synthetic"] & (events["detection"] == "sensor")]
    named = own["attributes"].str.extract(r'"sensor_id": "([^"]+)"')[0].value_counts()
    table = health.table.set_index("sensor_id")
    assert len(named) > 20
    for sensor, count in named.items():
        assert table.loc[sensor, ["inside", "outside"]].sum() == count, sensor
    assert (table["inside"] > 0).sum() > 20
    assert (table["events"] >= 0).all()
    quiet = table[table["silent"]]
    assert (quiet["inside"] == 0).all()
    assert (quiet["events"] >= LEAST_EVENTS).all()


def test_the_longest_down_come_first(service: QueryService) -> None:
    health = read_health(service, service.view(lately(service)))
    assert health is not None
    names = longest_down(health, 5)
    share = health.table.set_index("sensor_id")
    hours = (1 - share["up_share"]) * share["stood"]
    assert list(hours[names]) == sorted(hours[names], reverse=True)


def test_only_sensors_of_the_filter_and_of_its_records(service: QueryService) -> None:
    health = read_health(service, service.view(lately(service, sectors=("SDC",))))
    assert health is not None
    assert set(health.table["sector"]) == {"SDC"}
    assert read_health(service, service.view(Filter(records="real"))) is None


@pytest.fixture
def observed(own_warehouse: Path, tmp_path: Path) -> QueryService:
    """Two sensors beside one segment; one detects there, the other far away alone."""
    path = tmp_path / "sensors.csv"
    header = "sensor_id,name,kind,lon,lat,height_m,range_m,azimuth_deg,fov_deg,agency"
    segments = gpd.read_parquet(published_files(own_warehouse, "segments")[0])
    segment = segments[segments["sector"] == "TCA"].iloc[20]
    lon, lat = (float(v) for v in segment.geometry.interpolate(0.5, normalized=True).coords[0])
    rows = [f"{name},,tower,{lon},{lat},20,9000,,,," for name in ("GOOD", "BAD")]
    path.write_text(
        "\n".join([f"{header},installed_at,removed_at,outages", *(r + ",," for r in rows)])
    )
    settings = StoreSettings(data=own_warehouse)
    report = ingest_file(settings, path, read_profile("sensors_csv"), reader=DirectReader())
    assert report.accepted == 2, report.problems
    names = ["GOOD"] * 4 + ["BAD"] * 3 + [None] * 6
    frame = make_frame(
        13,
        lon=[lon] * 4 + [lon + 1.0] * 3 + [lon] * 6,
        lat=[lat] * 4 + [lat + 1.0] * 3 + [lat] * 6,
        segment_id=[segment["segment_id"]] * 13,
        sector=["TCA"] * 13,
        county=[segment["county"]] * 13,
        detection="sensor",
        attributes=[None if n is None else f'{{"sensor_id": "{n}"}}' for n in names],
    )
    with open_transaction(settings) as transaction:
        merge_events(transaction, "test", (frame.assign(source_id=[str(i) for i in range(13)]),))
        register_source(transaction, make_source())
        transaction.commit("events")
    return QueryService(Warehouse(settings), tile_cache_mb=1)


def test_a_sensor_that_detects_nothing_where_it_claims_to_see_is_flagged(
    observed: QueryService,
) -> None:
    view = observed.view(Filter(records="real"))
    health = read_health(observed, view)
    observed.warehouse.close()
    assert health is not None
    assert health.attributed
    table = health.table.set_index("sensor_id")
    assert table.loc["GOOD", ["inside", "outside"]].tolist() == [4, 0]
    assert table.loc["BAD", ["inside", "outside"]].tolist() == [0, 3]
    assert table["silent"].to_dict() == {"BAD": True, "GOOD": False}
    assert table["events"].to_dict() == pytest.approx({"BAD": 10.0, "GOOD": 10.0})


def test_what_a_sensor_claims_does_not_end_at_the_filter(observed: QueryService) -> None:
    asked = Filter(records="real", kinds=("rescue",), sectors=("TCA",))
    health = read_health(observed, observed.view(asked))
    observed.warehouse.close()
    assert health is not None
    counts = health.table.set_index("sensor_id")[["inside", "outside"]]
    assert counts.to_numpy().tolist() == [[0, 3], [4, 0]]


def test_inside_is_seen_by_even_chance_and_unknown_is_neither() -> None:
    pixels = 256 << 10
    percent = np.array([[80, 50, 49, 0, HIDDEN, UNKNOWN]], np.uint8)
    footprint = SightPicture(zoom=10, left=50_000, top=100_000, percent=percent)
    x, y = (np.array([50_000, *range(50_000, 50_006)]) + 0.5) / pixels, 100_000.5 / pixels
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * y))))
    found = pd.DataFrame({"sensor_id": "A", "lon": 360 * x - 180, "lat": lat, "at": 0})
    placed = pd.DataFrame(
        {"sensor_id": ["A"], "row": [0], "valid_from": [pd.NaT], "valid_to": [pd.NaT]}
    )
    none = pd.DataFrame(
        {name: pd.Series(dtype="datetime64[us]") for name in ("down_at", "up_at")}
        | {"sensor_id": [], "state": []}
    )
    sights = build_sights(placed, (footprint,), (), none)
    assert _place_detections(found, placed, sights) == ([3], [3])
