"""The file of the audit record: appended to by many, never changed, never gone on with damaged."""

import sqlite3
import threading
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from cop.errors import AuditError
from cop.model.audit import AuditHead, NotedHead
from cop.store.audit import file as audit_file
from cop.store.audit.file import AUDIT_FILE, AuditFile
from cop.store.audit.head import HEAD_FILE, read_head, write_head
from cop.store.audit.schema import INSERT
from tests.support.audit import build_entries, fill, tampering

pytestmark = pytest.mark.access


def append(file: AuditFile, n: int = 1) -> None:
    file.append(lambda head: [*build_entries(n, head)])


def test_entries_of_threads_and_of_several_files_follow_each_other(tmp_path: Path) -> None:
    files = [AuditFile(tmp_path) for _ in range(2)]
    threads = [
        threading.Thread(target=lambda f=file: [append(f) for _ in range(10)])
        for file in (*files, *files)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = [*files[0].read()]
    assert [entry.seq for entry in entries] == [*range(1, 41)]
    assert all(b.previous == a.hash for a, b in pairwise(entries))
    assert read_head(tmp_path) == NotedHead(last=entries[-1].head)
    for file in files:
        file.close()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entry SET who = 'x'",
        "DELETE FROM entry WHERE seq = 2",
        "INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE seq = 2",
        "REPLACE INTO entry SELECT * FROM entry WHERE seq = 3",
    ],
)
def test_the_file_itself_refuses_changes(tmp_path: Path, sql: str) -> None:
    before = [*fill(tmp_path, 3).read()]
    with closing(sqlite3.connect(tmp_path / AUDIT_FILE)) as opened:
        with pytest.raises(sqlite3.IntegrityError, match="entries of the audit record are"):
            opened.execute(sql)
        opened.rollback()
    assert [*AuditFile(tmp_path).read()] == before


def break_at(monkeypatch: pytest.MonkeyPatch, folder: Path, *, announces: bool, n: int = 1) -> None:
    """Append so many entries, killed as their head is announced, or as it is confirmed."""

    def die(_folder: Path, head: AuditHead, *, announced: AuditHead | None = None) -> None:
        if (announced is not None) == announces and (head.seq or announces):
            raise KeyboardInterrupt
        write_head(folder, head, announced=announced)

    file = AuditFile(folder)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(audit_file, "write_head", die)
        append(file, n)
    file.close()


@pytest.mark.parametrize("n", [1, 4])
def test_a_kill_around_a_commit_leaves_a_whole_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n: int
) -> None:
    """Before the announcement nothing is there, before the confirmation all of it is."""
    file, there = AuditFile(tmp_path), 0
    for _ in range(2):
        break_at(monkeypatch, tmp_path, announces=True, n=n)
        assert file.verify().is_whole
        assert file.verify().n == there
        break_at(monkeypatch, tmp_path, announces=False, n=n)
        there += n
        assert file.verify().is_whole
        assert file.verify().n == there
        append(file)
        there += 1
        assert file.verify().is_whole
    file.close()


def test_a_commit_that_fails_leaves_a_whole_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = fill(tmp_path, 3)
    with monkeypatch.context() as patched:
        patched.setattr(audit_file, "INSERT", "INSERT INTO nothing VALUES (1)")
        with pytest.raises(AuditError, match="nothing is done that cannot be recorded"):
            append(file)
    noted = read_head(tmp_path)
    assert noted is not None
    assert noted.announced is not None
    assert file.verify().is_whole
    file.check()
    assert read_head(tmp_path) == NotedHead(last=noted.last), "what was announced never came"
    append(file)
    assert file.verify().is_whole
    file.close()


