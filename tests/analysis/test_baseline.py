"""The baseline forecast is the decayed mean, its interval holds, and its record is honest."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import nbinom, poisson

from cop.analysis.baseline import build_baseline, build_track_record
from cop.errors import FilterError

pytestmark = pytest.mark.picture


def test_the_mean_is_the_decayed_weekly_mean_by_hand() -> None:
    made = build_baseline(np.array([[8.0, 0.0, 4.0]]), half_life_weeks=1)
    assert made.expected[0] == pytest.approx((8 * 0.25 + 0 * 0.5 + 4 * 1.0) / 1.75)


def test_the_weight_of_a_week_halves_every_half_life() -> None:
    weekly = np.zeros((2, 30))
    weekly[0, -1], weekly[1, -5] = 1.0, 1.0
    made = build_baseline(weekly, half_life_weeks=4)
    assert made.expected[0] / made.expected[1] == pytest.approx(2.0)


def test_a_quiet_series_falls_back_to_poisson() -> None:
    made = build_baseline(np.full((1, 20), 6.0))
    assert not made.is_overdispersed[0]
    assert (made.lower[0], made.upper[0]) == (poisson.ppf(0.1, 6.0), poisson.ppf(0.9, 6.0))


def test_a_bursty_series_gets_the_wider_negative_binomial() -> None:
    made = build_baseline(np.tile([0.0, 0.0, 0.0, 24.0], 10)[None, :])
    assert made.is_overdispersed[0]
    poisson_width = poisson.ppf(0.9, made.expected[0]) - poisson.ppf(0.1, made.expected[0])
    assert made.upper[0] - made.lower[0] > poisson_width


def test_nothing_ever_gives_zero_and_unobserved_gives_nan() -> None:
    made = build_baseline(np.array([[0.0] * 10, [np.nan] * 10]))
    assert (made.expected[0], made.lower[0], made.upper[0]) == (0.0, 0.0, 0.0)
    assert np.isnan([made.expected[1], made.lower[1], made.upper[1]]).all()


def test_an_unobserved_week_weighs_nothing() -> None:
    made = build_baseline(np.array([[5.0, np.nan, 5.0, np.nan, 5.0, 5.0]]))
    assert made.expected[0] == pytest.approx(5.0)


def test_too_little_history_is_said() -> None:
    assert build_baseline(np.ones((3, 10))).reason is None
    made = build_baseline(np.ones((3, 2)))
    assert made.reason is not None
    assert "only 2 observed weeks" in made.reason
    empty = build_baseline(np.zeros((3, 0)))
    assert np.isnan(empty.expected).all()
    assert empty.reason is not None


@settings(max_examples=60, deadline=None)
@given(
    arrays(
        np.float64, st.tuples(st.integers(1, 5), st.integers(1, 30)), elements=st.integers(0, 80)
    ),
    st.floats(0.5, 30.0),
)
def test_the_forecast_stays_between_the_extremes(weekly: np.ndarray, half_life: float) -> None:
    made = build_baseline(weekly, half_life_weeks=half_life)
    assert (made.expected >= weekly.min(axis=1) - 1e-9).all()
    assert (made.expected <= weekly.max(axis=1) + 1e-9).all()
    assert (made.lower <= made.upper).all()
    assert (made.lower >= 0).all()
    double = build_baseline(weekly * 2, half_life_weeks=half_life)
    np.testing.assert_allclose(double.expected, 2 * made.expected)


def _bursty(segments: int, weeks: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    level = rng.uniform(4.0, 40.0, size=(segments, 1))
    size = 4.0
    return nbinom.rvs(size, size / (size + level), size=(segments, weeks), random_state=rng) * 1.0


def test_the_interval_holds_about_what_it_says() -> None:
    record = build_track_record(_bursty(400, 60, 1), half_life_weeks=12)
    assert record.interval_coverage == pytest.approx(0.8, abs=0.06)
    assert record.weeks == 8
    assert record.forecasts == 3200
    assert record.reason is None


def test_the_baseline_beats_the_last_value_on_a_steady_level() -> None:
    record = build_track_record(_bursty(400, 60, 2), half_life_weeks=8)
    assert record.mae is not None
    assert record.last_value_mae is not None
    assert record.mae < record.last_value_mae
    assert record.skill == pytest.approx(1 - record.mae / record.last_value_mae)
    assert 0 < record.mase < 1


def test_the_last_value_wins_on_a_walk_and_the_record_says_so() -> None:
    walk = 500 + np.cumsum(np.full((5, 40), 10.0), axis=1)
    record = build_track_record(walk, half_life_weeks=4)
    assert record.skill is not None
    assert record.skill < 0
    assert record.last_value_mae == pytest.approx(10.0)


def test_the_record_equals_a_loop_over_public_forecasts() -> None:
    weekly = _bursty(7, 20, 3)
    record = build_track_record(weekly, half_life_weeks=4, weeks_back=5)
    errors, rivals, held = [], [], []
    for week in range(15, 20):
        made = build_baseline(weekly[:, :week], half_life_weeks=4)
        errors.append(abs(weekly[:, week] - made.expected))
        rivals.append(abs(weekly[:, week] - weekly[:, week - 1]))
        held.append((weekly[:, week] >= made.lower) & (weekly[:, week] <= made.upper))
    assert record.mae == pytest.approx(np.mean(errors))
    assert record.last_value_mae == pytest.approx(np.mean(rivals))
    assert record.interval_coverage == pytest.approx(np.mean(held))
    assert record.mase == pytest.approx(
        np.mean(errors) / np.abs(np.diff(weekly[:, :15], axis=1)).mean()
    )


def test_no_forecast_sees_the_week_it_forecasts() -> None:
    weekly = _bursty(7, 20, 4)
    changed = weekly.copy()
    changed[:, -1] += 1000
    before = build_track_record(weekly, weeks_back=5)
    after = build_track_record(changed, weeks_back=5)
    assert after.mae is not None
    assert before.mae is not None
    low, high = before.mae + 1000 / 5 - 60, before.mae + 1000 / 5 + 60
    assert low < after.mae < high


@pytest.mark.parametrize("weeks", [0, 1, 4, 7])
def test_a_short_history_has_no_record_but_a_reason(weeks: int) -> None:
    record = build_track_record(np.ones((3, weeks)))
    assert record.reason == f"only {weeks} weeks of history, 8 are needed"
    assert record.mae is record.last_value_mae is record.skill is record.mase is None
    assert record.interval_coverage is None
    assert record.weeks == record.forecasts == 0


def test_a_middling_history_is_used_as_far_as_it_goes() -> None:
    assert build_track_record(np.ones((3, 10))).weeks == 6


def test_a_constant_series_has_no_skill_figure() -> None:
    record = build_track_record(np.full((2, 20), 3.0))
    assert record.mae == pytest.approx(0.0)
    assert record.skill is None
    assert record.mase is None
    assert record.interval_coverage == 1.0


def test_never_observed_has_a_reason() -> None:
    assert build_track_record(np.full((2, 20), np.nan)).reason == "no segment was ever observed"


def test_results_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        build_baseline(np.ones((1, 5))).weeks = 3  # type: ignore[misc]


def test_unusable_input_is_named() -> None:
    with pytest.raises(FilterError, match=r"segment row 1, week 2 is -3"):
        build_baseline(np.array([[0.0, 1, 2], [0, 0, -3]]))
    with pytest.raises(FilterError, match="shape"):
        build_baseline(np.ones(5))
    with pytest.raises(FilterError, match="half_life_weeks is 0"):
        build_baseline(np.ones((1, 5)), half_life_weeks=0)
    with pytest.raises(FilterError, match="weeks_back"):
        build_track_record(np.ones((1, 50)), weeks_back=0)
