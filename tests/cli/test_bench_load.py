"""Tests of the commands that put a server under load, at a small size."""

import json
from pathlib import Path
from typing import Any

import pytest

from cop.bench.report import format_stream, format_tiles, format_viewers
from cop.store.dataset.event_merge import MOST_FILES
from tests.support.invoked import invoke

pytestmark = [pytest.mark.scale, pytest.mark.full]


def ask(*arguments: str | Path) -> dict[str, Any]:
    done = invoke("bench", *arguments, "--events", "2000", "--json")
    assert done.exit_code == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_shown_bench_viewers() -> None:
    figures = ask("viewers", "--viewers", "3", "--seconds", "3", "--every", "1")
    assert (figures["viewers"], figures["events"], figures["faults"]) == (3, 2_000, {})
    assert 3 <= figures["refreshes"] <= 9
    assert figures["cpu_ms"] > 0
    assert figures["rss_mb"] > 50
    words = format_viewers(figures)
    assert words.startswith("3 viewers of 2,000 events, the fragment of each refreshed every 1 s ")
    assert " 0 faults, " in words


def test_shown_bench_tiles() -> None:
    figures = ask("tiles", "--clients", "2", "--seconds", "2")
    assert (figures["clients"], figures["events"], figures["errors"]) == (2, 2_000, 0)
    assert figures["tiles"] > 0
    words = format_tiles(figures)
    assert words.startswith("2 clients, 2,000 events: ")
    assert ", 0 errors; " in words
    shared = figures["shared"]
    assert (shared["errors"], figures["hit_rate"]) == (0, 0)
    assert 0 < shared["hit_rate"] < 1
    assert words.endswith("% at hand")


def test_shown_bench_stream() -> None:
    figures = ask("stream", "--rate", "50", "--seconds", "3")
    assert (figures["events"], figures["faults"]) == (2_000, [])
    assert figures["sent"] == figures["seen"] == 150
    assert figures["versions"] == figures["batches"] > 0
    assert 0 < figures["visible_median_s"] <= figures["visible_p95_s"] <= figures["visible_most_s"]
    assert 1 <= figures["month_files"] <= MOST_FILES
    assert figures["quiet"]["asked"] > 0
    assert figures["during"]["asked"] > 0
    words = format_stream(figures)
    assert words.startswith("50 events a second for 3 s beside 2,000 events: 150 sent in ")
    assert " 150 seen; " in words
