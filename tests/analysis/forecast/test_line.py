"""Tests of segments along a line."""

import numpy as np
import pytest

from cop.analysis.forecast.line import Line
from cop.errors import FilterError

pytestmark = pytest.mark.forecast


def test_the_line_spreads_by_kilometres_and_loses_nothing() -> None:
    line = Line(positions_km=np.array([0.0, 5.0, 6.0, 500.0]))
    spread = line.blur(np.array([[0.0, 0.0, 10.0, 3.0]], np.float32), 5.0)[0]
    assert spread.sum() == pytest.approx(13.0)
    assert spread[3] == pytest.approx(3.0)
    assert spread[2] > spread[1] > spread[0] > 0.0


def test_a_line_of_one_segment_keeps_its_counts() -> None:
    line = Line(positions_km=np.array([7.0]))
    assert line.places == 1
    assert line.blur(np.array([[4.0], [0.0]], np.float32), 40.0).tolist() == [[4.0], [0.0]]


def test_the_order_along_the_line_is_that_of_the_kilometers() -> None:
    line = Line(positions_km=np.array([500.0, 0.0, 5.0]))
    spread = line.blur(np.array([[0.0, 8.0, 0.0]], np.float32), 5.0)[0]
    near = np.exp(-0.5)
    assert spread == pytest.approx([0.0, 8.0 / (1.0 + near), 8.0 * near / (1.0 + near)])


def test_a_segment_without_its_kilometer_is_refused() -> None:
    with pytest.raises(FilterError, match="segment row 1 lies at km nan"):
        Line(positions_km=np.array([1.0, np.nan]))
