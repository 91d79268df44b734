"""Daily counts in local time, against pandas, and what the profiles leave out."""

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
import pytest

from cop.model.event import CLOCK_PRECISIONS
from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.hour import read_hour_of_week
from cop.query.pattern import DailyCounts, Patterns, build_days, read_patterns
from cop.query.service import QueryService
from cop.query.summary import read_summary
from tests.query.conftest import OpenService
from tests.support.choice import random_filters
from tests.support.published import passing
from tests.support.record import make_frame

pytestmark = pytest.mark.sources


def days_of(service: QueryService, wanted: Filter) -> DailyCounts:
    return build_days(service.warehouse, service.view(wanted))


def patterns_of(service: QueryService, wanted: Filter) -> Patterns:
    return read_patterns(service, service.view(wanted))


def local_day(row: "pd.Series", zones: dict[str, str]) -> date:
    moment: pd.Timestamp = row["occurred_at"]
    if row["time_precision"] not in CLOCK_PRECISIONS:
        return moment.date()
    return moment.tz_localize("UTC").tz_convert(ZoneInfo(zones.get(row["sector"], "UTC"))).date()


def test_local_days_are_those_of_zoneinfo(service: QueryService, events: gpd.GeoDataFrame) -> None:
    for wanted, synthetic in random_filters(events, 12, seed=11):
        own = passing(events, wanted, synthetic=synthetic)
        found = days_of(service, wanted).table
        assert int(found["n"].sum()) == len(own)
        if len(own) > 3000:
            continue
        expected = own.apply(local_day, axis=1, zones=service.view().zones).value_counts()
        held = found.groupby("day")["n"].sum()
        assert {day.date(): n for day, n in held.items()} == expected.to_dict()


def test_what_a_profile_leaves_out_adds_up(service: QueryService, events: gpd.GeoDataFrame) -> None:
    for wanted, synthetic in random_filters(events, 12, seed=12):
        total = len(passing(events, wanted, synthetic=synthetic))
        patterns = patterns_of(service, wanted)
        for profile in (patterns.weekdays, patterns.moon):
            assert profile.n + sum(patterns.left_out.values()) == total
            assert int(profile.table["n"].sum()) == profile.n
        assert patterns.season.n + sum(patterns.season_left_out.values()) == total


def test_only_whole_local_days_count(service: QueryService, events: gpd.GeoDataFrame) -> None:
    newest = events.loc[events["synthetic"], "occurred_at"].max().to_pydatetime()
    end = newest.replace(hour=0, minute=0, second=0)
    window = TimeWindow(start=end - timedelta(days=20, hours=3), end=end)
    days = days_of(service, Filter(window=window, records="synthetic"))
    # The western sectors are behind UTC: their last day is not over when the window ends.
    assert days.first == (end - timedelta(days=20)).date()
    assert days.last == (end - timedelta(days=2)).date()


def test_a_coarse_record_counts_where_its_period_is_fine_enough(small: OpenService) -> None:
    kinds = {"day": "rescue", "week": "seizure", "month": "tunnel", "year": "drone"}
    frames = [
        make_frame(40, kind=k, time_precision=p, lat=31 + i / 10)
        for i, (p, k) in enumerate(kinds.items())
    ]
    service = small(*frames)
    for precision, kind in kinds.items():
        patterns = patterns_of(service, Filter(kinds=(kind,)))
        assert patterns.season.n == (0 if precision == "year" else 40)
        assert patterns.weekdays.n == (40 if precision == "day" else 0)
        assert patterns.season_left_out == ({"coarse": 40} if precision == "year" else {})
        assert patterns.left_out == ({} if precision == "day" else {"coarse": 40})


def test_a_record_without_an_hour_stays_on_its_day(small: OpenService) -> None:
    frame = make_frame(30, time_precision="day", occurred_at=datetime(2026, 3, 2))
    table = days_of(small(frame), Filter()).table
    assert table["day"].tolist() == [pd.Timestamp("2026-03-02")]


def test_no_records_are_no_fault(service: QueryService) -> None:
    window = TimeWindow(start=datetime(1999, 1, 1), end=datetime(1999, 2, 1))
    patterns = patterns_of(service, Filter(window=window, records="real"))
    assert patterns.moon.n == patterns.season.n == 0
    assert patterns.moon.reason == "there are no records"


def test_hours_and_weekdays_are_those_of_pandas_and_add_up_to_the_summary(
    service: QueryService, events: gpd.GeoDataFrame
) -> None:
    checked = 0
    for wanted, synthetic in random_filters(events, 14, seed=13):
        own = passing(events, wanted, synthetic=synthetic)
        hours = read_hour_of_week(service, service.view(wanted))
        total = hours.total()
        assert (
            int(total["n"].sum()) + hours.missing
            == read_summary(service, service.view(wanted), "kind").total
        )
        clock = own[own["time_precision"].isin(CLOCK_PRECISIONS)]
        if clock.empty:
            continue
        zones = clock["sector"].map(lambda sector: service.view().zones.get(sector, "UTC"))
        local = [
            part["occurred_at"].dt.tz_localize("UTC").dt.tz_convert(ZoneInfo(zone))
            for zone, part in clock.groupby(zones)
        ]
        expected = Counter(
            pair
            for times in local
            for pair in zip(times.dt.day_of_week, times.dt.hour, strict=True)
        )
        held = total[total["n"] > 0].set_index(["weekday", "hour"])["n"].to_dict()
        assert held == expected
        checked += 1
    assert checked > 2