def test_a_commit_without_its_head_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a kill between the two leaves it, at the first entry and later."""

    def die(_folder: Path, head: AuditHead, *, announced: AuditHead | None = None) -> None:
        if head.seq and announced is None:
            raise KeyboardInterrupt
        write_head(tmp_path, head, announced=announced)

    for n in (1, 3):
        file = AuditFile(tmp_path)
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(audit_file, "write_head", die)
            append(file)
        file.close()
        last = [*file.read()][-1].head
        assert read_head(tmp_path) != NotedHead(last=last)
        append(AuditFile(tmp_path))
        assert [entry.seq for entry in file.read()] == [*range(1, n + 2)]
        assert read_head(tmp_path) == NotedHead(last=[*file.read()][-1].head)


def test_a_head_file_of_an_earlier_program_is_gone_on_with(tmp_path: Path) -> None:
    """Also one that a kill left one entry behind."""
    file = fill(tmp_path, 3)
    for entry in [*file.read()][-2:]:
        (tmp_path / HEAD_FILE).write_text(f'{{"seq": {entry.seq}, "hash": "{entry.hash}"}}')
        assert file.verify().is_whole
    append(file)
    last = file.last()
    assert last is not None
    assert (last.seq, read_head(tmp_path)) == (4, NotedHead(last=last.head))
    file.close()


def test_a_build_that_fails_adds_nothing(tmp_path: Path) -> None:
    file = fill(tmp_path, 2)

    def build(head: AuditHead) -> list[object]:
        return [*build_entries(1, head), None]

    with pytest.raises(AttributeError):
        file.append(build)  # type: ignore[arg-type]
    append(file)
    assert [entry.seq for entry in file.read()] == [1, 2, 3]
    file.close()


def test_a_damaged_record_is_not_gone_on_with(tmp_path: Path) -> None:
    file = fill(tmp_path, 3)
    with tampering(tmp_path) as opened:
        opened.execute("DELETE FROM entry WHERE seq = 3")
    for attempt in (lambda: append(file), file.check):
        with pytest.raises(AuditError, match=r"entry 3 is cut off the end.*cop audit begin"):
            attempt()
    with tampering(tmp_path) as opened:
        opened.execute("UPDATE entry SET who = 'x' WHERE seq = 2")
    write_head(tmp_path, [*file.read()][-1].head)
    with pytest.raises(AuditError, match="entry 2 is changed"):
        append(file)
    (tmp_path / HEAD_FILE).unlink()
    with pytest.raises(AuditError):
        append(file)
    file.close()


def test_a_file_that_is_none_is_refused_with_words(tmp_path: Path) -> None:
    (tmp_path / AUDIT_FILE).write_text("no database " * 100)
    file = AuditFile(tmp_path)
    with pytest.raises(AuditError, match="cannot be written"):
        append(file)
    with pytest.raises(AuditError, match="cannot be read"):
        [*file.read()]


def test_a_file_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    fill(tmp_path, 1)
    with closing(sqlite3.connect(tmp_path / AUDIT_FILE)) as opened:
        opened.execute("PRAGMA user_version = 2")
    with pytest.raises(AuditError, match="newer version of the program"):
        append(AuditFile(tmp_path))


def test_a_long_writer_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_file, "_WAIT_S", 0.05)
    with AuditFile(tmp_path).locked(), pytest.raises(AuditError, match="another process has been"):
        append(AuditFile(tmp_path))


def test_what_is_set_aside_makes_place_for_another(tmp_path: Path) -> None:
    file = fill(tmp_path, 3)
    append(file)
    moved = file.set_aside(tmp_path / "aside")
    assert {AUDIT_FILE, HEAD_FILE} <= {*moved}
    assert not file.exists()
    append(file)
    assert [entry.seq for entry in file.read()] == [1]
    assert len([*AuditFile(tmp_path / "aside").read()]) == 4
    file.close()


def test_another_file_in_its_place_is_opened(tmp_path: Path) -> None:
    """A server goes on where a command began anew."""
    server, command = fill(tmp_path, 3), AuditFile(tmp_path)
    append(server)
    command.set_aside(tmp_path / "aside")
    append(server)
    assert [entry.seq for entry in command.read()] == [1]
    server.close()


def test_nothing_is_created_by_reading(tmp_path: Path) -> None:
    file = AuditFile(tmp_path)
    assert [*file.read()] == []
    assert file.last() is None
    assert not file.exists()
    assert [*tmp_path.iterdir()] == []


def test_the_statement_names_every_column() -> None:
    assert INSERT.count("?") == 15


def test_it_is_verified_also_where_it_cannot_be_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = fill(tmp_path, 3)
    assert file.verify().n == 3
    monkeypatch.setattr(audit_file, "_WAIT_S", 0.05)
    with AuditFile(tmp_path).locked():
        assert file.verify().is_whole
    assert AuditFile(tmp_path / "nothing").verify().n == 0
    assert not (tmp_path / "nothing").exists()
