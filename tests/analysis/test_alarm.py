"""Tests of the runs of alarms that are on now."""

import numpy as np
import pytest

from cop.analysis.alarm import find_rushes, find_surge

pytestmark = pytest.mark.forecast


def days(*last: float, usual: int = 5, length: int = 90) -> np.ndarray:
    """A quiet series with other last days."""
    quiet = usual + np.arange(length) % 3 - 1.0
    return np.concatenate([quiet, last])


def test_a_surge_that_is_on_is_measured_from_where_it_began() -> None:
    counts = days(15, 16, 15)
    run = find_surge(counts)
    assert run is not None
    assert (run.began, run.until) == (90, 92)
    assert run.observed == 46
    assert run.expected == pytest.approx(15, rel=0.05)
    assert run.low < run.expected < run.high < run.observed
    assert len(run.counts) == 28 + 3
    assert (run.own_alarms, run.own_days) == (0, 90 + 1 - 21)


def test_quiet_old_and_tiny_surges_are_none() -> None:
    assert find_surge(days()) is None
    assert find_surge(days(*[15] * 3, *[5] * 20)) is None
    assert find_surge(np.concatenate([np.zeros(90), [3, 3]])) is None
    assert find_surge(np.ones(10)) is None


def test_what_comes_in_the_run_does_not_raise_what_was_expected() -> None:
    run = find_surge(days(*[15.0] * 12))
    assert run is not None
    assert run.expected == pytest.approx(12 * 5, rel=0.05)
    assert run.observed == 12 * 15


def test_a_rush_is_found_at_its_zone_alone() -> None:
    rng = np.random.default_rng(3)
    counts = rng.poisson(0.4, (37 * 24, 3)).astype(float)
    assert find_rushes(counts) == []
    counts[-2:, 1] += (60, 90)
    ((zone, run),) = find_rushes(counts)
    assert zone == 1
    assert (run.began, run.until) == (len(counts) - 2, len(counts) - 1)
    assert run.observed >= 150
    assert run.high < 10


def test_the_evidence_of_a_rush_is_of_its_own_zone() -> None:
    rng = np.random.default_rng(3)
    counts = rng.poisson(0.4, (37 * 24, 3)).astype(float)
    counts[-2:, 1] += (60, 90)
    quiet = dict(find_rushes(counts))[1]
    for hour in range(20 * 24, len(counts) - 96, 48):
        counts[hour, 0] += 100
    run = dict(find_rushes(counts))[1]
    assert run.alarm[-1]
    assert run.own_alarms == quiet.own_alarms == 0
    assert run.usual == pytest.approx(quiet.usual)
    assert run.highs == pytest.approx(quiet.highs)
