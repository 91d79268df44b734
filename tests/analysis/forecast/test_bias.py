"""Tests of the simulated bias of patrols that follow the forecast."""

import pytest

from cop.analysis.forecast.bias import DAYS, SEGMENTS, simulate_bias

pytestmark = pytest.mark.forecast


def test_patrols_mislead_the_forecast_unless_their_effort_is_known() -> None:
    found = simulate_bias(seed=2)
    assert (found["segments"], found["days"]) == (SEGMENTS, DAYS)
    misplaced = found["misplaced"]
    assert 0.0 < misplaced["with_effort"] < 0.1
    assert 0.2 < misplaced["without_effort"] < 1.0
