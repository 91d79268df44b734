"""Tests of segment and sensor tiles against geopandas: figures carried, unknown left out."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from cop.layerkind.service.tile import read_tile
from cop.model.ahead import Ahead
from cop.model.filter import Filter
from cop.model.tile import Tile
from cop.model.window import TimeWindow
from cop.query.figure import read_figures
from cop.query.registry import find_layer
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.published import passing, people_of, read_published
from tests.support.tile import features_of

pytestmark = pytest.mark.picture

SEGMENTS = find_layer("segments")
BORDER = [Tile(5, x, y) for x in range(5, 9) for y in range(12, 15)]


def segments_of(service: QueryService, wanted: Filter) -> dict[str, dict[str, object]]:
    found = {}
    for tile in BORDER:
        for feature in features_of(
            read_tile(service, service.view(wanted), SEGMENTS, tile).mvt, "segments"
        ):
            found[feature["properties"]["segment_id"]] = feature["properties"]
    return found


def last_days(events: gpd.GeoDataFrame, days: int) -> TimeWindow:
    end = events.loc[events["synthetic"], "occurred_at"].max().to_pydatetime()
    return TimeWindow(start=end - timedelta(days=days), end=end)


def test_every_segment_carries_its_counts(
    service: QueryService, events: gpd.GeoDataFrame, warehouse_dir: Path
) -> None:
    window = last_days(events, 30)
    wanted = Filter(window=window, records="synthetic", kinds=("apprehension", "rescue"))
    found = segments_of(service, wanted)
    segments = read_published(warehouse_dir, "segments").set_index("segment_id")
    assert set(found) == set(segments.index)
    previous = window.previous()
    assert previous is not None
    now = passing(events, wanted, synthetic=True)
    before = passing(events, wanted.within(previous), synthetic=True)
    for key, properties in found.items():
        mine, old = now[now["segment_id"] == key], int((before["segment_id"] == key).sum())
        assert properties["state"] == "observed"
        assert (properties["n"], properties["people"]) == (len(mine), people_of(mine))
        assert properties["previous_n"] == old
        assert properties["sector"] == segments.loc[key, "sector"]
        if old:
            change = 100 * (len(mine) - old) / old
            assert properties["change"] == pytest.approx(change, abs=0.001)
        else:
            assert "change" not in properties
        assert 0 <= properties["coverage"] <= 1
        if "risk" in properties:
            assert 0 <= properties["risk_low"] <= properties["risk_high"]


def test_a_segment_that_nobody_observed_is_unknown_not_low(
    service: QueryService, events: gpd.GeoDataFrame
) -> None:
    wanted = Filter(window=last_days(events, 30), records="synthetic", kinds=("rescue",))
    figures = read_figures(service, service.view(wanted))
    assert figures is not None
    reported_at = events["reported_at"].fillna(events["occurred_at"])
    known = events[events["synthetic"] & (reported_at < figures.risk.origin)]
    # The first week need not be whole, and is then no part of the history.
    known = known[known["occurred_at"] >= known["occurred_at"].min() + timedelta(days=7)]
    recorded = figures.table["segment_id"].isin(set(known["segment_id"]))
    unknown = figures.table["risk"].isna()
    assert unknown.any()
    assert not (unknown & recorded).any()
    assert (figures.table.loc[recorded, "risk_low"] >= 0).all()
    assert figures.expected is not None
    assert figures.expected[0] == pytest.approx(figures.table["risk"].sum())


def test_forecasts_reach_days_and_weeks_ahead(
    service: QueryService, events: gpd.GeoDataFrame
) -> None:
    wanted = Filter(window=last_days(events, 30), records="synthetic")
    totals = {}
    for text in ("day-1", "day-4", "week-1", "week-4"):
        figures = read_figures(service, service.view(replace(wanted, ahead=Ahead.from_text(text))))
        assert figures is not None
        assert figures.expected is not None
        assert figures.expected[1] < figures.expected[0] < figures.expected[2]
        totals[text] = figures.expected[0]
        start = figures.risk.origin + (figures.ahead.number - 1) * figures.ahead.length
        assert figures.risk_window.start == start
    assert totals["week-1"] == pytest.approx(7 * totals["day-1"], rel=0.25)
    tca = read_figures(service, service.view(replace(wanted, sectors=("TCA",))))
    assert tca is not None
    assert tca.expected is not None
    assert tca.expected[0] < totals["week-1"]


def test_an_open_window_has_no_change(service: QueryService) -> None:
    found = segments_of(service, Filter(records="synthetic"))
    assert found
    assert not any({"change", "previous_n"} & set(p) for p in found.values())


def test_synthetic_sensors_do_not_cover_real_records(service: QueryService) -> None:
    found = segments_of(service, Filter(records="real"))
    assert found
    assert not any("coverage" in properties for properties in found.values())


def test_coverage_is_unknown_without_sensors(bare_warehouse: Path) -> None:
    warehouse = Warehouse(StoreSettings(data=bare_warehouse))
    service = QueryService(warehouse, tile_cache_mb=8)
    found = segments_of(service, Filter())
    assert len(found) > 600
    assert not any("coverage" in properties for properties in found.values())
    assert {properties["state"] for properties in found.values()} == {"unknown"}
    assert not any("n" in properties for properties in found.values()), "no source, no zero"
    figures = read_figures(service, service.view())
    assert figures is not None
    assert figures.table["coverage"].isna().all()
    warehouse.close()


def test_history_of_real_records_does_not_lengthen_the_synthetic(
    service: QueryService, events: gpd.GeoDataFrame
) -> None:
    oldest = events.loc[events["synthetic"], "occurred_at"].min().to_pydatetime()
    window = TimeWindow(end=oldest + timedelta(days=100))
    figures = read_figures(service, service.view(Filter(window=window, records="synthetic")))
    assert figures is not None
    assert figures.risk.reason is None
    per_week = passing(events, Filter(window=window), synthetic=True)
    per_week = per_week[per_week["segment_id"] != "NONE"]
    recent = per_week[per_week["occurred_at"] >= pd.Timestamp(figures.risk.origin) - timedelta(28)]
    expected = float(figures.table["risk"].sum())
    assert expected == pytest.approx(len(recent) / 4, rel=0.5)


def test_sensors_are_up_or_down_at_the_end_of_the_window(
    service: QueryService, events: gpd.GeoDataFrame, warehouse_dir: Path
) -> None:
    layer = find_layer("sensors")
    outages = read_frame(warehouse_dir, "outages")
    sensors = read_frame(warehouse_dir, "sensors")
    end = events.loc[events["synthetic"], "occurred_at"].max().to_pydatetime()
    for days in (3, 40, 200):
        moment = end - timedelta(days=days)
        wanted = Filter(window=TimeWindow(end=moment), records="synthetic")
        found = {}
        for tile in BORDER:
            for feature in features_of(
                read_tile(service, service.view(wanted), layer, tile).mvt, "sensors"
            ):
                found[feature["properties"]["sensor_id"]] = feature["properties"]["state"]
        here = sensors[
            (sensors["installed_at"] <= moment)
            & ~(sensors["removed_at"].notna() & (sensors["removed_at"] <= moment))
        ]
        down = outages[
            (outages["down_at"] <= moment)
            & ~(outages["up_at"].notna() & (outages["up_at"] <= moment))
        ]
        assert set(found) == set(here["sensor_id"])
        is_down = {key for key, state in found.items() if state == "down"}
        assert is_down == set(down["sensor_id"]) & set(found)
    real = [
        read_tile(service, service.view(Filter(records="real")), layer, tile).mvt for tile in BORDER
    ]
    assert set(real) == {b""}


def read_frame(folder: Path, dataset: str) -> pd.DataFrame:
    (path,) = (folder / "datasets" / "main" / dataset).glob("*.parquet")
    return pd.read_parquet(path)
