"""Hours of the week against pandas, whose time zones are its own."""

from datetime import datetime, timedelta

import geopandas as gpd
import pandas as pd
import pytest

from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.hour import read_hour_of_week, read_offsets
from cop.query.service import QueryService
from cop.query.summary import read_summary
from tests.query.conftest import OpenService
from tests.support.choice import random_filters
from tests.support.published import passing
from tests.support.record import make_frame

pytestmark = pytest.mark.sources

Cells = dict[tuple[str, int, int], int]


def counted(events: gpd.GeoDataFrame, zones: dict[str, str]) -> Cells:
    """Sector, weekday and hour of the events that know their hour, by pandas."""
    known = events[events["time_precision"].isin(["minute", "hour"])]
    cells: Cells = {}
    for sector, own in known.groupby("sector"):
        local = own["occurred_at"].dt.tz_localize("UTC").dt.tz_convert(zones[sector])
        sizes = own.groupby([local.dt.day_of_week, local.dt.hour]).size()
        cells |= {(sector, day, hour): int(n) for (day, hour), n in sizes.items()}
    return cells


def found(table: pd.DataFrame) -> Cells:
    return {(r.sector, r.weekday, r.hour): r.n for r in table.itertuples(index=False)}


def test_shown_hours_add_up_to_the_summary(service: QueryService, events: gpd.GeoDataFrame) -> None:
    for wanted, synthetic in random_filters(events, 10, seed=11):
        hours = read_hour_of_week(service, service.view(wanted))
        mine = passing(events, wanted, synthetic=synthetic)
        zones = {**service.view().zones, "NONE": "UTC"}
        assert found(hours.table) == counted(mine, zones)
        vague = ~mine["time_precision"].isin(["minute", "hour"])
        assert hours.missing == int(vague.sum())
        total = read_summary(service, service.view(wanted), "kind").total
        assert int(hours.table["n"].sum()) + hours.missing == total
        assert int(hours.total()["n"].sum()) == int(hours.table["n"].sum())
        assert len(hours.total()) == 168


def test_one_zone_holds_for_all(service: QueryService, events: gpd.GeoDataFrame) -> None:
    wanted = Filter(records="synthetic")
    hours = read_hour_of_week(service, service.view(wanted), "Asia/Kathmandu")
    mine = passing(events, wanted, synthetic=True)
    zones = dict.fromkeys(mine["sector"].unique(), "Asia/Kathmandu")
    assert found(hours.table) == counted(mine, zones)
    assert set(hours.zones.values()) == {"Asia/Kathmandu"}


def test_clocks_change_within_the_records(small: OpenService) -> None:
    start = datetime(2026, 3, 7)
    moments = [start + timedelta(minutes=10 * i) for i in range(500)]
    service = small(make_frame(500, occurred_at=moments))
    hours = read_hour_of_week(service, service.view(), "America/Chicago")
    local = pd.Series(moments).dt.tz_localize("UTC").dt.tz_convert("America/Chicago")
    expected = local.groupby([local.dt.day_of_week, local.dt.hour]).size().to_dict()
    own = {(r.weekday, r.hour): r.n for r in hours.table.itertuples(index=False)}
    assert own == expected
    assert (6, 2) not in own


def test_records_without_an_hour_are_left_out_and_counted(small: OpenService) -> None:
    precisions = ["minute", "hour", "day", "week", "month", "year"]
    service = small(make_frame(6, time_precision=precisions))
    hours = read_hour_of_week(service, service.view())
    assert int(hours.table["n"].sum()) == 2
    assert hours.left_out == {"TCA": 4}


def test_nothing_has_no_hours(small: OpenService) -> None:
    service = small(make_frame(3))
    window = TimeWindow(start=datetime(1999, 1, 1), end=datetime(1999, 2, 1))
    hours = read_hour_of_week(service, service.view(Filter(window=window)))
    assert (len(hours.table), hours.missing, int(hours.total()["n"].sum())) == (0, 0, 0)


@pytest.mark.parametrize("zone", ["America/Chicago", "America/Phoenix", "Australia/Lord_Howe"])
def test_offsets_are_gapless_and_those_of_the_zone(zone: str) -> None:
    first, last = datetime(2025, 1, 1, 5, 17, 31), datetime(2026, 12, 31)
    spans = read_offsets(zone, first, last)
    assert spans[0][0] == first
    assert spans[-1][1] > last
    assert [end for _, end, _ in spans[:-1]] == [start for start, _, _ in spans[1:]]
    hours = pd.Series(pd.date_range(first, last, freq="h"))
    local = hours.dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None)
    expected = (local - hours).dt.total_seconds()
    for since, until, offset in spans:
        inside = (hours >= since) & (hours < until)
        assert (expected[inside] == offset).all()
