"""Tests of the border line for a small map."""

from pathlib import Path

import pytest

from cop.query.border import read_border
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.house


def test_the_border_runs_from_sea_to_sea_in_few_points(bare_warehouse: Path) -> None:
    warehouse = Warehouse(StoreSettings(data=bare_warehouse))
    lines = read_border(warehouse.snapshot)
    warehouse.close()
    west = min(line[:, 0].min() for line in lines)
    east = max(line[:, 0].max() for line in lines)
    assert (round(west), round(east)) == (-117, -97)
    assert 20 < sum(len(line) for line in lines) < 2_000


def test_without_a_region_there_is_none(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path / "w")
    publish_events(settings, make_frame(1))
    warehouse = Warehouse(settings)
    assert read_border(warehouse.snapshot) == []
    warehouse.close()
