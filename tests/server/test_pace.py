"""The pace of a sender: a burst at once, then so many a second, and never a debt after a rest."""

import pytest

from cop.server.pace import Pace

pytestmark = pytest.mark.trust


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_passes_and_then_so_many_a_second() -> None:
    clock = Clock()
    pace = Pace(10.0, at_once=5, clock=clock)
    assert [pace.take() for _ in range(5)] == [0.0] * 5
    assert pace.take() == pytest.approx(0.1)
    assert pace.take() == pytest.approx(0.2)
    clock.now += 0.2
    assert pace.take() == pytest.approx(0.1)


def test_a_rest_fills_no_more_than_a_burst() -> None:
    clock = Clock()
    pace = Pace(10.0, at_once=5, clock=clock)
    clock.now += 3_600
    assert [pace.take() for _ in range(6)] == [0.0] * 5 + [pytest.approx(0.1)]
