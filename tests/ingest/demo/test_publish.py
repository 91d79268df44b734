"""Tests of publishing the demo: one version, marked SYNTHETIC, replaced by the next."""

from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from cop.errors import StoreError
from cop.ingest.demo.publish import publish_demo
from cop.ingest.marking import change_marking
from cop.ingest.profile.file import read_profile
from cop.ingest.reader import DirectReader
from cop.ingest.sink.registry import ingest_file
from cop.settings import StoreSettings
from cop.store.dataset.locate import Locator
from cop.store.dataset.schema import PLACED_COLUMNS, RAW_COLUMNS
from cop.store.warehouse import Warehouse
from tests.support.published import read_published
from tests.support.record import iom_row, write_iom
from tests.support.store import publish_events, shown_files
from tests.support.warehouse import copy_warehouse

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
        reader=DirectReader(),
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


@pytest.mark.access
def test_a_demo_that_was_raised_is_no_lower_when_it_is_built_again(own_warehouse: Path) -> None:
    settings = StoreSettings(data=own_warehouse)
    demo(own_warehouse, 300, days=5)
    for source in ("demo", "demo_sensors"):
        change_marking(settings, source, "TLP:RED", by="op")
    demo(own_warehouse, 200, days=5)
    warehouse = Warehouse(settings)
    states = warehouse.snapshot.sources
    assert {name: states[name].marking for name in ("demo", "demo_sensors")} == {
        "demo": "TLP:RED",
        "demo_sensors": "TLP:RED",
    }
    assert {*states["demo"].markings, *states["demo_sensors"].markings} == {"TLP:RED"}
    assert states["demo"].n == 200
    warehouse.close()


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


def test_the_demos_events_are_as_if_they_had_been_loaded(
    own_warehouse: Path, bare_warehouse: Path, tmp_path: Path
) -> None:
    demo(own_warehouse, 3_000)
    events = read_published(own_warehouse).sort_values("event_id", ignore_index=True)
    frame = pd.DataFrame(events[[*RAW_COLUMNS, *PLACED_COLUMNS]])
    locator = Locator(
        **{
            name: read_published(own_warehouse, name)
            for name in ("sectors", "counties", "segments")
        }
    )
    placed = locator.place(frame.drop(columns=list(PLACED_COLUMNS)))
    pd.testing.assert_frame_equal(
        placed[list(PLACED_COLUMNS)], frame[list(PLACED_COLUMNS)], check_dtype=False
    )
    loaded = StoreSettings(data=copy_warehouse(bare_warehouse, tmp_path / "loaded"))
    assert publish_events(loaded, frame, source="demo").accepted == 3_000
    again = read_published(loaded.data).sort_values("event_id", ignore_index=True)
    assert list(again) == list(events)
    assert events["valid_until"].isna().all()
    moment = ["ingested_at"]
    pd.testing.assert_frame_equal(
        pd.DataFrame(events.drop(columns=moment).to_wkb()),
        pd.DataFrame(again.drop(columns=moment).to_wkb()),
    )


def test_a_demo_that_fails_publishes_nothing(own_warehouse: Path) -> None:
    before = shown_files(own_warehouse)

    def fail(step: str, _rows: int) -> None:
        if step == "events":
            raise ValueError("no more")

    with pytest.raises(StoreError, match="no more"):
        publish_demo(
            StoreSettings(data=own_warehouse), events=100, days=5, seed=1, end=END, progress=fail
        )
    assert shown_files(own_warehouse) == before
