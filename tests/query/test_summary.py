"""Tests of summaries against pandas; windows of whole days (rollup) and others (raw) agree."""

from dataclasses import asdict
from datetime import datetime

import geopandas as gpd
import pytest

from cop.errors import FilterError
from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.service import QueryService
from cop.query.summary import BY, build_summary, read_summary
from cop.query.view import View
from cop.store.dataset import planner
from tests.query.conftest import OpenService
from tests.support.choice import random_filters
from tests.support.published import passing
from tests.support.record import make_frame

pytestmark = pytest.mark.picture


def grouped(events: gpd.GeoDataFrame, by: str) -> dict[str, tuple[int, dict[str, int]]]:
    keys = {
        "segment": events["segment_id"],
        "day": events["occurred_at"].dt.strftime("%Y-%m-%d"),
        "year": events["occurred_at"].dt.strftime("%Y"),
    }
    return {
        key: (len(own), own.groupby("unit")["count"].sum().to_dict())
        for key, own in events.groupby(keys.get(by, events.get(by)))
    }


@pytest.mark.parametrize("by", BY)
def test_groups_equal_pandas(service: QueryService, events: gpd.GeoDataFrame, by: str) -> None:
    for wanted, synthetic in random_filters(events, 12, seed=5):
        mine = passing(events, wanted, synthetic=synthetic)
        summary = read_summary(service, service.view(wanted), by)
        assert {row.key: (row.n, row.counts) for row in summary.rows} == grouped(mine, by)
        assert summary.total == len(mine) == sum(row.n for row in summary.rows)
        assert summary.counts == mine.groupby("unit")["count"].sum().to_dict()
        assert summary.records == ("synthetic" if synthetic else "real")
        assert [row.key for row in summary.rows] == sorted(row.key for row in summary.rows)


@pytest.mark.parametrize("by", [name for name in BY if name != "segment"])
def test_rollup_and_raw_agree(
    service: QueryService, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    wanted = Filter(
        window=TimeWindow(start=datetime(2022, 1, 1), end=datetime(2030, 1, 1)),
        records="synthetic",
    )
    snapshot = service.warehouse.snapshot
    monkeypatch.setattr(planner, "FEW_EVENTS", 0)
    rolled = build_summary(service.warehouse, View.of(snapshot, wanted), by)
    monkeypatch.setattr(planner, "FEW_EVENTS", 10**9)
    assert asdict(build_summary(service.warehouse, View.of(snapshot, wanted), by)) == asdict(rolled)
    assert rolled.total > 1_000


def test_events_outside_are_counted_as_none(
    service: QueryService, events: gpd.GeoDataFrame
) -> None:
    outside = events[~events["synthetic"] & (events["sector"] == "NONE")]
    assert len(outside) > 100
    rows = {
        row.key: row.n
        for row in read_summary(service, service.view(Filter(records="real")), "sector").rows
    }
    assert rows["NONE"] == len(outside)
    only = read_summary(service, service.view(Filter(sectors=("NONE",), records="real")), "county")
    assert only.total == len(outside)


def test_real_and_synthetic_are_never_added(
    service: QueryService, events: gpd.GeoDataFrame
) -> None:
    totals = {
        r: read_summary(service, service.view(Filter(records=r)), "year").total
        for r in ("real", "synthetic")
    }
    assert totals["synthetic"] == int(events["synthetic"].sum())
    assert totals["real"] == int((~events["synthetic"]).sum())
    assert read_summary(service, service.view(), "year").total == totals["real"]
    with pytest.raises(FilterError, match="never added"):
        read_summary(service, service.view(Filter(sources=("demo", "iom_mmp"))), "year")
    mixed = read_summary(service, service.view(Filter(sources=("demo",), records="real")), "source")
    assert (mixed.total, mixed.rows) == (0, ())


def test_unknown_grouping_is_refused(service: QueryService) -> None:
    with pytest.raises(FilterError, match="use sector, county"):
        read_summary(service, service.view(), "color")


def test_an_empty_warehouse_sums_to_zero(small: OpenService) -> None:
    service = small(make_frame(0))
    for by in BY:
        summary = read_summary(service, service.view(), by)
        assert (summary.total, summary.counts, summary.rows) == (0, {}, ())
