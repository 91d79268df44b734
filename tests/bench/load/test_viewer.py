"""Tests of viewers of a real server: each refresh is timed, and what goes wrong is counted."""

from pathlib import Path
from typing import Any

import pytest

from cop.bench.load.viewer import Load, Refresh, run_viewers
from tests.support.command import free_port, serving

pytestmark = [pytest.mark.scale, pytest.mark.full]


def load(refresh: Refresh) -> Load:
    return Load(viewers=3, seconds=3, every_s=1, refresh=refresh)


def test_shown_each_viewer_is_refreshed_at_its_rate(own_warehouse: Path, tmp_path: Path) -> None:
    found: dict[Refresh, dict[str, Any]] = {}
    with serving(own_warehouse, tmp_path / "log.txt") as address:
        found["fragment"] = run_viewers(address, load("fragment"))
        found["page"] = run_viewers(address, load("page"))
    for seen in found.values():
        assert (seen["viewers"], seen["faults"]) == (3, {})
        # Three each, fewer where one took longer than the time between two.
        assert 3 <= seen["refreshes"] <= 9
        assert seen["refreshes"] == 9 or seen["late"]
        assert 0 < seen["median_ms"] <= seen["p95_ms"] <= seen["most_ms"]
        assert seen["opened_median_ms"] > 0
        # A page that is late for its refresh does not look before it.
        assert seen["looks"] or seen["late"]


def test_viewers_without_a_server_are_faults_and_the_bench_ends() -> None:
    seen = run_viewers(f"http://127.0.0.1:{free_port()}", load("page"))
    assert (seen["refreshes"], seen["p95_ms"], seen["opened_median_ms"]) == (0, None, None)
    assert sum(seen["faults"].values()) == 3
