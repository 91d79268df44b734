"""Tests of the upkeep: a running server compacts months that small loads have cut up."""

import os
import time
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from cop.settings import StoreSettings
from cop.store.backup.compaction import MANY_FILES
from cop.store.warehouse import Warehouse
from tests.support.command import serving
from tests.support.http import Caller
from tests.support.published import published_files
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.store

HANG_SECONDS = 180


def test_shown_a_running_server_compacts_and_its_totals_stay(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path / "warehouse")
    publish_events(settings, make_frame(90).assign(occurred_at=pd.Timestamp("2026-01-05")))
    for day in range(MANY_FILES - 1):
        moment = pd.Timestamp("2026-01-06") + pd.Timedelta(days=day)
        publish_events(settings, make_frame(1).assign(occurred_at=moment))
    files = published_files(settings.data, "events")
    assert len(files) == MANY_FILES
    for file in files:
        os.utime(file, times=(0, 0))
    with closing(Warehouse(settings)) as warehouse:
        before = warehouse.snapshot.version
    environment = {"COP_COMPACT_SECONDS": "0.2", "COP_POLL_SECONDS": "0.1"}
    with (
        serving(settings.data, tmp_path / "log.txt", environment=environment) as base,
        closing(Caller(base)) as caller,
    ):
        deadline = time.monotonic() + HANG_SECONDS
        while caller.ask("/api/layers").json()["version"] == before:
            assert (
                caller.ask("/api/summary", [("by", "day")]).json()["total"] == 90 + MANY_FILES - 1
            )
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert caller.ask("/api/summary", [("by", "day")]).json()["total"] == 90 + MANY_FILES - 1
        pinned = [("by", "day"), ("version", str(before))]
        assert caller.ask("/api/summary", pinned).json()["total"] == 90 + MANY_FILES - 1
    assert len(published_files(settings.data, "events")) == 1
