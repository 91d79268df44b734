"""Tests of the headline against pandas: a window beside the one before, and what is not known."""

from dataclasses import replace
from datetime import datetime, timedelta

import geopandas as gpd
import pandas as pd
import pytest

from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query import headline as module
from cop.query.coverage.segment import Covered, cover_segments
from cop.query.headline import HELP_NEEDED, Figure, read_headline
from cop.query.segment import read_segments
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse
from tests.query.conftest import OpenService
from tests.support.coverage import cover_hours
from tests.support.record import make_frame

pytestmark = pytest.mark.house

DAY = timedelta(days=1)
START = datetime(2024, 3, 1)


def headline(service: QueryService, wanted: Filter) -> dict[str, Figure]:
    return {figure.key: figure for figure in read_headline(service, service.view(wanted))}


def month_of(view: View) -> TimeWindow:
    """Thirty whole days that have as many before them."""
    end = datetime.combine(view.snapshot.now.date(), datetime.min.time()) - 30 * DAY
    return TimeWindow(start=end - 30 * DAY, end=end)


def test_counts_equal_pandas_in_both_periods(
    service: QueryService, events: gpd.GeoDataFrame
) -> None:
    window = month_of(service.view())
    assert window.start is not None
    found = headline(service, Filter(window=window, records="synthetic"))
    own = events[events["synthetic"]]
    for name, start in (("amount", window.start), ("before", window.start - 30 * DAY)):
        rows = own[(own["occurred_at"] >= start) & (own["occurred_at"] < start + 30 * DAY)]
        people = rows.loc[rows["unit"] == "people", "count"].sum()
        assert getattr(found["events"], name) == len(rows) > 0
        assert getattr(found["people"], name) == people > 0
        assert getattr(found["help"], name) == rows["kind"].isin(HELP_NEEDED).sum() > 0


def test_coverage_is_weighed_by_length(service: QueryService) -> None:
    view = service.view(Filter(records="synthetic"))
    found = headline(service, view.filter)
    snapshot, end = view.snapshot, view.snapshot.now
    segments = read_segments(snapshot)
    sensors = pd.read_parquet(snapshot.catalogue.files_of("sensors")[0])
    outages = pd.read_parquet(snapshot.catalogue.files_of("outages")[0])
    own = sensors[sensors["synthetic"]]
    hours = cover_hours(segments, own, outages, start=end - timedelta(hours=24), end=end)
    weighed = sum(hours / 24 * segments["length_km"]) / sum(segments["length_km"])
    assert found["watched"].amount == pytest.approx(weighed, abs=1e-3)
    assert found["watched"].maybe == 0.0
    assert found["watched"].before is None


def test_filters_of_one_window_share_what_sensors_saw(
    service: QueryService, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Filter] = []

    def cover(warehouse: Warehouse, snapshot: Snapshot, resolved: Filter) -> Covered:
        asked.append(resolved)
        return cover_segments(warehouse, snapshot, resolved)

    monkeypatch.setattr(module, "cover_segments", cover)
    # A window that no other test asks for.
    end = month_of(service.view()).end
    assert end is not None
    window = TimeWindow(start=end - 9 * DAY, end=end - timedelta(hours=7))
    wanted = Filter(window=window, records="synthetic")
    sector = sorted(service.view(wanted).snapshot.sectors)[0]
    others = (wanted, replace(wanted, sectors=(sector,)), replace(wanted, kinds=("rescue",)))
    whole, part, kind = (headline(service, other)["watched"].amount for other in others)
    assert whole == kind
    assert part != whole
    assert len(asked) == 1
    later = TimeWindow(start=window.start, end=end - timedelta(hours=5))
    headline(service, wanted.within(later))
    assert len(asked) == 2


def test_what_is_expected_has_its_interval(service: QueryService) -> None:
    expected = headline(service, Filter(records="synthetic"))["expected"]
    assert expected.forecast is not None
    assert (expected.amount, *(expected.interval or ())) == expected.forecast.expected


def test_real_records_are_not_watched_by_synthetic_sensors(service: QueryService) -> None:
    assert headline(service, Filter(records="real"))["watched"].amount is None


def test_without_a_region_there_are_counts_alone(small: OpenService) -> None:
    moments = [START + hour * DAY / 24 for hour in range(6)]
    kinds = ["rescue", "death", "drone", "crossing", "crossing", "crossing"]
    units = ["people", "people", "items", "people", "people", "people"]
    service = small(make_frame(6, occurred_at=moments, kind=kinds, unit=units, count=2))
    found = headline(service, Filter(window=TimeWindow(start=START, end=START + DAY)))
    assert {key: figure.amount for key, figure in found.items()} == {
        "events": 6,
        "people": 10,
        "help": 2,
    }
    assert {figure.before for figure in found.values()} <= {0, None}


def test_a_window_without_a_beginning_has_none_before(service: QueryService) -> None:
    found = headline(service, Filter(records="synthetic"))
    assert {found[key].before for key in ("events", "people", "help")} == {None}
