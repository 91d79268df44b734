"""The audit record of either kind: appended to by many, never gone on with damaged."""

import threading
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from cop.errors import AuditError
from cop.model.audit import PRUNE, Actor, AuditEntry, AuditHead, NotedHead, build_entry
from cop.settings import StoreSettings
from cop.store.audit import database as audit_database
from cop.store.audit import file as audit_file
from cop.store.audit import record as audit_record
from cop.store.audit.file import AUDIT_FILE, AuditFile
from cop.store.audit.head import HEAD_FILE, read_head, write_head
from cop.store.audit.record import AuditRecord, open_record
from tests.support.audit import START, build_entries, fill_record, tampering_with

pytestmark = pytest.mark.access


def append(file: AuditRecord, n: int = 1) -> None:
    file.append(lambda head: [*build_entries(n, head)])


def append_by_another(settings: StoreSettings) -> None:
    with closing(open_record(settings)) as another:
        append(another)


def test_entries_of_threads_and_of_several_files_follow_each_other(
    tmp_path: Path, either: StoreSettings
) -> None:
    files = [open_record(either) for _ in range(2)]
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


def break_at(
    monkeypatch: pytest.MonkeyPatch, settings: StoreSettings, *, announces: bool, n: int = 1
) -> None:
    """Append so many entries, killed as their head is announced, or as it is confirmed."""

    def die(_folder: Path, head: AuditHead, *, announced: AuditHead | None = None) -> None:
        if (announced is not None) == announces and (head.seq or announces):
            raise KeyboardInterrupt
        write_head(settings.data, head, announced=announced)

    file = open_record(settings)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(audit_record, "write_head", die)
        append(file, n)
    file.close()


@pytest.mark.parametrize("n", [1, 4])
def test_a_kill_around_a_commit_leaves_a_whole_record(
    tmp_path: Path, either: StoreSettings, monkeypatch: pytest.MonkeyPatch, n: int
) -> None:
    """Before the announcement nothing is there, before the confirmation all of it is."""
    file, there = open_record(either), 0
    for _ in range(2):
        break_at(monkeypatch, either, announces=True, n=n)
        assert file.verify().is_whole
        assert file.verify().n == there
        break_at(monkeypatch, either, announces=False, n=n)
        there += n
        assert file.verify().is_whole
        assert file.verify().n == there
        append(file)
        there += 1
        assert file.verify().is_whole
    file.close()


