"""Tests of the peer chdb on answers worked out by hand, where chdb is installed."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cop.bench.rival import Rival
from tests.support.race import ANSWERS, CELLS_OF_TILE, read_answer

pytest.importorskip("chdb", reason="chdb is not installed: make bench-peers")

from cop.bench.peer import clickhouse

pytestmark = pytest.mark.scale


@pytest.fixture
def peer(event_files: list[str], tmp_path: Path) -> Iterator[Rival]:
    with closing(clickhouse.ClickHousePeer(event_files, tmp_path / "scratch")) as peer:
        yield peer


@pytest.mark.parametrize("asked", ANSWERS)
def test_each_question_is_answered(asked: str, peer: Rival) -> None:
    case, rows = ANSWERS[asked]
    assert read_answer(peer, case) == rows


def test_too_many_points_are_cells_with_the_same_total(
    peer: Rival, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clickhouse, "MOST_POINTS", 3)
    case, expected = CELLS_OF_TILE
    found = read_answer(peer, case)
    assert {kind: n for _, _, cell, n, kind in found if cell} == expected


def test_a_tile_without_an_address_is_empty(peer: Rival) -> None:
    case, _ = ANSWERS["cells"]
    assert peer.tile(case) is None
