"""Tests of what is read of a server under load."""

import os
import time

import pytest

from cop.bench.load.run import Meter

pytestmark = pytest.mark.scale


def test_the_reading_nearest_to_a_moment_is_found() -> None:
    with Meter(os.getpid()) as meter:
        began = time.time()
        first = meter.at(began)
        while meter.at(began + 60) == first:
            sum(range(100_000))
        last = meter.at(began + 60)
    assert abs(first.moment - began) < 60
    assert first.moment < last.moment
    assert first.cpu_s < last.cpu_s
    assert first.rss_mb > 1
    assert meter.at(began - 60) == first