def test_a_commit_that_fails_leaves_a_whole_record(
    tmp_path: Path, either: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = fill_record(either, 3)
    with monkeypatch.context() as patched:
        patched.setattr(audit_file, "INSERT", "INSERT INTO nothing VALUES (1)")
        patched.setattr(audit_database, "_INSERT", "INSERT INTO nothing VALUES (1)")
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


def test_a_commit_without_its_head_goes_on(
    tmp_path: Path, either: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a kill between the two leaves it, at the first entry and later."""

    def die(_folder: Path, head: AuditHead, *, announced: AuditHead | None = None) -> None:
        if head.seq and announced is None:
            raise KeyboardInterrupt
        write_head(tmp_path, head, announced=announced)

    for n in (1, 3):
        file = open_record(either)
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(audit_record, "write_head", die)
            append(file)
        file.close()
        last = [*file.read()][-1].head
        assert read_head(tmp_path) != NotedHead(last=last)
        append_by_another(either)
        assert [entry.seq for entry in file.read()] == [*range(1, n + 2)]
        assert read_head(tmp_path) == NotedHead(last=[*file.read()][-1].head)


def test_a_head_file_of_an_earlier_program_is_gone_on_with(
    tmp_path: Path, either: StoreSettings
) -> None:
    """Also one that a kill left one entry behind."""
    file = fill_record(either, 3)
    for entry in [*file.read()][-2:]:
        (tmp_path / HEAD_FILE).write_text(f'{{"seq": {entry.seq}, "hash": "{entry.hash}"}}')
        assert file.verify().is_whole
    append(file)
    last = file.last()
    assert last is not None
    assert (last.seq, read_head(tmp_path)) == (4, NotedHead(last=last.head))
    file.close()


def test_a_build_that_fails_adds_nothing(tmp_path: Path, either: StoreSettings) -> None:
    file = fill_record(either, 2)

    def build(head: AuditHead) -> list[object]:
        return [*build_entries(1, head), None]

    with pytest.raises(AttributeError):
        file.append(build)  # type: ignore[arg-type]
    append(file)
    assert [entry.seq for entry in file.read()] == [1, 2, 3]
    file.close()


def test_a_damaged_record_is_not_gone_on_with(tmp_path: Path, either: StoreSettings) -> None:
    file = fill_record(either, 3)
    with tampering_with(either) as opened:
        opened.execute("DELETE FROM entry WHERE seq = 3")
    for attempt in (lambda: append(file), file.check):
        with pytest.raises(AuditError, match=r"entry 3 is cut off the end.*cop audit begin"):
            attempt()
    with tampering_with(either) as opened:
        opened.execute("UPDATE entry SET who = 'x' WHERE seq = 2")
    write_head(tmp_path, [*file.read()][-1].head)
    with pytest.raises(AuditError, match="entry 2 is changed"):
        append(file)
    (tmp_path / HEAD_FILE).unlink()
    with pytest.raises(AuditError):
        append(file)
    file.close()


def be_impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (audit_file, audit_database):
        monkeypatch.setattr(module, "_WAIT_S", 0.05)


def test_a_long_writer_is_not_waited_for_without_end(
    tmp_path: Path, either: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    be_impatient(monkeypatch)
    refused = pytest.raises(AuditError, match="another process has been writing for")
    with closing(open_record(either)) as other, other.locked(), refused:
        append_by_another(either)
    append_by_another(either)


def test_what_is_set_aside_makes_place_for_another(tmp_path: Path, either: StoreSettings) -> None:
    file = fill_record(either, 3)
    append(file)
    moved = file.set_aside(tmp_path / "aside")
    assert {AUDIT_FILE, HEAD_FILE} <= {*moved}
    assert not file.exists()
    append(file)
    assert [entry.seq for entry in file.read()] == [1]
    with closing(AuditFile(tmp_path / "aside")) as aside:
        assert aside.verify().is_whole
        assert aside.verify().n == 4
    file.close()


def test_nothing_is_created_by_reading(tmp_path: Path, either: StoreSettings) -> None:
    file = open_record(either)
    assert [*file.read()] == []
    assert file.last() is None
    assert not file.exists()
    assert file.verify().n == 0
    assert [*tmp_path.iterdir()] == []


def test_it_is_verified_also_where_it_cannot_be_locked(
    tmp_path: Path, either: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    be_impatient(monkeypatch)
    file = fill_record(either, 3)
    assert file.verify().n == 3
    with closing(open_record(either)) as other, other.locked(), closing(file):
        assert file.verify().is_whole


def test_a_record_is_continued_where_another_was_begun(
    tmp_path: Path, either: StoreSettings
) -> None:
    """A server goes on where a command began anew."""
    server = fill_record(either, 3)
    append(server)
    with closing(open_record(either)) as command:
        command.set_aside(tmp_path / "aside")
        append(server)
        assert [entry.seq for entry in command.read()] == [1]
    server.close()


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE entry SET who = 'x' WHERE seq = 2", "entry 2 is changed"),
        ("DELETE FROM entry WHERE seq = 2", "entry 2 is removed"),
        ("DELETE FROM entry WHERE seq < 3", "entries 1 to 2 are removed"),
        ("DELETE FROM entry WHERE seq > 2", "entries 3 to 4 are cut off the end"),
    ],
)
def test_what_its_owner_changes_is_found(either: StoreSettings, sql: str, words: str) -> None:
    with closing(fill_record(either, 4)) as file:
        assert file.verify().n == 4
        with tampering_with(either) as opened:
            opened.execute(sql)
        finding = file.verify().finding
        assert finding is not None
        assert words in finding.words


def test_the_oldest_entries_go_in_one_commit_with_one_that_is_added(either: StoreSettings) -> None:
    with closing(fill_record(either, 5)) as file:
        fourth = [*file.read()][3]

        def build(head: AuditHead) -> list[AuditEntry]:
            detail = {"up_to": fourth.seq, "hash": fourth.hash}
            return [build_entry(head, Actor(), PRUNE, "x", at=START, outcome="done", detail=detail)]

        file.append(build, drop_to=4)
        assert [entry.seq for entry in file.read()] == [5, 6]
        assert file.verify().is_whole
        append(file)
        assert file.verify().n == 3
