"""Moon phases against published moments, and the profile over them."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from cop.analysis.moon import PHASES, build_moon, moon_phase

pytestmark = pytest.mark.sources

PUBLISHED = {
    "New moon": ("2014-01-01", "2019-02-04", "2023-10-14", "2024-01-11", "2024-04-08"),
    "First quarter": ("2024-01-18", "2024-09-11", "2022-06-07"),
    "Full moon": ("2018-01-31", "2023-08-31", "2024-01-25", "2025-03-14"),
    "Last quarter": ("2024-01-04", "2024-07-28", "2022-06-21"),
}
"""Days of phases in UTC, as the U.S. Naval Observatory publishes them."""


@pytest.mark.parametrize(
    ("name", "day"), [(name, day) for name, days in PUBLISHED.items() for day in days]
)
def test_a_published_phase_has_its_name(name: str, day: str) -> None:
    assert PHASES[moon_phase(date.fromisoformat(day))] == name


def test_each_eighth_takes_an_eighth_of_the_days_in_order() -> None:
    days = [date(2000, 1, 1) + timedelta(days=i) for i in range(8000)]
    phases = np.array([moon_phase(day) for day in days])
    assert set(np.diff(phases) % 8) == {0, 1}
    shares = np.bincount(phases) / len(phases)
    np.testing.assert_allclose(shares, 1 / 8, atol=0.01)


def test_nights_of_a_full_moon_are_found_and_chance_is_not() -> None:
    days = pd.date_range("2023-01-01", "2024-12-31")
    full = np.array([PHASES[moon_phase(day)] == "Full moon" for day in days.date])
    rng = np.random.default_rng(1)
    lit = build_moon(pd.Series(rng.poisson(np.where(full, 5, 3)), index=days))
    assert lit.p is not None
    assert lit.p < 0.01
    assert lit.table["ratio"].idxmax() == PHASES.index("Full moon")
    even = build_moon(pd.Series(rng.poisson(3, len(days)), index=days))
    assert even.p is not None
    assert even.p > 0.05
    assert even.cycles >= 23


def test_a_month_is_too_short() -> None:
    days = pd.date_range("2024-01-01", "2024-01-30")
    moon = build_moon(pd.Series(1, index=days))
    assert moon.p is None
    assert "lunar months" in str(moon.reason)
    assert build_moon(pd.Series(dtype="int64")).n == 0
