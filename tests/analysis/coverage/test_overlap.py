"""Views of several sensors against a loop over single pixels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.analysis.coverage.overlap import VIEWS, overlap_views
from cop.analysis.coverage.status import STATE_CODES
from cop.analysis.sight.footprint import HIDDEN, UNKNOWN, SightPicture

pytestmark = pytest.mark.coverage

ZOOM, WORLD = 3, 2048
SIDE = 8
PIXELS = (np.arange(SIDE) + 1_000.5) / WORLD
STATES = st.sampled_from(sorted(STATE_CODES))
VALUES = st.sampled_from([0, 0, 1, 4, 5, 9, 10, 30, 49, 50, 71, 99, 100, HIDDEN, UNKNOWN])
Sensor = tuple[str, SightPicture]


def picture(rows: list[list[int]], *, left: int = 0, top: int = 0) -> SightPicture:
    """A picture whose first pixel is so far from the first one that is asked for."""
    percent = np.array(rows, np.uint8)
    return SightPicture(zoom=ZOOM, left=1_000 + left, top=1_000 + top, percent=percent)


def view(*sensors: Sensor) -> np.ndarray:
    states = np.array([STATE_CODES[state] for state, _ in sensors], np.int8)
    codes = overlap_views([footprint for _, footprint in sensors], states, PIXELS, PIXELS)
    return np.array(VIEWS)[codes]


def view_one(values: list[tuple[str, int]]) -> str:
    """The view of one pixel from what each sensor has there, 0 where it has none."""
    values = [(state, value) for state, value in values if state != "down" and value > 0]
    chances = [
        value / 100 * (0.5 if state == "degraded" else 1.0)
        for state, value in values
        if state != "unknown" and value not in {HIDDEN, UNKNOWN}
    ]
    if sum(chance >= 0.5 for chance in chances) >= 2:
        return "several"
    seen = 1 - float(np.prod([1 - chance for chance in chances]))
    if seen >= 0.5:
        return "one"
    if seen >= 0.05:
        return "unsure"
    silent = any(state == "unknown" and value != HIDDEN for state, value in values)
    if silent or any(value == UNKNOWN for _, value in values):
        return "unknown"
    return "hidden" if values else "outside"


@st.composite
def sensors_of(draw: st.DrawFn) -> list[Sensor]:
    found = []
    for _ in range(draw(st.integers(0, 4))):
        rows, columns = draw(st.integers(1, 6)), draw(st.integers(1, 6))
        row = st.lists(VALUES, min_size=columns, max_size=columns)
        percent = draw(st.lists(row, min_size=rows, max_size=rows))
        left, top = draw(st.integers(-7, 9)), draw(st.integers(-7, 9))
        found.append((draw(STATES), picture(percent, left=left, top=top)))
    return found


@given(sensors_of())
def test_views_equal_a_loop_over_single_pixels(sensors: list[Sensor]) -> None:
    found = view(*sensors)
    for row, column in np.ndindex(SIDE, SIDE):
        values = []
        for state, footprint in sensors:
            r, c = row + 1_000 - footprint.top, column + 1_000 - footprint.left
            rows, columns = footprint.percent.shape
            inside = 0 <= r < rows and 0 <= c < columns
            values.append((state, int(footprint.percent[r, c]) if inside else 0))
        assert found[row, column] == view_one(values), values


@given(sensors_of(), st.randoms(use_true_random=False))
def test_the_order_of_sensors_does_not_matter(sensors: list[Sensor], random: object) -> None:
    before = view(*sensors)
    random.shuffle(sensors)  # type: ignore[attr-defined]
    np.testing.assert_array_equal(view(*sensors), before)


def test_without_sensors_all_is_outside() -> None:
    assert (view() == "outside").all()


def test_views_by_hand() -> None:
    """From the worst to the best, each beside the value that comes just short of it."""
    shown = view(("up", picture([[0, HIDDEN, UNKNOWN, 4, 5, 49, 50, 100]])))[0]
    wanted = ["outside", "hidden", "unknown", "hidden", "unsure", "unsure", "one", "one"]
    assert shown.tolist() == wanted


def test_two_unlikely_sensors_are_one_and_two_likely_ones_several() -> None:
    sure, unsure = picture([[50] * 4]), picture([[20, 30, 49, 50]])
    assert view(("up", unsure), ("up", unsure))[0, :4].tolist() == [
        "unsure",
        "one",
        "one",
        "several",
    ]
    assert view(("up", sure), ("up", unsure))[0, :4].tolist() == ["one", "one", "one", "several"]


def test_states_by_hand() -> None:
    """A degraded one sees half as likely, a silent one perhaps, one that is down nothing."""
    full = picture([[100, 99, 10, HIDDEN, UNKNOWN]])
    shown = {state: view((state, full))[0, :5].tolist() for state in STATE_CODES}
    assert shown == {
        "up": ["one", "one", "unsure", "hidden", "unknown"],
        "degraded": ["one", "unsure", "unsure", "hidden", "unknown"],
        "unknown": ["unknown", "unknown", "unknown", "hidden", "unknown"],
        "down": ["outside"] * 5,
    }
