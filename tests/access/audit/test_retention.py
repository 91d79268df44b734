"""Retention of the audit record: what goes is in a file, what stays still proves itself."""

from datetime import timedelta
from pathlib import Path

import pytest

from cop.access.audit.export import open_export
from cop.access.audit.log import AuditLog
from cop.access.audit.retention import begin_anew, prune_entries
from cop.errors import AuditError
from cop.model.audit import PRUNE, Actor
from cop.model.audit_chain import check_chain
from cop.settings import StoreSettings
from cop.store.audit.file import AUDIT_FILE
from tests.support.audit import START, fill, tampering

pytestmark = pytest.mark.access

NOW = START + timedelta(days=3)


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    data = tmp_path / "data"
    fill(data, 100)
    return AuditLog(StoreSettings(data=data), now=lambda: NOW)


def test_what_is_pruned_is_in_a_file_and_the_rest_is_whole(log: AuditLog, tmp_path: Path) -> None:
    log.append(Actor(), "take", "board")
    entries = [*log.file.read()]
    done = prune_entries(log, Actor(name="Ana"), keep_days=1, folder=tmp_path, now=NOW)
    assert (done.n, done.up_to, done.file) == (100, 100, tmp_path / "audit-1-100.jsonl")
    assert done.file is not None
    assert [*open_export(done.file)()] == entries[:100]
    assert check_chain(open_export(done.file), is_part=True).is_whole
    report = log.verify()
    assert report.is_whole
    assert (report.n, report.begins) == (2, entries[99].head)
    kept, prune = log.file.read()
    assert kept == entries[100]
    assert (prune.action, prune.details["up_to"], prune.name) == (PRUNE, 100, "Ana")
    content = (log.file.path).read_bytes()
    assert b"local:p3" not in content, "what is pruned is not left in the file"
    log.close()


def test_pruning_again_and_all(log: AuditLog, tmp_path: Path) -> None:
    first = prune_entries(log, Actor(), keep_days=1, folder=tmp_path, now=NOW)
    assert first.n == 100
    assert prune_entries(log, Actor(), keep_days=1, folder=tmp_path, now=NOW).n == 0
    later = NOW + timedelta(days=9)
    second = prune_entries(log, Actor(), keep_days=1, folder=tmp_path, now=later)
    assert (second.n, second.up_to) == (1, 101)
    assert log.verify().is_whole
    with tampering(log.file.folder) as opened:
        opened.execute("UPDATE entry SET detail = replace(detail, '101', '100')")
    assert not log.verify().is_whole
    log.close()


def test_a_record_that_is_not_whole_is_not_pruned(log: AuditLog, tmp_path: Path) -> None:
    with tampering(log.file.folder) as opened:
        opened.execute("DELETE FROM entry WHERE seq = 50")
    with pytest.raises(AuditError, match="nothing was pruned: entry 50 is removed"):
        prune_entries(log, Actor(), keep_days=1, folder=tmp_path, now=NOW)
    assert not [*tmp_path.glob("*.jsonl")]


def test_a_file_that_cannot_be_written_stops_it(log: AuditLog, tmp_path: Path) -> None:
    (tmp_path / "audit-1-100.jsonl").touch()
    for folder, words in ((tmp_path, "already exists"), (tmp_path / "x", "there is no folder")):
        with pytest.raises(AuditError, match=words):
            prune_entries(log, Actor(), keep_days=1, folder=folder, now=NOW)
    assert log.verify().n == 100


def test_a_new_record_begins_only_where_one_is_not_whole(log: AuditLog) -> None:
    with pytest.raises(AuditError, match="it is whole"):
        begin_anew(log, Actor(), reason="tidy up")
    with tampering(log.file.folder) as opened:
        opened.execute("DELETE FROM entry WHERE seq > 90")
    aside = begin_anew(log, Actor(name="Ana"), reason="disk was replaced")
    (first,) = log.file.read()
    assert (first.action, first.name) == ("begin", "Ana")
    assert first.details["finding"].startswith("entries 91 to 100 are cut off the end")
    assert (aside / AUDIT_FILE).is_file()
    assert aside == log.file.folder / "quarantine" / "audit-1"
    log.close()


def test_a_file_that_is_no_record_is_set_aside_too(tmp_path: Path) -> None:
    (tmp_path / AUDIT_FILE).write_text("no database " * 100)
    log = AuditLog(StoreSettings(data=tmp_path))
    aside = begin_anew(log, Actor(), reason="damaged")
    assert log.verify().is_whole
    assert (aside / AUDIT_FILE).read_text().startswith("no database")
    log.close()
