"""Tests of the peer geopandas on answers worked out by hand."""

from pathlib import Path

import pytest

from cop.bench.peer import frame
from cop.bench.peer.frame import FramePeer
from tests.support.race import ANSWERS, CELLS_OF_TILE, read_answer

pytestmark = pytest.mark.store


@pytest.mark.parametrize("asked", ANSWERS)
def test_each_question_is_answered(asked: str, event_files: list[str], tmp_path: Path) -> None:
    case, rows = ANSWERS[asked]
    assert read_answer(FramePeer(event_files, tmp_path / "scratch"), case) == rows


def test_too_many_points_are_cells_with_the_same_total(
    event_files: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame, "MOST_POINTS", 3)
    case, expected = CELLS_OF_TILE
    found = read_answer(FramePeer(event_files, tmp_path / "scratch"), case)
    assert {kind: n for _, _, cell, n, kind in found if cell} == expected


def test_a_tile_without_an_address_is_empty(event_files: list[str], tmp_path: Path) -> None:
    case, _ = ANSWERS["cells"]
    answer = FramePeer(event_files, tmp_path / "scratch").tile(case)
    assert answer is None or len(answer) == 0
