"""Tests of the process's service and of the look-out for newer versions."""

import time
from pathlib import Path

import pytest

from cop.errors import StoreError
from cop.server import service as module
from cop.server.service import Refresher, current_service, open_service, refresh_fault
from cop.settings import StoreSettings, WebSettings
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.picture


@pytest.fixture(autouse=True)
def _no_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_installed", [])


def test_no_service_before_the_server() -> None:
    with pytest.raises(StoreError, match="python -m cop run"):
        current_service()


def test_the_refresher_finds_a_new_version_and_survives_a_fault(tmp_path: Path) -> None:
    store = StoreSettings(data=tmp_path / "w")
    publish_events(store, make_frame(1))
    service = open_service(store, WebSettings(tile_cache_mb=1))
    assert current_service() is service
    refresher = Refresher(service, every_s=0.05)
    refresher.start()
    before = service.snapshot.version
    real = service.warehouse.refresh

    def failing() -> bool:
        raise StoreError("the disk is gone")

    service.warehouse.refresh = failing  # type: ignore[method-assign]
    _until(lambda: refresher.fault == "the disk is gone")
    assert refresh_fault() == "the disk is gone"
    service.warehouse.refresh = real  # type: ignore[method-assign]
    publish_events(store, make_frame(2))
    _until(lambda: service.snapshot.version > before)
    _until(lambda: refresher.fault is None)
    assert refresher.looked_at is not None
    assert refresh_fault() is None
    refresher.fault = "too late"
    refresher.stop()
    assert refresh_fault() is None
    service.warehouse.close()


def _until(holds) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
