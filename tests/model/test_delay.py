"""Delays in classes: sums, medians, and what is late."""

import statistics
from bisect import bisect_left

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.model.delay import BOUNDS_H, DelayTally, add_tallies, say_bound

pytestmark = pytest.mark.exchange
DELAYS = st.lists(st.floats(0, 2_000), max_size=60)


def tally(hours: list[float], unknown: int = 0) -> DelayTally:
    counts = [0] * (len(BOUNDS_H) + 2)
    for one in hours:
        counts[bisect_left(BOUNDS_H, one)] += 1
    counts[-1] = unknown
    return DelayTally(source="JTF/own", counts=tuple(counts))


@given(DELAYS, st.integers(0, 5))
def test_the_median_is_that_of_the_records(hours: list[float], unknown: int) -> None:
    found = tally(hours, unknown)
    assert (found.n, found.n_known) == (len(hours) + unknown, len(hours))
    assert found.n_late == sum(one > 24 for one in hours)
    if not hours:
        assert found.median_h is None
        return
    middle = statistics.median_low(hours)
    reached = next((bound for bound in BOUNDS_H if middle <= bound), float("inf"))
    assert found.median_h == reached


@given(DELAYS, DELAYS)
def test_a_sum_is_exact(first: list[float], second: list[float]) -> None:
    assert add_tallies((tally(first), tally(second))).counts == tally(first + second).counts


@given(DELAYS)
def test_its_text_reads_back(hours: list[float]) -> None:
    found = tally(hours, 3)
    assert DelayTally.from_text(found.to_text()) == found


@pytest.mark.parametrize("text", ["", "own", "own 1.2", "own x", "own 1..2", "a b 0", "own -1"])
def test_what_is_no_tally_is_none(text: str) -> None:
    assert DelayTally.from_text(text) is None


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (None, "not known"),
        (1, "within 1 h"),
        (48, "within 48 h"),
        (72, "within 3 days"),
        (float("inf"), "more than 30 days"),
    ],
)
def test_a_class_in_words(hours: float | None, words: str) -> None:
    assert say_bound(hours) == words


def test_synthetic_sources_are_told_apart() -> None:
    assert DelayTally(source="SYNTHETIC:JTF/demo").synthetic
    assert not DelayTally(source="JTF/demo").synthetic
