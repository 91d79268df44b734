"""Lines of sight over heights whose answer is known by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.analysis.sight.line import SightLine, build_sight_line, chance_of_sight, lower_ground

pytestmark = pytest.mark.coverage

SLACK = 2 * 6_378_137.0 * 7 / 6
"""Squared meters that the earth falls away by one meter at, refraction included."""
FAR = np.arange(11) * 100.0


def _line(heights: list[float], *, from_m: float = 10.0, to_m: float = 0.0) -> SightLine:
    return build_sight_line(FAR, np.array(heights, float), from_m=from_m, to_m=to_m)


def _ridge(height_m: float, at: int = 5) -> list[float]:
    return [height_m if index == at else 0.0 for index in range(11)]


def test_a_ridge_blocks_where_it_stands_into_the_line() -> None:
    """Halfway from 10 m up to the ground the line is 5 m up, and the earth 2.5 cm down."""
    low, high = _line(_ridge(4.9)), _line(_ridge(5.1))
    assert low.blocked_m is None
    assert low.is_known
    assert high.blocked_m == 500.0
    assert high.is_known
    drop = (500**2 - 1_000**2 / 2) / SLACK
    assert low.clearance_m == pytest.approx(5 + drop - 4.9)
    assert high.clearance_m == pytest.approx(5 + drop - 5.1)


def test_the_first_of_several_ridges_is_named() -> None:
    heights = np.zeros(11)
    heights[[3, 4, 8]] = 20.0
    assert _line(heights.tolist()).blocked_m == 300.0


def test_ends_stand_on_the_ground_and_never_block() -> None:
    line = _line([50.0, *[0.0] * 9, 30.0], from_m=2.0, to_m=3.0)
    assert line.line_m[0] == 52.0
    assert line.line_m[-1] == pytest.approx(33.0 - 1_000**2 / SLACK)
    assert line.blocked_m is None
    np.testing.assert_allclose(np.diff(line.line_m, 2), 0.0, atol=1e-9)
    assert line.clearance_m == pytest.approx((line.line_m - line.ground_m)[9])


def test_the_earth_falls_away_by_a_square() -> None:
    """About 6.7 m at 10 km, four times that at 20 km."""
    fallen = -lower_ground(np.zeros(3), np.array([0.0, 10_000.0, 20_000.0]))
    np.testing.assert_allclose(fallen, [0.0, 6.7194, 4 * 6.7194], atol=1e-3)


@pytest.mark.parametrize(("far_m", "is_clear"), [(25_870.0, True), (25_890.0, False)])
def test_over_a_plain_the_horizon_is_where_the_earth_puts_it(far_m: float, is_clear: bool) -> None:
    """Of 20 m and 5 m: sqrt(20 s) + sqrt(5 s), where s is SLACK: 17.25 km and 8.63 km."""
    distance = np.linspace(0, far_m, 20_001)
    line = build_sight_line(distance, np.full(20_001, 300.0), from_m=20.0, to_m=5.0)
    assert (line.blocked_m is None) == is_clear
    if line.blocked_m:
        assert line.blocked_m == pytest.approx(17_250, abs=500)


def test_unknown_heights_matter_only_where_they_could_block() -> None:
    gap = _line([0, 0, np.nan, *[0] * 8])
    assert (gap.blocked_m, gap.is_known) == (None, False)
    assert gap.clearance_m == pytest.approx(1.0, abs=0.01)
    blocked = _line([0, 0, np.nan, 50, *[0] * 7])
    assert (blocked.blocked_m, blocked.is_known) == (300.0, True)
    bare = _line([0, *[np.nan] * 9, 0])
    assert (bare.blocked_m, bare.is_known, bare.clearance_m) == (None, False, np.inf)


def test_two_places_side_by_side_have_nothing_between() -> None:
    line = build_sight_line(np.array([0.0, 90.0]), np.array([5.0, 70.0]), from_m=1.0, to_m=1.0)
    assert (line.blocked_m, line.is_known, line.clearance_m) == (None, True, np.inf)
    assert chance_of_sight(line, np.ones((3, 2), np.float32), error_m=50.0) == 1.0


HEIGHTS = st.lists(st.floats(-50, 50) | st.just(np.nan), min_size=9, max_size=9)


@given(HEIGHTS, st.floats(0, 60), st.floats(0, 60), st.floats(-50, 50), st.floats(-50, 50))
def test_a_line_is_blocked_as_a_loop_over_its_heights_finds(
    between: list[float], from_m: float, to_m: float, first: float, last: float
) -> None:
    """A flat ray meets ground that is higher by what the earth falls from either end."""
    line = _line([first, *between, last], from_m=from_m, to_m=to_m)
    over = []
    for index, height in enumerate(between, start=1):
        ray = first + from_m + (last + to_m - first - from_m) * index / 10
        over.append(ray - height - FAR[index] * (1_000 - FAR[index]) / SLACK)
    known = [value for value in over if not np.isnan(value)]
    if known and min(np.abs(known)) < 1e-6:
        return
    hits = [index for index, value in enumerate(over, start=1) if value < 0]
    assert line.blocked_m == (FAR[hits[0]] if hits else None)
    assert line.is_known == (bool(hits) or len(known) == len(over))
    assert line.clearance_m == pytest.approx(min(known, default=np.inf), abs=1e-6)


def test_a_chance_counts_the_draws_in_which_the_line_is_clear() -> None:
    """A ridge that leaves 1 m; draws that raise it, it and both ends, one end, or lower it."""
    line = _line(_ridge(4.0))
    errors = np.zeros((5, 11), np.float32)
    errors[0, 5] = 1.0
    errors[1] = 1.0
    errors[2, [0, 5]] = 1.0
    errors[3, 5] = -1.0
    assert chance_of_sight(line, errors, error_m=0.9) == 1.0
    assert chance_of_sight(line, errors, error_m=1.5) == pytest.approx(4 / 5)
    assert chance_of_sight(line, errors, error_m=2.5) == pytest.approx(3 / 5)
    assert chance_of_sight(line, errors, error_m=0.0) == 1.0
