"""The audit record in backups: brought back whole, and never rolled back."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from cop.access.audit.log import AuditLog
from cop.errors import AuditError, InputFileError, StoreError
from cop.model.audit import NO_HASH, Actor, AuditHead
from cop.settings import StoreSettings
from cop.store.audit.file import AUDIT_FILE
from cop.store.audit.head import HEAD_FILE, write_head
from cop.store.audit.schema import TRIGGERS
from cop.store.backup.audit_file import (
    ASIDE,
    EXTENDED,
    NONE,
    RESTORED,
    UNCHANGED,
    check_audit_file,
    copy_audit,
    settle_audit,
)
from cop.store.backup.backup import back_up
from cop.store.backup.restore import restore
from tests.support.audit import fill
from tests.support.store import publish_table

pytestmark = pytest.mark.access

BEFORE_ALL = AuditHead(seq=0, hash=NO_HASH)


@pytest.fixture
def copy(settings: StoreSettings, tmp_path: Path) -> Path:
    """A copy of a record of 20 entries."""
    settings.data.mkdir()
    fill(settings.data, 20)
    copied = tmp_path / "copy" / AUDIT_FILE
    copied.parent.mkdir()
    assert copy_audit(settings, copied)
    check_audit_file(copied, tmp_path)
    return copied


def verify(settings: StoreSettings) -> int:
    report = AuditLog(settings).verify()
    assert report.is_whole, report.finding
    return report.n


def act(settings: StoreSettings, n: int = 1) -> None:
    with closing(AuditLog(settings)) as log:
        for _ in range(n):
            log.append(Actor(), "take", "board")


def test_it_comes_back_where_there_is_none(copy: Path, tmp_path: Path) -> None:
    new = StoreSettings(data=tmp_path / "new")
    assert settle_audit(new, None) == NONE
    assert settle_audit(new, copy) == RESTORED
    assert verify(new) == 20
    last = AuditLog(new).head()
    write_head(new.data, BEFORE_ALL, announced=last)
    assert verify(new) == 20, "as after a kill between the two"
    assert settle_audit(new, copy) == UNCHANGED
    (new.data / HEAD_FILE).write_text(f'{{"seq": 0, "hash": "{NO_HASH}"}}')
    assert settle_audit(new, copy) == UNCHANGED, "as after a kill of an earlier program"
    assert verify(new) == 20
    write_head(new.data, BEFORE_ALL)
    settle_audit(new, copy)
    assert not AuditLog(new).verify().is_whole, "the entries were not announced"


def test_a_record_that_goes_on_is_never_rolled_back(settings: StoreSettings, copy: Path) -> None:
    assert settle_audit(settings, copy) == UNCHANGED
    act(settings, 5)
    assert settle_audit(settings, copy) == UNCHANGED
    assert verify(settings) == 25


def test_entries_beyond_its_end_are_added(
    settings: StoreSettings, copy: Path, tmp_path: Path
) -> None:
    old = StoreSettings(data=tmp_path / "old")
    shutil.copytree(settings.data, old.data)
    act(settings, 3)
    later = tmp_path / "later" / AUDIT_FILE
    later.parent.mkdir()
    copy_audit(settings, later)
    assert settle_audit(old, later) == EXTENDED
    assert verify(old) == 23


def test_another_record_is_set_aside(settings: StoreSettings, copy: Path, tmp_path: Path) -> None:
    other = StoreSettings(data=tmp_path / "other")
    other.data.mkdir()
    act(other, 2)
    assert settle_audit(other, copy) == ASIDE
    assert verify(other) == 2
    (aside,) = (other.data / "quarantine").glob("audit-*.sqlite")
    assert aside.read_bytes() == copy.read_bytes()


@pytest.mark.parametrize(
    "damage",
    [
        lambda opened: opened.execute("DELETE FROM entry WHERE seq = 9"),
        lambda opened: opened.execute("UPDATE entry SET who = 'x' WHERE seq = 20"),
        lambda opened: opened.execute("CREATE VIEW v AS SELECT 1"),
        lambda opened: opened.execute("CREATE TRIGGER t AFTER INSERT ON entry BEGIN SELECT 1; END"),
        lambda opened: opened.execute("DROP TABLE entry"),
        lambda opened: opened.execute("PRAGMA user_version = 9"),
    ],
)
def test_a_copy_that_is_not_whole_is_refused(
    copy: Path, tmp_path: Path, damage: Callable[[sqlite3.Connection], object]
) -> None:
    with closing(sqlite3.connect(copy, isolation_level=None)) as opened:
        for name in TRIGGERS:
            opened.execute(f"DROP TRIGGER {name}")
        damage(opened)
        if opened.execute("SELECT 1 FROM sqlite_master WHERE name = 'entry'").fetchone():
            for sql in TRIGGERS.values():
                opened.execute(sql)
    with pytest.raises(InputFileError, match=AUDIT_FILE):
        check_audit_file(copy, tmp_path / "backup.tar")
    copy.write_bytes(b"no database" * 100)
    with pytest.raises(InputFileError, match=AUDIT_FILE):
        check_audit_file(copy, tmp_path / "backup.tar")


def test_a_damaged_record_is_not_backed_up(settings: StoreSettings, tmp_path: Path) -> None:
    settings.data.mkdir()
    assert not copy_audit(settings, tmp_path / "copy")
    (settings.data / AUDIT_FILE).write_bytes(b"no database" * 100)
    with pytest.raises(StoreError, match="cop audit verify"):
        copy_audit(settings, tmp_path / "copy")


def test_a_backup_has_it_and_a_restore_is_recorded(
    settings: StoreSettings, tmp_path: Path, lent: None
) -> None:
    publish_table(settings, 1)
    act(settings, 4)
    file = tmp_path / "backup.tar"
    back_up(settings, file)
    act(settings, 2)
    told = []
    for target, words, n in (
        (settings, UNCHANGED, 6),
        (StoreSettings(data=tmp_path / "new"), RESTORED, 4),
    ):
        report = restore(target, file, begin=told.append)
        assert (report.audit, told[-1]) == (words, words)
        assert verify(target) == n


def test_a_restore_that_cannot_be_recorded_changes_nothing(
    settings: StoreSettings, tmp_path: Path, lent: None
) -> None:
    publish_table(settings, 1)
    act(settings, 2)
    file = tmp_path / "backup.tar"
    back_up(settings, file)
    publish_table(settings, 2)
    last = AuditLog(settings).file.last()
    assert last is not None
    write_head(settings.data, AuditHead(seq=last.seq + 7, hash="a" * 64))
    before = {path: path.read_bytes() for path in settings.data.rglob("*.parquet")}
    log = AuditLog(settings)
    with pytest.raises(AuditError, match="cut off"):
        restore(settings, file, begin=lambda _words: log.append(Actor(), "restore", "warehouse"))
    assert {path: path.read_bytes() for path in settings.data.rglob("*.parquet")} == before


@pytest.mark.scale
def test_the_record_of_a_database_goes_to_a_file_and_back(
    shared: StoreSettings, filed: StoreSettings, tmp_path: Path
) -> None:
    copy = tmp_path / "copy" / AUDIT_FILE
    copy.parent.mkdir()
    assert not copy_audit(shared, copy)
    act(shared, 5)
    assert copy_audit(shared, copy)
    check_audit_file(copy, tmp_path)
    assert settle_audit(filed, copy) == RESTORED
    act(filed, 3)
    with closing(AuditLog(shared)) as log:
        assert settle_audit(shared, copy) == UNCHANGED
        later = tmp_path / "later" / AUDIT_FILE
        later.parent.mkdir()
        assert copy_audit(filed, later)
        assert settle_audit(shared, later) == EXTENDED
        assert log.verify().is_whole
        assert log.verify().n == 8


@pytest.mark.scale
def test_a_record_that_parted_from_that_of_a_database_is_set_aside(
    shared: StoreSettings, copy: Path
) -> None:
    act(shared, 2)
    assert settle_audit(shared, copy) == ASIDE
    (aside,) = (shared.data / "quarantine").glob("audit-*.sqlite")
    assert aside.read_bytes() == copy.read_bytes()
