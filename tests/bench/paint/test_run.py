"""Tests of the first painted map: what came over the line until then, the report, the command."""

import json

import pytest

from cop.bench.paint.run import VISITS, Painting, build_figures, read_painting, run_paint
from cop.bench.paint.slow_line import LineSpeed, Passage, SlowLine
from cop.errors import SettingsError
from cop.settings import StoreSettings
from tests.bench.conftest import bench_sample
from tests.support.command import run_cop

pytestmark = pytest.mark.scale

SPEED = LineSpeed(mbit=20, delay_ms=40)


def painting(ms: float, *, requests: int = 4, down_bytes: int = 50_000) -> Painting:
    return Painting(ms=ms, tiles_ms=ms / 4, requests=requests, down_bytes=down_bytes, up_bytes=900)


def test_only_what_came_until_the_map_was_painted_counts() -> None:
    line = SlowLine("127.0.0.1", 1, SPEED)
    line.up.passages = [
        Passage(at=99.0, size=5, path="/before"),
        Passage(at=100.5, size=20, path="/"),
        Passage(at=101.0, size=30, path=None),
        Passage(at=104.0, size=40, path="/after"),
    ]
    line.down.passages = [Passage(at=102.0 + n, size=1_000, path=None) for n in range(4)]
    assert read_painting(line, {"began": 1e5, "answered": 900.0, "painted": 3_500.0}) == Painting(
        ms=3_500.0, tiles_ms=900.0, requests=1, down_bytes=2_000, up_bytes=50
    )


def test_figures_are_quartiles_and_ratios_by_repetition() -> None:
    ours = [(100, 50), (200, 60), (300, 70), (1000, 80)]
    timed = {
        "http://a/": [{"cold": painting(c), "warm": painting(w)} for c, w in ours],
        "http://b/": [
            {"cold": painting(2 * c, requests=9), "warm": painting(w / 2)} for c, w in ours
        ],
    }
    figures = build_figures(timed, SPEED)
    assert {name: figures[name] for name in ("mbit", "delay_ms", "repetitions")} == {
        "mbit": 20, "delay_ms": 40, "repetitions": 4
    }  # fmt: skip
    assert figures["servers"]["http://a/"]["cold"] == {
        "low_ms": 175, "median_ms": 250, "high_ms": 475, "tiles_ms": 62,
        "requests": 4, "down_bytes": 50_000, "up_bytes": 900, "line_ms": 20, "ratio": 1.0,
    }  # fmt: skip
    other = figures["servers"]["http://b/"]
    assert (other["cold"]["ratio"], other["warm"]["ratio"]) == (2.0, 0.5)
    assert other["cold"]["requests"] == 9


@pytest.mark.parametrize("address", ["https://127.0.0.1:8501", "127.0.0.1:8501", "http://"])
def test_an_address_that_is_not_of_http_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="write an address of HTTP"):
        run_paint(bench_sample(None), SPEED, repetitions=1, addresses=[address])


@pytest.mark.full
def test_shown_bench_paint_prints_one_json_object(bench_settings: StoreSettings) -> None:
    done = run_cop(
        "bench", "paint", "--events", "20000", "--repetitions", "1", "--json",
        "--data", bench_settings.data, timeout=560,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert (figures["events"], figures["repetitions"]) == (20_000, 1)
    assert (figures["mbit"], figures["delay_ms"]) == (20, 40)
    (visits,) = figures["servers"].values()
    assert tuple(visits) == VISITS
    for one in visits.values():
        assert 0 < one["low_ms"] == one["median_ms"] == one["high_ms"]
        assert 0 < one["tiles_ms"] <= one["median_ms"]
        assert one["ratio"] == 1
        assert one["line_ms"] < one["median_ms"], "no faster than the line"
    cold, warm = visits["cold"], visits["warm"]
    assert warm["down_bytes"] < cold["down_bytes"] / 2, "what a browser has is not sent again"
    assert warm["requests"] < cold["requests"]
