"""Tests of the serving builder: it follows versions, survives faults, leaves time for requests."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cop.errors import StoreError
from cop.model.filter import Filter
from cop.query.serving_builder import ServingBuilder
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.scale


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _is_served(warehouse: Warehouse) -> bool:
    return "files" not in warehouse.events(warehouse.snapshot, Filter()).values


def test_the_builder_follows_versions_and_survives_a_fault(tmp_path: Path) -> None:
    store = StoreSettings(data=tmp_path / "w", free_mb=0)
    publish_events(store, make_frame(1))
    warehouse = Warehouse(store)
    assert not _is_served(warehouse)
    builder = ServingBuilder(warehouse, every_s=0.05)
    real = warehouse.serve

    def failing(*, pause: Callable[[], bool]) -> int:
        raise StoreError("the disk is full")

    warehouse.serve = failing  # type: ignore[method-assign]
    builder.start()
    _until(lambda: builder.fault == "the disk is full")
    warehouse.serve = real  # type: ignore[method-assign]
    _until(lambda: _is_served(warehouse))
    publish_events(store, make_frame(2))
    assert warehouse.refresh()
    _until(lambda: _is_served(warehouse))
    _until(lambda: builder.fault is None)
    builder.stop()
    warehouse.close()


def test_it_rests_as_long_as_it_worked_and_ends_when_it_is_stopped(tmp_path: Path) -> None:
    store = StoreSettings(data=tmp_path / "w")
    publish_events(store, make_frame(1))
    warehouse = Warehouse(store)
    builder = ServingBuilder(warehouse, every_s=0)
    builder.start()
    assert builder.pause()
    worked_s = 0.2
    time.sleep(worked_s)
    began = time.monotonic()
    assert builder.pause()
    assert time.monotonic() - began >= worked_s
    builder.stop()
    assert not builder.pause()
    warehouse.close()
