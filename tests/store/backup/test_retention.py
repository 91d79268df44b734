"""Tests of retention: what the policy keeps stays readable, the rest is gone with its files."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from cop.errors import SettingsError, StoreError, VersionError
from cop.model.filter import Filter
from cop.model.moment import utc_now
from cop.settings import RetentionSettings, StoreSettings
from cop.store.backup import retention as module
from cop.store.backup.retention import LEAST_AGE, choose_first, retain
from cop.store.catalogue.lock import retention_lock
from cop.store.catalogue.transaction import open_transaction
from cop.store.catalogue.writer import write_file
from cop.store.dataset.schema import TERRAIN, TERRAIN_COLUMNS
from cop.store.engine import Cursor, DatabaseError, quote
from cop.store.warehouse import Warehouse
from tests.support.published import read_published
from tests.support.record import make_frame
from tests.support.store import (
    date_versions,
    files_below,
    publish_events,
    publish_table,
    shown_files,
)

pytestmark = pytest.mark.store

NOON = datetime(2026, 11, 25, 12)
DAILY = {n: NOON - timedelta(days=10 - n) for n in range(1, 10)}
"""Nine versions, one a day; the newest is of yesterday noon."""


@pytest.mark.parametrize(
    ("days", "versions", "first"),
    [
        (None, 1, 9), (None, 3, 7), (None, 99, 1), (0, None, 9), (1, None, 9), (2, None, 8),
        (3, None, 7), (3, 5, 5), (5, 2, 5), (400, None, 1), (0, 1, 9),
    ],
)  # fmt: skip
def test_what_either_rule_keeps_is_kept(days: int | None, versions: int | None, first: int) -> None:
    policy = RetentionSettings(keep_days=days, keep_versions=versions)
    assert choose_first(DAILY, policy, NOON) == first


def test_a_version_that_was_the_newest_a_moment_ago_is_kept() -> None:
    moments = {1: NOON - timedelta(days=9), 2: NOON - timedelta(days=8)}
    only = RetentionSettings(keep_versions=1)
    just = {**moments, 3: NOON - LEAST_AGE + timedelta(seconds=1)}
    assert choose_first(just, only, NOON) == 2
    assert choose_first({**moments, 3: NOON - LEAST_AGE}, only, NOON) == 3


def test_a_clock_that_went_back_lets_nothing_in_between_go() -> None:
    moments = {1: NOON - timedelta(days=9), 2: NOON + timedelta(days=1), 3: NOON, 4: NOON}
    assert choose_first(moments, RetentionSettings(keep_days=2), NOON) == 1


@pytest.fixture
def kept(settings: StoreSettings) -> StoreSettings:
    """Five versions over four days: a month written anew twice, a table that comes and goes."""
    publish_events(settings, make_frame(3, source_id=["a", "b", "c"]))
    publish_table(settings, 1)
    publish_table(settings, 2)
    publish_events(settings, make_frame(3, source_id=["a", "b", "c"], count=[2, 2, 9]))
    publish_table(settings, 1)
    now = utc_now()
    date_versions(settings.data, {n: now - timedelta(days=6 - n) for n in range(1, 6)})
    return settings


def test_a_dry_run_says_what_would_go_and_changes_nothing(kept: StoreSettings) -> None:
    before, catalogue = files_below(kept.data), (kept.data / "catalogue.sqlite").read_bytes()
    report = retain(kept, RetentionSettings(keep_versions=2), dry_run=True)
    assert (report.kept, report.removed) == ((4, 5), (1, 2, 3))
    assert files_below(kept.data) == before
    assert (kept.data / "catalogue.sqlite").read_bytes() == catalogue
    done = retain(kept, RetentionSettings(keep_versions=2))
    assert done == report.model_copy(update={"dry_run": False})
    gone = before - files_below(kept.data)
    assert len(gone) == report.files > 0
    assert report.bytes > 0


def test_what_is_kept_is_read_as_before(kept: StoreSettings) -> None:
    shown, newest = shown_files(kept.data), read_published(kept.data)
    retain(kept, RetentionSettings(keep_versions=3))
    assert shown_files(kept.data) == {n: shown[n] for n in (3, 4, 5)}
    assert read_published(kept.data).equals(newest)
    assert {p.stem for p in files_below(kept.data)} == {
        Path(path).stem for n in (3, 4, 5) for path in shown[n]
    }
    warehouse = Warehouse(kept)
    assert warehouse.snapshot_at(version=3).sources["test"].n == 3
    with pytest.raises(VersionError, match=r"version=2 is not stored: versions from 3 to 5"):
        warehouse.snapshot_at(version=2)
    with pytest.raises(VersionError, match="no version that old is stored"):
        warehouse.snapshot_at(known_at=utc_now() - timedelta(days=3, hours=1))
    warehouse.close()
    publish_table(kept, 3)
    assert sorted(shown_files(kept.data)) == [3, 4, 5, 6]


def test_a_file_that_is_shown_again_stays(kept: StoreSettings) -> None:
    """The table of version 5 is the file of version 2, which DuckLake would schedule to go."""
    retain(kept, RetentionSettings(keep_versions=1))
    assert sorted(shown_files(kept.data)) == [5]
    with closing(sqlite3.connect(kept.data / "catalogue.sqlite")) as opened:
        sql = "SELECT count(*) FROM ducklake_files_scheduled_for_deletion"
        assert opened.execute(sql).fetchone() == (0,)


def test_a_second_time_there_is_nothing_to_let_go(kept: StoreSettings) -> None:
    retain(kept, RetentionSettings(keep_versions=2))
    report = retain(kept, RetentionSettings(keep_versions=2))
    assert (report.removed, report.files, report.bytes) == ((), 0, 0)


def test_a_running_server_forgets_what_is_gone(kept: StoreSettings) -> None:
    warehouse = Warehouse(kept)
    assert warehouse.snapshot_at(version=1).sources["test"].n == 3
    assert warehouse.snapshot_at(version=4).sources["test"].count == 13
    retain(kept, RetentionSettings(keep_versions=2))
    assert not warehouse.refresh()
    assert warehouse.snapshot_at(version=4).sources["test"].count == 13
    with pytest.raises(VersionError, match="version=1 is not stored"):
        warehouse.snapshot_at(version=1)
    warehouse.close()


def test_what_is_gone_is_in_no_copy(kept: StoreSettings) -> None:
    warehouse = Warehouse(kept.model_copy(update={"free_mb": 0}))
    warehouse.serve()
    (path,) = (kept.data / "serving").glob("*.duckdb")
    retain(kept, RetentionSettings(keep_versions=5))
    assert path.exists()
    retain(kept, RetentionSettings(keep_versions=1))
    assert not path.exists()
    warehouse.serve()
    assert len([*(kept.data / "serving").glob("*.duckdb")]) == 1
    selection = warehouse.events(warehouse.snapshot, Filter())
    assert "files" not in selection.values
    sql = f"SELECT max(count) FROM {selection.source} WHERE {selection.where}"
    assert warehouse.query(sql, selection.values) == [(9,)]
    warehouse.close()


def test_without_a_rule_nothing_is_done(kept: StoreSettings) -> None:
    with pytest.raises(SettingsError, match=r"--keep-days or --keep-versions"):
        retain(kept, RetentionSettings())
    with pytest.raises(StoreError, match="is not a warehouse"):
        retain(StoreSettings(data=kept.data / "none"), RetentionSettings(keep_days=1))
    assert not (kept.data / "none").exists()


def test_retention_waits_for_a_backup(kept: StoreSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOCK_SECONDS", 0.1)
    with (
        retention_lock(kept.data, timeout_s=0, busy="this test has been reading"),
        pytest.raises(StoreError, match=r"a backup has been running for 0.1 s"),
    ):
        retain(kept, RetentionSettings(keep_versions=1))
    assert sorted(shown_files(kept.data)) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("said", "tries"), [("database is locked", 5), ("disk I/O error", 1)])
def test_a_catalogue_that_refuses_keeps_everything(
    kept: StoreSettings, monkeypatch: pytest.MonkeyPatch, said: str, tries: int
) -> None:
    asked = []

    def refuse(_cursor: Cursor, versions: tuple[int, ...]) -> None:
        asked.append(versions)
        raise DatabaseError(said)

    monkeypatch.setattr(module, "RETRY_AFTER_S", (0.0, 0.0, 0.0, 0.0))
    monkeypatch.setattr(module, "expire", refuse)
    with pytest.raises(StoreError, match=f"no version was removed.*{said}"):
        retain(kept, RetentionSettings(keep_versions=1))
    assert asked == [(1, 2, 3, 4)] * tries
    assert sorted(shown_files(kept.data)) == [1, 2, 3, 4, 5]


def test_files_that_a_killed_retention_left_go_with_the_next_publish(
    kept: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "sweep", lambda *_given: [])
    retain(kept, RetentionSettings(keep_versions=1))
    shown = {Path(path).stem for path in shown_files(kept.data)[5]}
    assert {p.stem for p in files_below(kept.data)} > shown
    with open_transaction(kept) as transaction:
        transaction.discard()
    assert {p.stem for p in files_below(kept.data)} == shown


def test_rasters_go_with_the_versions_that_name_them(settings: StoreSettings) -> None:
    rasters = []
    select = "SELECT " + ", ".join(f"$path AS {quote(name)}" for name in TERRAIN_COLUMNS)
    for name in ("a", "b"):
        with open_transaction(settings) as transaction:
            write = partial(Path.write_text, data=name)
            raster = transaction.store_file("rasters", ".tif", write)
            path = raster.relative_to(transaction.folder).as_posix()
            transaction.replace_by(TERRAIN, select, {"path": path})
            transaction.commit(name)
        rasters.append(raster)
    date_versions(settings.data, {n: utc_now() - timedelta(days=9 - n) for n in (1, 2)})
    assert retain(settings, RetentionSettings(keep_versions=2)).files == 0
    assert [path.is_file() for path in rasters] == [True, True]
    assert retain(settings, RetentionSettings(keep_versions=1)).files == 2
    assert [path.is_file() for path in rasters] == [False, True]


@pytest.mark.exchange
def test_photos_of_reports_and_briefs_stay(kept: StoreSettings) -> None:
    """Records of the room name them, no version does."""
    written = [
        write_file(kept.data / folder, suffix, lambda draft: bool(draft.write_bytes(b"y")))
        for folder, suffix in (("report_photos", ".jpg"), ("briefs", ".pdf"), ("photos", ".jpg"))
    ]
    photo, brief, of_no_layer = (one.path for one in written if one is not None)
    retain(kept, RetentionSettings(keep_versions=1))
    assert photo.is_file()
    assert brief.is_file()
    assert not of_no_layer.exists()
