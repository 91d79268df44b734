"""Tests of requests of each person: an average, some at once, and nobody waits for another."""

import pytest

from cop.server.person_limiter import PersonLimiter

pytestmark = pytest.mark.access


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_ten_seconds_of_requests_go_at_once_then_the_average() -> None:
    clock = Seconds()
    limiter = PersonLimiter(2, clock=clock)
    assert [limiter.take("ana") for _ in range(20)] == [0] * 20
    assert limiter.take("ana") == 1
    assert limiter.take("ben") == 0
    clock.now = 0.5
    assert [limiter.take("ana"), limiter.take("ana")] == [0, 1]
    clock.now = 100
    assert [limiter.take("ana") for _ in range(21)] == [0] * 20 + [1]


def test_who_goes_on_asking_waits_no_longer_for_it() -> None:
    clock = Seconds()
    limiter = PersonLimiter(0.5, clock=clock)
    waits = [limiter.take("ana") for _ in range(100)]
    assert waits[5:] == [2] * 95
    clock.now = 2
    assert limiter.take("ana") == 0


def test_more_may_go_at_once() -> None:
    clock = Seconds()
    limiter = PersonLimiter(1 / 60, at_once_s=300, clock=clock)
    assert [limiter.take("ana") for _ in range(6)] == [0] * 5 + [60]
