"""Tests of compaction: fewer files, the same events, nothing where a writer is at work."""

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.backup import compaction
from cop.store.backup.compaction import _merge, by_month, choose_months, compact
from cop.store.catalogue.lock import compaction_lock, writer_lock
from cop.store.catalogue.recovery import MERGED_FOLDER
from cop.store.catalogue.version import month_of
from cop.store.warehouse import Warehouse
from tests.support.command import run_cop
from tests.support.published import published_files, read_published
from tests.support.record import make_frame
from tests.support.store import files_below, publish_events

pytestmark = pytest.mark.store

PARTS = 5


def publish_parts(settings: StoreSettings, parts: int = PARTS) -> None:
    """Two months, the first of ``parts`` files and the second of one."""
    publish_events(settings, make_frame(60).assign(occurred_at=pd.Timestamp("2026-01-05")))
    publish_events(settings, make_frame(9).assign(occurred_at=pd.Timestamp("2026-02-05")))
    for part in range(parts - 1):
        moment = pd.Timestamp("2026-01-06") + pd.Timedelta(days=part)
        publish_events(settings, make_frame(2).assign(occurred_at=moment))


def files_by_month(data: Path) -> dict[str, int]:
    months = [month_of(path) for path in published_files(data, "events")]
    return {month: months.count(month) for month in months}


def ordered(events: pd.DataFrame) -> pd.DataFrame:
    return events.sort_values("event_id", ignore_index=True)


def test_months_of_many_files_become_one_file_of_equal_events(settings: StoreSettings) -> None:
    publish_parts(settings)
    before = read_published(settings.data)
    assert files_by_month(settings.data) == {"2026-01": PARTS, "2026-02": 1}
    done = compact(settings)
    assert (done.months, done.files_before, done.damaged) == (("2026-01",), PARTS, ())
    assert files_by_month(settings.data) == {"2026-01": 1, "2026-02": 1}
    pd.testing.assert_frame_equal(ordered(read_published(settings.data)), ordered(before))


def test_earlier_versions_and_later_loads_are_as_without_it(settings: StoreSettings) -> None:
    publish_parts(settings)
    warehouse = Warehouse(settings)
    version = warehouse.snapshot.version
    done = compact(settings)
    assert done.version is not None
    assert done.version > version
    assert warehouse.refresh()
    snapshots = (warehouse.snapshot, warehouse.snapshot_at(version=version))
    assert {snapshot.sources["test"].n for snapshot in snapshots} == {69 + 2 * (PARTS - 1)}
    warehouse.close()
    again = make_frame(60).assign(occurred_at=pd.Timestamp("2026-01-05"))
    assert publish_events(settings, again).duplicate == 60


def test_nothing_to_do_makes_no_version(settings: StoreSettings) -> None:
    publish_parts(settings)
    first = compact(settings)
    assert compact(settings).version == first.version
    assert compact(settings, least_files=PARTS + 1).months == ()


def test_a_writer_at_work_is_left_alone(settings: StoreSettings) -> None:
    publish_parts(settings)
    held = files_below(settings.data)
    with writer_lock(settings.data, timeout_s=0):
        assert compact(settings).version is None
    assert files_below(settings.data) == held


@pytest.mark.parametrize("place", [b"PAR1", b"source", b"attributes", b"geo"])
def test_a_damaged_part_is_named_and_its_month_left_as_it_is(
    settings: StoreSettings, place: bytes
) -> None:
    publish_parts(settings)
    part = published_files(settings.data, "events")[0]
    content = bytearray(part.read_bytes())
    content[content.rindex(place)] ^= 1
    part.write_bytes(content)
    done = compact(settings)
    assert done.months == ()
    assert [str(part.resolve()) in fault for fault in done.damaged] == [True]
    assert part in published_files(settings.data, "events")


def test_a_folder_that_is_no_warehouse_is_not_made_one(settings: StoreSettings) -> None:
    with pytest.raises(StoreError, match="is not a warehouse"):
        compact(settings)
    assert not settings.data.exists()


def test_the_months_of_the_most_files_come_first() -> None:
    parts = (("a", 3), ("b", 5), ("c", 1))
    months = by_month(f"events/month={m}/{i}.parquet" for m, n in parts for i in range(n))
    assert choose_months(months, 2) == ["b", "a"]
    assert choose_months(months, 6) == []


def test_a_month_that_was_loaded_into_just_now_is_left_to_its_loads(
    settings: StoreSettings,
) -> None:
    publish_parts(settings)
    assert compact(settings, rest_s=300).months == ()
    for file in published_files(settings.data, "events"):
        os.utime(file, times=(0, 0))
    assert compact(settings, rest_s=300).months == ("2026-01",)


def test_a_writer_goes_on_while_files_are_merged_and_what_it_adds_stays(
    settings: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_parts(settings)

    def merge_slowly(*given: Any) -> dict[str, Path]:
        merged = _merge(*given)
        publish_events(settings, make_frame(3).assign(occurred_at=pd.Timestamp("2026-01-20")))
        return merged

    monkeypatch.setattr(compaction, "_merge", merge_slowly)
    assert compact(settings).months == ("2026-01",)
    assert files_by_month(settings.data) == {"2026-01": 2, "2026-02": 1}
    assert len(read_published(settings.data)) == 69 + 2 * (PARTS - 1) + 3


def test_a_month_whose_files_were_replaced_meanwhile_stays_as_it_is(
    settings: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = make_frame(60, source_id=[f"a{i}" for i in range(60)])
    named = named.assign(occurred_at=pd.Timestamp("2026-01-05"))
    publish_events(settings, named)
    publish_events(settings, make_frame(2).assign(occurred_at=pd.Timestamp("2026-01-06")))

    def merge_late(*given: Any) -> dict[str, Path]:
        merged = _merge(*given)
        assert publish_events(settings, named.assign(count=77)).superseded == 60
        return merged

    monkeypatch.setattr(compaction, "_merge", merge_late)
    assert compact(settings).months == ()
    assert (read_published(settings.data)["count"] == 77).sum() == 60
    assert not (settings.data / MERGED_FOLDER).exists()


def test_what_a_killed_compaction_left_goes_with_the_next_and_with_no_publish(
    settings: StoreSettings,
) -> None:
    publish_parts(settings)
    left = settings.data / MERGED_FOLDER / f".{'0' * 32}.part"
    left.parent.mkdir()
    left.touch()
    publish_events(settings, make_frame(3).assign(occurred_at=pd.Timestamp("2026-03-20")))
    assert left.exists()
    compact(settings)
    assert not left.parent.exists()


def test_one_compaction_at_a_time(settings: StoreSettings) -> None:
    publish_parts(settings)
    with compaction_lock(settings.data, timeout_s=0):
        assert compact(settings).version is None


def test_the_command_compacts_and_says_what_it_did(settings: StoreSettings) -> None:
    publish_parts(settings)
    ran = run_cop("compact", "--data", settings.data, "--json")
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["months"] == ["2026-01"]
    with writer_lock(settings.data, timeout_s=0):
        busy = run_cop("compact", "--data", settings.data)
    assert (busy.returncode, busy.stdout.startswith("another process is publishing")) == (0, True)
