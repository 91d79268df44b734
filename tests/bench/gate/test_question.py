"""Tests of what the gate's bench asks: new tiles and summaries, the same for the same seed."""

import pytest

from cop.bench.gate.question import AGAIN, REQUEST_KINDS, draw_requests
from cop.store.warehouse import Warehouse

pytestmark = pytest.mark.access


def test_each_round_asks_for_new_tiles_and_summaries(bench_warehouse: Warehouse) -> None:
    def draw(seed: int) -> list[dict[str, list[str]]]:
        readable = bench_warehouse.snapshot
        return [*draw_requests(bench_warehouse, readable, seed=seed, rounds=3, requests=5)]

    rounds = draw(1)
    assert rounds == draw(1)
    assert rounds != draw(2)
    kinds = [kind for kind in REQUEST_KINDS if not kind.endswith(AGAIN)]
    assert len(rounds) == 3
    for asked in rounds:
        assert list(asked) == kinds
        assert all(len(paths) == 5 for paths in asked.values())
    for kind in ("tile", "summary"):
        assert len({path for asked in rounds for path in asked[kind]}) == 15
