"""Tests of followers of a real server's board: none misses a revision."""

from pathlib import Path

import pytest

from cop.bench.board.crowd import run_crowd
from tests.support.command import serving

pytestmark = pytest.mark.table


def test_shown_each_follower_hears_every_move_and_catches_up(
    own_warehouse: Path, tmp_path: Path
) -> None:
    with serving(own_warehouse, tmp_path / "log.txt") as address:
        crowd = run_crowd(address, followers=3, seconds=2, rate=5)
    assert (crowd["followers"], crowd["moves"]) == (3, 10)
    assert (crowd["lost"], crowd["reconnects"]) == (0, 6)
    assert 0 < crowd["messages"] <= 3 * 11
    assert crowd["median_ms"] <= crowd["p95_ms"] <= crowd["most_ms"]
