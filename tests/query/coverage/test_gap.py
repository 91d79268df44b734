"""Gaps by hand, and that the biggest blind spots come first."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from cop.analysis.coverage.step import CoverageSteps
from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.coverage.gap import _longest, read_gaps
from cop.query.coverage.segment import cover_segments
from cop.query.coverage.timeline import PERIODS, choose_period, read_timeline
from cop.query.figure import read_figures
from cop.query.segment import read_segments
from cop.query.service import QueryService
from tests.support.coverage import START, moment_us

pytestmark = pytest.mark.coverage

DAY = timedelta(days=1)


def lately(service: QueryService, days: int, **chosen: object) -> Filter:
    end = service.warehouse.snapshot.now
    window = TimeWindow(start=end - days * DAY, end=end)
    return Filter(records="synthetic", window=window, **chosen)  # type: ignore[arg-type]


def test_gaps_are_risk_by_length_by_hours(service: QueryService) -> None:
    view = service.view(lately(service, 5))
    gaps, figures = read_gaps(service, view), read_figures(service, view)
    assert gaps is not None
    assert figures is not None
    seen = cover_segments(service.warehouse, view.snapshot, view.filter).seen
    by_hand = pd.Series(
        (figures.table["risk"] / (7 * 24) * (1 - seen) * gaps.hours).to_numpy(),
        index=figures.table["segment_id"],
    )
    assert gaps.by_risk
    assert gaps.hours == pytest.approx(5 * 24)
    known = gaps.table["weight"].dropna()
    assert known.is_monotonic_decreasing
    assert known.index.max() == len(known) - 1
    for row in gaps.table.itertuples():
        assert row.weight == pytest.approx(by_hand[row.segment_id], abs=1e-9, nan_ok=True)
        assert 0 <= row.longest_hours <= gaps.hours + 1e-9
    assert gaps.table["mgrs"].str.fullmatch(r"\d{1,2}[A-Z] [A-Z]{2} \d{3} \d{3}").all()


def test_only_segments_of_the_filter_are_listed(service: QueryService) -> None:
    gaps = read_gaps(service, service.view(lately(service, 5, sectors=("TCA",))))
    assert gaps is not None
    assert set(gaps.table["sector"]) == {"TCA"}
    assert read_gaps(service, service.view(Filter(records="real"))) is None


def test_the_longest_dark_time_joins_steps_and_ends_with_the_window() -> None:
    hours = [None, 1, 3, 4, 9]
    steps = CoverageSteps(
        places=2,
        owner=np.array([0, 0, 0, 0, 0, 1]),
        since=np.array(
            [np.iinfo(np.int64).min // 4]
            + [moment_us(START + timedelta(hours=h)) for h in hours[1:]]
            + [np.iinfo(np.int64).min // 4]
        ),
        seen=np.array([1.0, 0.4, 0.0, 0.9, 0.2, 1.0]),
        unknown=np.zeros(6),
        sensors=np.zeros(6),
    )
    assert _longest(steps, START, START + timedelta(hours=12)).tolist() == [3.0, 0.0]
    assert _longest(steps, START, START + timedelta(hours=10.5)).tolist() == [3.0, 0.0]
    assert _longest(steps, START + timedelta(hours=2), START + timedelta(hours=3)).tolist() == [
        1.0,
        0.0,
    ]


def test_what_may_have_been_seen_is_not_dark() -> None:
    first = np.iinfo(np.int64).min // 4
    steps = CoverageSteps(
        places=3,
        owner=np.array([0, 0, 1, 2]),
        since=np.array([first, moment_us(START + timedelta(hours=4)), first, first]),
        seen=np.array([0.0, 0.1, 0.1, 0.6]),
        unknown=np.array([1.0, 0.3, 0.3, 0.4]),
        sensors=np.zeros(4),
    )
    assert _longest(steps, START, START + timedelta(hours=12)).tolist() == [8.0, 12.0, 0.0]


@pytest.mark.parametrize(("days", "period"), [(2, "hour"), (30, "day"), (400, "week")])
def test_a_timeline_adds_up_to_the_coverage_of_the_window(
    service: QueryService, days: int, period: str
) -> None:
    asked = lately(service, days)
    view = service.view(asked)
    assert asked.window.start is not None
    assert asked.window.end is not None
    assert choose_period(asked.window.start, asked.window.end) == period
    found = read_timeline(service, view)
    assert found is not None
    assert found.period == period
    assert (found.table["end"] - found.table["start"] <= PERIODS[found.period]).all()
    seen = cover_segments(service.warehouse, view.snapshot, view.filter).seen
    segments = read_segments(view.snapshot)
    by_hand = (segments["length_km"] * seen * days * 24).groupby(segments["sector"]).sum()
    sums = found.table.groupby("sector")[["seen_km_hours", "total_km_hours"]].sum()
    for sector, row in sums.iterrows():
        assert row["seen_km_hours"] == pytest.approx(by_hand[sector], rel=1e-6, abs=1e-6)
        own = segments["sector"] == sector
        assert row["total_km_hours"] == pytest.approx(
            segments.loc[own, "length_km"].sum() * days * 24
        )
