"""Tests of the surge watch on made-up days and hours."""

import numpy as np
import pytest

from cop.analysis.forecast.surge import RUSH_LEAST, watch_days, watch_hours
from cop.errors import FilterError

pytestmark = pytest.mark.forecast


def test_quiet_days_hardly_alarm() -> None:
    """Steady clustered counts: fewer than four false alarms a year."""
    draw = np.random.default_rng(1)
    alarms = 0
    for _ in range(20):
        alarms += watch_days(draw.negative_binomial(8, 0.5, 365).astype(float)).starts.sum()
    assert alarms / 20 < 4


def test_a_doubling_is_found_and_does_not_hide_itself() -> None:
    counts = 10.0 + np.tile([-3.0, 0.0, 3.0, 1.0, -1.0], 24)
    counts[80:100] *= 2
    watch = watch_days(counts)
    assert not watch.alarm[60:80].any()
    assert watch.alarm[80:87].any()
    assert watch.starts[80:100].sum() == 1
    assert watch.expected[86] == pytest.approx(10, rel=0.15)


def test_nothing_is_said_before_there_is_a_baseline() -> None:
    watch = watch_days(np.full(30, 5.0))
    assert np.isnan(watch.expected[:21]).all()
    assert np.isfinite(watch.expected[21:]).all()
    assert not watch.alarm.any()


def test_a_day_knows_nothing_of_later_days() -> None:
    counts = np.random.default_rng(3).poisson(4, 90).astype(float)
    changed = counts.copy()
    changed[70:] = 50
    one, other = watch_days(counts), watch_days(changed)
    for name in ("expected", "ewma", "chance", "alarm"):
        before, after = getattr(one, name)[:70], getattr(other, name)[:70]
        assert np.array_equal(before, after, equal_nan=before.dtype == float)


def test_a_rush_alarms_in_its_zone_and_does_not_hide_the_next() -> None:
    counts = np.random.default_rng(4).poisson(0.5, (24 * 40, 3)).astype(float)
    counts[700, 1] += 150
    counts[800, 1] += 150
    watch = watch_hours(counts)
    assert np.argwhere(watch.starts).tolist() == [[700, 1], [800, 1]]
    assert watch.alarm[701, 1]
    assert not watch.alarm[702:800].any()
    assert not watch.alarm[:, [0, 2]].any()


def test_a_rush_over_the_full_hour_is_whole() -> None:
    counts = np.zeros((24 * 20, 1))
    counts[300:302] = RUSH_LEAST / 2
    assert np.flatnonzero(watch_hours(counts).alarm).tolist() == [301]
    counts[300:302] = RUSH_LEAST / 2 - 1
    assert not watch_hours(counts).alarm.any()


def test_a_usual_hour_is_no_rush() -> None:
    """Forty people at noon each day: the rhythm of the day is known."""
    counts = np.zeros((24 * 40, 1))
    counts[12::24] = 40.0
    assert not watch_hours(counts).alarm[24 * 10 :].any()


def test_counts_that_are_none_are_refused() -> None:
    with pytest.raises(FilterError, match="-1"):
        watch_days(np.array([1.0, -1.0]))
    with pytest.raises(FilterError, match="hours, zones"):
        watch_hours(np.zeros(5))
