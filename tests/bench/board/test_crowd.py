"""Tests of followers of a real server's board: none misses a revision."""

import pytest

from cop.bench.board.crowd import run_crowd

pytestmark = pytest.mark.table


def test_shown_each_follower_hears_every_move_and_catches_up(server: str) -> None:
    crowd = run_crowd(server, followers=3, seconds=2, rate=5)
    assert (crowd["followers"], crowd["moves"]) == (3, 10)
    assert (crowd["lost"], crowd["reconnects"]) == (0, 6)
    assert 0 < crowd["messages"] <= 3 * 11
    assert crowd["median_ms"] <= crowd["p95_ms"] <= crowd["most_ms"]
