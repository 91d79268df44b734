"""Whoever may write the file of the audit record changes it: what was done is found, and where."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import pytest

from cop.access.audit.log import AuditLog
from cop.errors import AuditError
from cop.model.audit import PRUNE, Actor, AuditEntry, AuditHead, build_entry, hash_fields
from cop.model.audit_chain import ChainFinding
from cop.settings import StoreSettings
from cop.store.audit.head import HEAD_FILE, write_head
from cop.store.audit.schema import COLUMNS, INSERT, SELECT
from tests.support.audit import fill, tampering

pytestmark = pytest.mark.access

N = 10_000
PLACES = (1, 2, 3, 500, 4_999, 5_000, 7_777, N - 2, N - 1, N)
FEW_PLACES = (1, 5_000, N)
Tamper = Callable[[sqlite3.Connection, int], None]


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("record")
    fill(folder, N)
    return folder


def read(opened: sqlite3.Connection, seq: int) -> AuditEntry:
    row = opened.execute(f"{SELECT} WHERE seq = ?", [seq]).fetchone()
    return AuditEntry(**dict(zip(COLUMNS, row, strict=True)))


def rehash(opened: sqlite3.Connection, seq: int) -> None:
    digest = hash_fields(asdict(read(opened, seq)))
    opened.execute("UPDATE entry SET hash = ? WHERE seq = ?", [digest, seq])


def remove(opened: sqlite3.Connection, seq: int) -> None:
    opened.execute("DELETE FROM entry WHERE seq = ?", [seq])


def remove_and_renumber(opened: sqlite3.Connection, seq: int) -> None:
    remove(opened, seq)
    opened.execute("UPDATE entry SET seq = -seq WHERE seq > ?", [seq])
    opened.execute("UPDATE entry SET seq = -seq - 1 WHERE seq < 0")


def change(column: str, value: object) -> Tamper:
    def tamper(opened: sqlite3.Connection, seq: int) -> None:
        opened.execute(f"UPDATE entry SET {column} = ? WHERE seq = ?", [value, seq])

    return tamper


def change_and_rehash(opened: sqlite3.Connection, seq: int) -> None:
    change("who", "local:nobody")(opened, seq)
    rehash(opened, seq)


def swap(opened: sqlite3.Connection, first: int, second: int) -> None:
    for old, new in ((first, -1), (second, first), (-1, second)):
        opened.execute("UPDATE entry SET seq = ? WHERE seq = ?", [new, old])


def swap_next(opened: sqlite3.Connection, seq: int) -> None:
    swap(opened, seq, seq + 1)


def swap_far(opened: sqlite3.Connection, seq: int) -> None:
    swap(opened, seq, N - seq // 2)


def swap_content(opened: sqlite3.Connection, seq: int) -> None:
    """Swap what was done, by whom, with the next entry: numbers and hashes stay in their places."""
    ours, theirs = read(opened, seq), read(opened, seq + 1)
    for place, other in ((seq, theirs), (seq + 1, ours)):
        sql = "UPDATE entry SET who = ?, action = ?, subject = ?, at = ? WHERE seq = ?"
        opened.execute(sql, [other.who, other.action, other.subject, other.at, place])


CHANGES = {
    **{
        column: change(column, "another")
        for column in COLUMNS
        if column not in ("seq", "completes")
    },
    "completes": change("completes", 1),
    "and rehashed": change_and_rehash,
}
KINDS: dict[str, tuple[str, Tamper]] = {
    "removed": ("removed", remove),
    "removed, the rest renumbered": ("removed", remove_and_renumber),
    **{f"changed {name}": ("changed", tamper) for name, tamper in CHANGES.items()},
    "swapped with the next": ("reordered", swap_next),
    "swapped with one far away": ("reordered", swap_far),
    "content swapped with the next": ("changed", swap_content),
}


def find(folder: Path) -> ChainFinding | None:
    return AuditLog(StoreSettings(data=folder)).verify().finding


def tamper_with(record: Path, tamper: Tamper, seq: int) -> ChainFinding | None:
    """Tamper within a transaction, look, and take it back: the next begins with the whole one."""
    with tampering(record) as opened:
        before = opened.execute("SELECT count(*), max(hash) FROM entry").fetchone()
        backup = sqlite3.connect(":memory:")
        opened.backup(backup)
        try:
            tamper(opened, seq)
            return find(record)
        finally:
            backup.backup(opened)
            backup.close()
            assert opened.execute("SELECT count(*), max(hash) FROM entry").fetchone() == before


@pytest.mark.parametrize("kind", KINDS)
def test_shown_any_one_of_10000_entries_removed_changed_or_reordered_is_found(
    record: Path, kind: str
) -> None:
    assert find(record) is None
    expected, tamper = KINDS[kind]
    for seq in FEW_PLACES if kind in {f"changed {column}" for column in COLUMNS} else PLACES:
        if "next" in kind and seq == N:
            continue
        found = tamper_with(record, tamper, seq)
        assert found is not None, seq
        at_end = seq == N and expected == "removed"
        rewritten = seq == N and kind == "changed and rehashed"
        kinds = {"cut"} if at_end else {"rewritten"} if rewritten else {expected}
        if "far" in kind and seq > N - seq // 2:
            seq = N - seq // 2  # noqa: PLW2901 the first of the two
        assert (found.kind, found.first, found.last) == (*kinds, seq, seq), found.words
        assert f"entry {seq}" in found.words


def test_every_length_of_a_cut_tail_is_found(record: Path) -> None:
    for first in (1, 2, 5_000, N - 1, N):

        def cut(opened: sqlite3.Connection, seq: int) -> None:
            opened.execute("DELETE FROM entry WHERE seq >= ?", [seq])

        found = tamper_with(record, cut, first)
        assert found is not None
        assert (found.kind, found.first, found.last) == ("cut", first, N)


def test_a_cut_tail_with_a_head_of_its_own_needs_a_head_that_was_noted(tmp_path: Path) -> None:
    """Whoever can write both files can cut the end: what was noted elsewhere shows it."""
    fill(tmp_path, 50)
    log = AuditLog(StoreSettings(data=tmp_path))
    noted = log.head()
    assert noted is not None
    with tampering(tmp_path) as opened:
        opened.execute("DELETE FROM entry WHERE seq > 40")
        write_head(tmp_path, read(opened, 40).head)
    assert log.verify().is_whole
    found = log.verify(noted).finding
    assert found is not None
    assert (found.kind, found.first, found.last) == ("cut", 41, 50)


def test_a_record_that_was_written_anew_needs_a_head_that_was_noted(tmp_path: Path) -> None:
    fill(tmp_path, 50)
    log = AuditLog(StoreSettings(data=tmp_path))
    noted = log.head()
    for name in tmp_path.glob("audit*"):
        name.unlink()
    fill(tmp_path, 60, start=datetime(2026, 2, 1))
    assert log.verify().is_whole
    found = log.verify(noted).finding
    assert found is not None
    assert (found.kind, found.first) == ("rewritten", 50)
    log.close()


@pytest.mark.parametrize("text", [None, "", "{", "{}", '{"seq": 1}', '{"seq": -1, "hash": "x"}'])
def test_a_head_that_is_gone_or_no_head_is_noticed(tmp_path: Path, text: str | None) -> None:
    fill(tmp_path, 5)
    path = tmp_path / HEAD_FILE
    path.unlink() if text is None else path.write_text(text)
    log = AuditLog(StoreSettings(data=tmp_path))
    if text is None:
        found = log.verify().finding
        assert found is not None
        assert found.kind == "head"
    else:
        with pytest.raises(Exception, match="head of the audit record cannot be read"):
            log.verify()


def test_a_head_of_an_earlier_time_is_noticed(tmp_path: Path) -> None:
    fill(tmp_path, 5)
    with tampering(tmp_path) as opened:
        write_head(tmp_path, read(opened, 3).head)
    found = find(tmp_path)
    assert found is not None
    assert (found.kind, found.first, found.last) == ("head", 4, 5)
    with tampering(tmp_path) as opened:
        four, five = read(opened, 4), read(opened, 5)
    write_head(tmp_path, four.head)
    assert find(tmp_path) is not None, "the fifth was not announced"
    write_head(tmp_path, four.head, announced=five.head)
    assert find(tmp_path) is None, "one commit behind is what a crash leaves"
    write_head(tmp_path, AuditHead(seq=4, hash="0" * 64))
    assert find(tmp_path) is not None


def add(opened: sqlite3.Connection, last: AuditEntry, action: str, **detail: object) -> AuditEntry:
    """Add an entry with its hash, as the program would."""
    entry = build_entry(
        last.head, Actor(), action, "audit record", at=datetime(2026, 3, 1), outcome="done",
        detail=detail,
    )  # fmt: skip
    opened.execute(INSERT, [getattr(entry, name) for name in COLUMNS])
    return entry


@pytest.mark.parametrize("is_old", [False, True])
def test_entries_removed_by_a_prune_of_ones_own_are_found_and_stay_so(
    tmp_path: Path, is_old: bool
) -> None:
    """Whoever writes the record alone cannot announce: the head file is as it was."""
    fill(tmp_path, 20)
    if is_old:
        forget_next(tmp_path)
    with tampering(tmp_path) as opened:
        cut, last = read(opened, 15), read(opened, 20)
        add(opened, last, PRUNE, up_to=cut.seq, hash=cut.hash)
        opened.execute("DELETE FROM entry WHERE seq <= 15")
    found = find(tmp_path)
    assert found is not None
    assert (found.kind, found.first, found.last) == ("removed", 1, 15)
    log = AuditLog(StoreSettings(data=tmp_path))
    with pytest.raises(AuditError, match="entry 21 is not confirmed by the head"):
        log.append(Actor(), "take", "board")
    assert find(tmp_path) == found
    log.close()


def test_an_entry_that_was_added_at_the_end_is_found_and_not_adopted(tmp_path: Path) -> None:
    fill(tmp_path, 20)
    with tampering(tmp_path) as opened:
        add(opened, read(opened, 20), "publish")
    found = find(tmp_path)
    assert found is not None
    assert (found.kind, found.first, found.last) == ("head", 21, 21)
    log = AuditLog(StoreSettings(data=tmp_path))
    for attempt in (lambda: log.append(Actor(), "take", "board"), log.check):
        with pytest.raises(AuditError, match="entry 21 is not confirmed by the head"):
            attempt()
    assert find(tmp_path) == found
    log.close()


def forget_next(folder: Path) -> None:
    """Make the head file that of an earlier program."""
    path = folder / HEAD_FILE
    stated = json.loads(path.read_text())
    path.write_text(json.dumps({"seq": stated["seq"], "hash": stated["hash"]}))
