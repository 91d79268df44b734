"""Tests of the process that measures memory: a peak of its own, with no peer in it."""

import subprocess
import sys

import numpy as np
import pytest

from cop.bench.memory import measure_memory_mb
from cop.settings import StoreSettings
from tests.support.command import CHECKOUT

pytestmark = pytest.mark.store


def test_the_peak_is_not_that_of_the_process_that_asks(bench_settings: StoreSettings) -> None:
    quiet = measure_memory_mb(bench_settings, seed=1, repetitions=1)
    ballast = np.ones(200_000_000, dtype=np.uint8).repeat(4)
    loud = measure_memory_mb(bench_settings, seed=1, repetitions=1)
    assert len(ballast) == 800_000_000
    assert 50 < quiet < 700
    assert loud < quiet + 200


def test_it_loads_no_peer() -> None:
    look = "import sys, cop.bench.memory; print({'polars', 'cop.bench.peer'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", look], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
