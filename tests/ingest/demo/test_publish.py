"""Tests of publishing the demo: one version, marked SYNTHETIC, replaced by the next."""

from datetime import datetime
from pathlib import Path

import pytest

from cop.ingest.demo.publish import publish_demo
from cop.ingest.kind import ingest_file
from cop.ingest.profile import read_profile
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.published import read_published
from tests.support.record import iom_row, write_iom

pytestmark = pytest.mark.picture

END = datetime(2026, 6, 15, 10)


def demo(folder: Path, events: int, *, seed: int = 1, days: int = 40) -> int:
    steps: list[tuple[str, int]] = []
    version = publish_demo(
        StoreSettings(data=folder),
        events=events,
        days=days,
        seed=seed,
        end=END,
        progress=lambda step, rows: steps.append((step, rows)),
    )
    assert sum(rows for _, rows in steps) == events
    return version


def test_the_demo_replaces_itself_and_spares_the_rest(own_warehouse: Path, tmp_path: Path) -> None:
    first = demo(own_warehouse, 3_000)
    ingest_file(
        StoreSettings(data=own_warehouse),
        write_iom(tmp_path / "a.csv", [iom_row(t="2026-06-01")] * 5),
        read_profile("iom_mmp"),
    )
    second = demo(own_warehouse, 500, seed=2)
    assert second > first
    events = read_published(own_warehouse)
    assert events["synthetic"].sum() == 500
    assert (~events["synthetic"]).sum() == 5
    assert set(events.loc[events["synthetic"], "source"]) == {"demo"}
    assert events.loc[events["synthetic"], "occurred_at"].max() <= END
    snapshot = Warehouse(StoreSettings(data=own_warehouse)).snapshot
    assert snapshot.sources["demo"].source.synthetic
    assert snapshot.sources["demo"].n == 500


def test_equal_seeds_give_equal_events(own_warehouse: Path) -> None:
    demo(own_warehouse, 400)
    first = read_published(own_warehouse)
    demo(own_warehouse, 400)
    second = read_published(own_warehouse)
    assert sorted(first["event_id"]) == sorted(second["event_id"])


def test_the_smallest_demo_can_be_built_upon(own_warehouse: Path) -> None:
    demo(own_warehouse, 1, days=1)
    demo(own_warehouse, 3, days=1)
    assert len(read_published(own_warehouse)) == 3
    warehouse = Warehouse(StoreSettings(data=own_warehouse))
    assert warehouse.snapshot.default_records == "synthetic"
    warehouse.close()
