"""Profiles over a cycle: the counts, and a test that chance and bursts do not fool."""

import numpy as np
import pandas as pd
import pytest

from cop.analysis.cycle import Profile, build_profile
from cop.errors import FilterError

pytestmark = pytest.mark.sources

DAYS = 364


def week_profile(counts: np.ndarray) -> Profile:
    day = np.arange(len(counts))
    return build_profile(counts.astype(float), day % 7, day // 7, positions=7, cycles="weeks")


def test_counts_days_and_ratios_are_those_of_pandas() -> None:
    counts = np.random.default_rng(1).poisson(3, DAYS - 3)
    profile = week_profile(counts)
    frame = pd.DataFrame({"position": np.arange(len(counts)) % 7, "n": counts})
    expected = frame.groupby("position")["n"].agg(["sum", "size", "mean"])
    assert profile.table["n"].tolist() == expected["sum"].tolist()
    assert profile.table["days"].tolist() == expected["size"].tolist()
    np.testing.assert_allclose(profile.table["ratio"], expected["mean"] / counts.mean())
    assert (profile.n, profile.days, profile.cycles) == (counts.sum(), len(counts), 51)


def test_the_band_holds_the_least_and_the_most_of_single_cycles() -> None:
    counts = np.zeros(28)
    counts[[0, 7, 14]] = 2, 5, 9
    table = week_profile(counts).table
    assert (table["low"][0], table["high"][0]) == (0, 9)
    assert (table["low"][1], table["high"][1]) == (0, 0)


@pytest.mark.parametrize("kind", ["poisson", "bursty", "trending"])
def test_chance_is_called_a_difference_as_often_as_claimed(kind: str) -> None:
    rng = np.random.default_rng(2)
    tried, called = 60, 0
    for _ in range(tried):
        if kind == "poisson":
            counts = rng.poisson(3, DAYS)
        elif kind == "bursty":
            counts = rng.negative_binomial(0.4, 0.1, DAYS)
        else:
            swing = np.cumsum(rng.normal(0, 0.15, DAYS))
            counts = rng.poisson(np.exp(swing - swing.mean()))
        p = week_profile(counts).p
        assert p is not None
        called += p < 0.05
    assert called / tried <= 0.05 + 3 * (0.05 * 0.95 / tried) ** 0.5


def test_a_true_difference_is_found() -> None:
    day = np.arange(DAYS)
    counts = np.random.default_rng(3).poisson(np.where(day % 7 == 5, 6, 3))
    assert week_profile(counts).p == pytest.approx(0.001)


def test_the_same_counts_give_the_same_p() -> None:
    counts = np.random.default_rng(4).poisson(3, DAYS)
    assert week_profile(counts).p == week_profile(counts).p


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        (np.ones(20), "whole weeks in the window: 2; needed: 3"),
        (np.zeros(70), "no records"),
        ([], "no rec"),
    ],
)
def test_what_cannot_be_tested_says_why(counts: np.ndarray, words: str) -> None:
    profile = week_profile(np.asarray(counts))
    assert profile.p is None
    assert words in str(profile.reason)
    assert profile.table["n"].sum() == np.sum(counts)


def test_arrays_of_other_lengths_are_refused() -> None:
    with pytest.raises(FilterError, match="one of each per day"):
        build_profile(np.ones(3), np.zeros(2, int), np.zeros(3, int), positions=7, cycles="weeks")
