"""Tests of the board's bench over a warehouse: many followers miss nothing, and its output."""

import json

import pytest

from cop.settings import StoreSettings
from tests.support.command import run_cop

pytestmark = pytest.mark.table

FOLLOWERS, SECONDS, RATE = 12, 4, 10


def test_shown_followers_miss_nothing_over_reconnects(bench_settings: StoreSettings) -> None:
    done = run_cop(
        "bench", "board", "--events", "20000", "--moves", "0", "--followers", str(FOLLOWERS),
        "--seconds", str(SECONDS), "--rate", str(RATE), "--data", bench_settings.data, "--json",
        timeout=200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures["events"] == 20_000
    assert figures["table"] is None
    (crowd,) = figures["followers"]
    assert crowd["followers"] == FOLLOWERS
    assert crowd["moves"] == SECONDS * RATE
    assert crowd["lost"] == 0
    assert crowd["reconnects"] == 2 * FOLLOWERS
    assert 0 < crowd["messages"] <= FOLLOWERS * (crowd["moves"] + 1)
    assert 0 < crowd["median_ms"] <= crowd["p95_ms"] <= crowd["most_ms"]
    assert crowd["growth_mb"] < 50


def test_followers_that_are_no_numbers_are_refused() -> None:
    done = run_cop("bench", "board", "--moves", "0", "--followers", "25,many")
    assert done.returncode == 2
    assert "--followers 25,many: write numbers" in done.stderr
