"""Tests of the alert watch of a running server."""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cop.model.release import Release
from cop.query.alert.watch import version_name
from cop.query.service import QueryService
from cop.server import alert_watch
from cop.server.alert_watch import AlertWatch
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse

pytestmark = pytest.mark.forecast


@pytest.fixture
def service(own_warehouse: Path) -> Iterator[QueryService]:
    with closing(Warehouse(StoreSettings(data=own_warehouse))) as warehouse:
        yield QueryService(warehouse, tile_cache_mb=8)


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> "Checked":
    """Counts the checks, of which the first fails."""
    checked = Checked()
    monkeypatch.setattr(alert_watch, "watch_version", checked)
    return checked


class Checked:
    """Stands for the check of a version."""

    def __init__(self) -> None:
        self.calls = 0
        self.failed, self.passed = threading.Event(), threading.Event()

    def __call__(self, *_arguments: Any) -> None:
        self.calls += 1
        if self.calls == 1:
            self.failed.set()
            raise OSError("the disk is full")
        self.passed.set()


def test_a_new_version_is_checked_and_remembered(service: QueryService) -> None:
    warehouse = service.warehouse
    name = version_name(warehouse.snapshot)
    assert not warehouse.room.alerts.has_watched(name)
    watch = AlertWatch(service, every_s=0.01)
    watch.start()
    pause = threading.Event()
    while watch.fault is None and not warehouse.room.alerts.has_watched(name):
        pause.wait(0.01)
    watch.stop()
    assert watch.fault is None
    assert warehouse.room.alerts.list() == ()


def test_it_survives_a_fault_and_tries_again(service: QueryService, checked: Checked) -> None:
    watch = AlertWatch(service, every_s=0.01)
    watch.start()
    assert checked.failed.wait(30)
    assert checked.passed.wait(30)
    watch.stop()
    assert watch.fault is None
    assert checked.calls == 2, "a version that was checked is not checked again"


def test_a_fault_is_named(service: QueryService, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = threading.Event()

    def fail(*_arguments: Any) -> None:
        failed.set()
        raise OSError("the disk is full")

    monkeypatch.setattr(alert_watch, "watch_version", fail)
    watch = AlertWatch(service, every_s=0.01)
    watch.start()
    assert failed.wait(30)
    watch.stop()
    assert watch.fault == "the disk is full"


def test_no_interval_is_never(service: QueryService, checked: Checked) -> None:
    watch = AlertWatch(service, every_s=0)
    watch.start()
    watch.stop()
    assert checked.calls == 0


def test_each_release_is_checked_also_one_that_comes_later(service: QueryService) -> None:
    name = version_name(service.warehouse.snapshot)
    releases = [Release(agency="DPS"), Release(agency="CBP")]
    own = [service.released_to(release).room.alerts for release in releases]
    known = releases[:1]
    watch = AlertWatch(service, every_s=0.01, list_releases=lambda: known)
    watch.start()
    pause = threading.Event()
    while watch.fault is None and not own[0].has_watched(name):
        pause.wait(0.01)
    assert service.room.alerts.has_watched(name)
    assert not own[1].has_watched(name)
    known.append(releases[1])
    while watch.fault is None and not own[1].has_watched(name):
        pause.wait(0.01)
    watch.stop()
    assert watch.fault is None
