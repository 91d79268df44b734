"""Tests of the snapshots that were the newest until a moment ago."""

from contextlib import closing
from pathlib import Path

import pytest

from cop.settings import StoreSettings
from cop.store.recent import MOST, RecentSnapshots
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse
from tests.support.store import publish_table

pytestmark = pytest.mark.store


def test_the_last_few_are_at_hand_for_a_minute(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path / "w")
    now = 0.0
    recent = RecentSnapshots(timer=lambda: now)
    publish_table(settings, 0)
    shown: list[Snapshot] = []
    with closing(Warehouse(settings)) as warehouse:
        for value in range(1, MOST + 2):
            shown.append(warehouse.snapshot)
            recent.add(warehouse.snapshot)
            publish_table(settings, value)
            assert warehouse.refresh()
            now += 1
        latest = shown[:0:-1]
        assert recent.snapshots() == latest
        assert warehouse.recent == latest
        now += 58
        assert recent.snapshots() == latest[:1]
        now += 1
        recent.expire()
        assert recent.snapshots() == []
