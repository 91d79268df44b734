"""Tests of our side of the bench on answers worked out by hand."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cop.bench.ours import Ours
from cop.layerkind import events
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.race import ANSWERS, CELLS_OF_TILE, make_events, read_answer
from tests.support.store import publish_events

pytestmark = pytest.mark.store


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ours]:
    folder: Path = tmp_path_factory.mktemp("ours") / "warehouse"
    publish_events(StoreSettings(data=folder), make_events())
    with closing(Warehouse(StoreSettings(data=folder))) as warehouse:
        yield Ours(warehouse)


@pytest.mark.parametrize("asked", ANSWERS)
def test_each_question_is_answered(asked: str, ours: Ours) -> None:
    case, rows = ANSWERS[asked]
    assert read_answer(ours, case) == rows


def test_too_many_points_are_cells_with_the_same_total(
    ours: Ours, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MOST_POINTS", 3)
    case, expected = CELLS_OF_TILE
    found = read_answer(ours, case)
    assert {kind: n for _, _, cell, n, kind in found if cell} == expected


def test_a_tile_without_an_address_is_empty(ours: Ours) -> None:
    case, _ = ANSWERS["cells"]
    assert ours.tile(case) == b""
