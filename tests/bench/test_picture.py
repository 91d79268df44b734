"""Tests of the picture's stopwatch: what is the server's part, and the command's output."""

import json

import pytest

from cop.bench.picture import split_times
from cop.settings import StoreSettings
from tests.support.command import run_cop

pytestmark = pytest.mark.store

CHANGES = 3
PARTS = ["total", "server", "script", "tiles", "browser"]


def test_tiles_that_are_made_at_one_moment_count_once() -> None:
    tiles = [
        {"asked": 160.0, "answered": 300.0, "server": 100.0},
        {"asked": 160.0, "answered": 310.0, "server": 60.0},
        {"asked": 160.0, "answered": 400.0, "server": 50.0},
    ]
    times = {"asked": 0.0, "sent": 10.0, "heard": 150.0, "described": 155.0, "painted": 500.0}
    assert split_times(times | {"tiles": tiles}) == {
        "total": 500.0, "server": 300.0, "script": 140.0, "tiles": 160.0, "browser": 200.0
    }  # fmt: skip
    assert split_times(times | {"tiles": []})["server"] == 140.0


@pytest.mark.browser
def test_shown_bench_picture_prints_one_json_object(bench_settings: StoreSettings) -> None:
    done = run_cop(
        "bench", "picture", "--events", "20000", "--changes", str(CHANGES), "--json",
        "--data", bench_settings.data, timeout=560,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert set(figures) == {"events", "changes", "picture"}
    assert figures["events"] == 20_000
    assert figures["changes"] == CHANGES
    assert list(figures["picture"]) == PARTS
    for held in figures["picture"].values():
        assert set(held) == {"median_ms", "p95_ms"}
        assert 0 < held["median_ms"] <= held["p95_ms"]
    assert figures["picture"]["server"]["median_ms"] < figures["picture"]["total"]["median_ms"]
