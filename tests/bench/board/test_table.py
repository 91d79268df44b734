"""Tests of browsers at one board: every follower's map comes to where the presenter's is."""

from pathlib import Path

import pytest

from cop.bench.board.table import run_table
from tests.support.command import serving

pytestmark = [pytest.mark.table, pytest.mark.browser]


def test_shown_a_zoom_and_a_pan_reach_every_follower(own_demo: Path, tmp_path: Path) -> None:
    with serving(own_demo, tmp_path / "log.txt") as address:
        figures = run_table(address, moves=2, seed=1)
    assert figures["moves"] == 2
    for part in ("total", "server"):
        assert 0 <= figures[part]["median_ms"] <= figures[part]["p95_ms"]
    assert figures["server"]["median_ms"] <= figures["total"]["median_ms"]
