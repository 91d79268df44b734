"""Tests of the look-out for newer versions."""

import time
from pathlib import Path

import pytest

from cop.errors import StoreError
from cop.query.refresher import Refresher
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.picture


def test_the_refresher_finds_a_new_version_and_survives_a_fault(tmp_path: Path) -> None:
    store = StoreSettings(data=tmp_path / "w")
    publish_events(store, make_frame(1))
    warehouse = Warehouse(store)
    refresher = Refresher(warehouse, every_s=0.05)
    refresher.start()
    before = warehouse.snapshot.version
    real = warehouse.refresh

    def failing() -> bool:
        raise StoreError("the disk is gone")

    warehouse.refresh = failing  # type: ignore[method-assign]
    _until(lambda: refresher.fault == "the disk is gone")
    warehouse.refresh = real  # type: ignore[method-assign]
    publish_events(store, make_frame(2))
    _until(lambda: warehouse.snapshot.version > before)
    _until(lambda: refresher.fault is None)
    assert refresher.checked_at is not None
    refresher.stop()
    warehouse.close()


def _until(holds) -> None:
    deadline = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
