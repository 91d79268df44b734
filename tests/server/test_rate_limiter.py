"""Tests of the wrong tries: ten within a minute, then none until the oldest is a minute old."""

import pytest

from cop.server.rate_limiter import MOST_WRONG, WRONG_SECONDS, RateLimiter

pytestmark = pytest.mark.table


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_the_minute_goes_along() -> None:
    clock = Clock()
    attempts = RateLimiter(clock=clock)
    for number in range(MOST_WRONG):
        assert attempts.wait_s() == 0
        attempts.note(b"%d" % number)
        clock.now += 1
    assert attempts.wait_s() == WRONG_SECONDS - MOST_WRONG + 1
    clock.now = 1_000.0 + WRONG_SECONDS - 0.001
    assert attempts.wait_s() == 1
    clock.now = 1_000.0 + WRONG_SECONDS
    assert attempts.wait_s() == 0
    assert not attempts.knows(b"0")
    assert attempts.knows(b"1")
    attempts.note(b"again")
    assert attempts.wait_s() == 2


def test_never_more_than_ten_are_kept() -> None:
    attempts = RateLimiter(clock=Clock())
    for number in range(1_000):
        attempts.note(b"%d" % number)
    assert sum(attempts.knows(b"%d" % number) for number in range(1_000)) == MOST_WRONG
