"""Tests of the checks of what the store stands on."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.audit.head import HEAD_FILE
from cop.store.catalogue.clock import PublishClock
from cop.store.catalogue.version import CATALOGUE_FILE
from cop.store.database import connect
from cop.store.integrity import health
from cop.store.integrity.doctor import examine
from cop.store.room.audit import note_step
from cop.store.room.mending import open_room
from cop.store.room.relational import ROOM_FILE
from tests.support.audit import fill, fill_record, tampering, tampering_with
from tests.support.filled import write_raw

pytestmark = pytest.mark.store


@pytest.mark.parametrize("years", [-1, -30])
def test_a_clock_that_is_behind_is_named(years: int) -> None:
    published = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=366 * years)
    clock = PublishClock(most_days=0)
    (finding,) = health.check_clock(published, clock)
    assert finding.check == "clock"
    assert "newest version" in finding.fault
    assert list(health.check_clock(datetime.now(UTC).replace(tzinfo=None), clock)) == []


def test_an_extension_that_fails_is_named(
    loaded: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_settings: StoreSettings, extensions: tuple[str, ...]) -> None:
        raise StoreError(f"{extensions[0]} is of another version")

    monkeypatch.setattr(health, "open_engine", fail)
    findings = examine(loaded).findings
    assert [f.subject for f in findings] == ["spatial", "ducklake", "sqlite_scanner"]


def test_a_finding_is_one_line() -> None:
    finding = health.HealthFinding(check="space", subject="/a", fault="is full", remedy="free some")
    assert finding.line == "space: /a is full; free some"


def test_a_file_that_everybody_can_write_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.touch(mode=0o600)
    (tmp_path / "link").symlink_to("/nowhere")
    assert list(health.check_permissions(tmp_path)) == []
    path.chmod(0o602)
    (finding,) = health.check_permissions(tmp_path)
    assert (finding.subject, finding.remedy) == (str(path), "chmod o-w")


def test_a_database_must_be_writable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / CATALOGUE_FILE
    path.touch(mode=0o600)
    (tmp_path / "file").touch(mode=0o600)
    asked = {}
    monkeypatch.setattr(
        health.os, "access", lambda path, mode: asked.setdefault(path, mode) == health.os.R_OK
    )
    remedies = {Path(f.subject): f.remedy for f in health.check_permissions(tmp_path)}
    assert remedies == dict.fromkeys((tmp_path, path), "chmod u+rw or change its owner")
    assert asked[tmp_path / "file"] == health.os.R_OK


def test_free_space_is_compared_with_the_setting(tmp_path: Path) -> None:
    assert list(health.check_space(StoreSettings(data=tmp_path, free_mb=1))) == []
    (finding,) = health.check_space(StoreSettings(data=tmp_path, free_mb=10**9))
    assert "COP_FREE_MB=1000000000" in finding.fault


def test_a_journal_is_hot_only_with_its_magic(tmp_path: Path) -> None:
    journal = tmp_path / f"{CATALOGUE_FILE}-journal"
    assert not health.has_hot_journal(tmp_path)
    journal.write_bytes(b"\0" * 512)
    assert not health.has_hot_journal(tmp_path)
    journal.write_bytes(bytes.fromhex("d9d505f920a163d7") + b"\0" * 504)
    assert health.has_hot_journal(tmp_path)


def test_a_catalogue_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / CATALOGUE_FILE
    with closing(sqlite3.connect(path)) as opened, opened:
        opened.execute("CREATE TABLE a (b)")
    assert list(health.check_catalogue_file(tmp_path)) == []
    path.write_bytes(b"no database" * 100)
    (finding,) = health.check_catalogue_file(tmp_path)
    assert finding.fault.startswith("is damaged: ")
    assert "backup" in finding.remedy


def test_the_room_of_a_later_program_is_named(tmp_path: Path) -> None:
    assert list(health.check_room(StoreSettings(data=tmp_path))) == []
    settings = StoreSettings(data=tmp_path)
    note_step(settings, who="Ana", subject="a", action="b", version=None, detail="")
    assert list(health.check_room(StoreSettings(data=tmp_path))) == []
    with closing(write_raw(tmp_path / ROOM_FILE)) as opened, opened:
        opened.execute("UPDATE alembic_version SET version_num = '9999'")
    (finding,) = health.check_room(StoreSettings(data=tmp_path))
    assert finding.fault.startswith("has schema 9999")
    assert finding.remedy == "update the program"


def test_a_read_only_file_system_is_one_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("datasets", "rasters"):
        (tmp_path / name).mkdir()
    flags = os.statvfs(tmp_path)
    read_only = SimpleNamespace(f_flag=flags.f_flag | os.ST_RDONLY)
    monkeypatch.setattr(os, "statvfs", lambda _path: read_only)
    monkeypatch.setattr(os, "access", lambda _path, right: right == os.R_OK)
    (finding,) = health.check_permissions(tmp_path)
    assert "mounted read-only" in finding.fault


@pytest.mark.trust
def test_rows_that_changed_and_a_missing_room_are_named(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path)
    note_step(settings, who="Ana", subject="s", action="a", version=None, detail="stated")
    open_room(settings)
    path = tmp_path / ROOM_FILE
    path.write_bytes(path.read_bytes().replace(b"stated", b"stateD"))
    (finding,) = health.check_room(StoreSettings(data=tmp_path))
    assert "1 row changed or gone (audit 1)" in finding.fault
    assert "cop doctor --repair" in finding.remedy
    path.unlink()
    (finding,) = health.check_room(StoreSettings(data=tmp_path))
    assert finding.fault == "is missing"


@pytest.mark.trust
@pytest.mark.parametrize("free", [0, 10**12])
def test_a_room_on_a_full_disk_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int
) -> None:
    def refuse(_path: Path) -> None:
        raise StoreError("disk I/O error")

    open_room(StoreSettings(data=tmp_path))
    monkeypatch.setattr(health, "examine_room", refuse)
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _path: SimpleNamespace(free=free))
    (finding,) = health.check_room(StoreSettings(data=tmp_path))
    assert finding.fault.endswith("; the disk is full") == (free == 0)
    assert "repair" not in finding.remedy


@pytest.mark.access
def test_an_audit_record_that_is_not_whole_is_named(tmp_path: Path) -> None:
    assert [*health.check_audit(StoreSettings(data=tmp_path))] == []
    fill(tmp_path, 9)
    assert [*health.check_audit(StoreSettings(data=tmp_path))] == []
    with tampering(tmp_path) as opened:
        opened.execute("DELETE FROM entry WHERE seq = 4")
    (finding,) = health.check_audit(StoreSettings(data=tmp_path))
    assert finding.fault.startswith("is not whole: entry 4 is removed")
    (tmp_path / HEAD_FILE).write_text("no head")
    (finding,) = health.check_audit(StoreSettings(data=tmp_path))
    assert finding.fault.startswith("cannot be checked")
    assert "cop audit begin" in finding.remedy


@pytest.mark.scale
def test_a_room_in_a_database_that_is_newer_or_away_is_named(tmp_path: Path, database: str) -> None:
    settings = StoreSettings(data=tmp_path, database=database)
    assert [*health.check_room(settings)] == []
    note_step(settings, who="Ana", subject="a", action="x", version=1, detail="")
    assert [*health.check_room(settings)] == []
    with closing(connect(database)) as connection:
        connection.execute("UPDATE room.alembic_version SET version_num = '9999'")
    (finding,) = health.check_room(settings)
    assert "has schema 9999" in finding.fault
    assert finding.subject.startswith("room in the database host=")
    away = StoreSettings(data=tmp_path, database="host=127.0.0.1 port=1 dbname=x")
    (finding,) = health.check_room(away)
    assert "cannot be examined" in finding.fault


@pytest.mark.scale
def test_an_audit_record_in_a_database_that_is_changed_or_away_is_named(
    tmp_path: Path, database: str
) -> None:
    settings = StoreSettings(data=tmp_path, database=database)
    assert [*health.check_audit(settings)] == []
    fill_record(settings, 4)
    assert [*health.check_audit(settings)] == []
    with tampering_with(settings) as opened:
        opened.execute("UPDATE entry SET who = 'x' WHERE seq = 2")
    (finding,) = health.check_audit(settings)
    assert "entry 2 is changed" in finding.fault
    away = StoreSettings(data=tmp_path, database="host=127.0.0.1 port=1 dbname=x")
    (finding,) = health.check_audit(away)
    assert "cannot be checked" in finding.fault
