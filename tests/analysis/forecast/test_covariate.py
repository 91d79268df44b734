"""Covariates: one that leads is used and helps, noise is not, later months do not count."""

import numpy as np
import pytest

from cop.analysis.forecast.covariate import add_steps, build_covariate_steps, describe_covariates
from cop.analysis.forecast.month import build_month_forecast

pytestmark = pytest.mark.forecast

MONTHS, PLACES, FIRST = 240, 5, 130


def led(strength: float, seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Counts of places whose next step follows a covariate's change over three months."""
    draw = np.random.default_rng(seed)
    rate = np.cumsum(draw.normal(0, 0.1, MONTHS))
    change = np.zeros(MONTHS)
    change[3:] = rate[3:] - rate[:-3]
    steps = draw.normal(0, 0.1, (PLACES, MONTHS))
    steps[:, 1:] += strength * change[:-1]
    return np.exp(7 + np.cumsum(steps, axis=1) / 2), np.expm1(3 + rate)


def test_a_covariate_that_leads_is_used_and_helps() -> None:
    counts, values = led(1.0)
    held = build_covariate_steps(counts, {"rate": values}, horizon=1)
    told = describe_covariates({1: held}, first=FIRST, names=["rate"])["rate"]["1"]
    assert told["used"] == told["origins"] == MONTHS - FIRST
    assert told["low"] > 0.1
    without, beside = (
        build_month_forecast(counts, horizon=1, first=FIRST, extra=extra)
        for extra in (None, add_steps(held.values()))
    )
    come = counts[:, FIRST + 1 :]
    errors = [np.abs(one.expected[:, :-1] - come).mean() for one in (without, beside)]
    assert errors[1] < 0.85 * errors[0]


def test_noise_is_hardly_ever_used() -> None:
    shares = []
    for seed in range(10):
        counts, values = led(0.0, seed)
        (held,) = build_covariate_steps(counts, {"noise": values}, horizon=1).values()
        shares.append(held.used[FIRST:].mean())
        assert not held.step[:, ~held.used].any()
    assert np.mean(shares) < 0.1


@pytest.mark.parametrize("horizon", [1, 6])
def test_an_origin_knows_nothing_of_later_months(horizon: int) -> None:
    counts, values = led(1.0)
    changed, other = counts.copy(), values.copy()
    changed[:, 180:] = 3.0
    other[180:] = np.nan
    one, two = (
        build_covariate_steps(c, {"rate": v}, horizon=horizon)["rate"]
        for c, v in ((counts, values), (changed, other))
    )
    assert np.array_equal(one.step[:, :180], two.step[:, :180])
    assert np.array_equal(one.used[:180], two.used[:180])


def test_a_short_history_is_not_tested() -> None:
    counts, values = led(1.0)
    values[:-50] = np.nan
    held = build_covariate_steps(counts, {"rate": values}, horizon=3)["rate"]
    assert (held.tried, held.gain.gain, held.used.any()) == (0, None, False)
