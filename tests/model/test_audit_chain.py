"""Chains in memory: where a fault is placed, and what a part of a record proves."""

from dataclasses import replace

import pytest

from cop.model.audit import (
    NO_HASH,
    PRUNE,
    Actor,
    AuditEntry,
    AuditHead,
    NotedHead,
    build_entry,
)
from cop.model.audit_chain import ChainReport, check_chain, may_follow
from tests.support.audit import START, build_entries

pytestmark = pytest.mark.access

ENTRIES = [*build_entries(10, AuditHead(seq=0, hash=NO_HASH))]
HEAD = ENTRIES[-1].head


def check(
    entries: list[AuditEntry], *, head: AuditHead | NotedHead | None = None, **options: object
) -> ChainReport:
    noted = NotedHead(last=head) if isinstance(head, AuditHead) else head
    return check_chain(lambda: entries, head=noted, **options)  # type: ignore[arg-type]


def test_a_whole_chain() -> None:
    report = check(ENTRIES, head=HEAD)
    assert report.is_whole
    assert (report.n, report.head) == (10, HEAD)
    assert check([]).is_whole
    before, other = ENTRIES[8].head, replace(HEAD, hash=NO_HASH)
    assert check(ENTRIES, head=NotedHead(last=before, announced=HEAD)).is_whole, "after a crash"
    assert check(ENTRIES, head=NotedHead(last=before, is_old=True)).is_whole, "an earlier program"
    assert check(ENTRIES, head=NotedHead(last=HEAD, announced=other)).is_whole, "before the commit"
    assert check(ENTRIES, head=NotedHead(last=ENTRIES[2].head, announced=HEAD)).is_whole, "several"


def test_an_entry_that_was_not_announced_is_none_of_the_record() -> None:
    before = ENTRIES[8].head
    for announced in (None, replace(HEAD, hash=NO_HASH), before):
        head = NotedHead(last=before, announced=announced)
        finding = check(ENTRIES, head=head).finding
        assert finding is not None
        assert (finding.kind, finding.first, finding.last) == ("head", 10, 10)
        assert may_follow(ENTRIES[-1], head) == finding


def test_a_head_that_was_noted_is_compared_wherever_it_is() -> None:
    for entry in ENTRIES:
        assert check(ENTRIES, head=HEAD, stated=entry.head).is_whole
        finding = check(ENTRIES, head=HEAD, stated=replace(entry.head, hash=NO_HASH)).finding
        assert finding is not None
        assert (finding.kind, finding.first) == ("rewritten", entry.seq)


def test_a_file_out_of_order_or_with_an_entry_twice() -> None:
    moved = [*ENTRIES[:3], ENTRIES[4], ENTRIES[3], *ENTRIES[5:]]
    twice = [*ENTRIES[:4], ENTRIES[3], *ENTRIES[4:]]
    for entries, place in ((moved, 4), (twice, 5)):
        finding = check(entries, is_part=True).finding
        assert finding is not None
        assert (finding.kind, finding.first) == ("reordered", place)


def test_a_part_proves_what_is_in_it() -> None:
    part = ENTRIES[3:7]
    report = check(part, is_part=True)
    assert report.is_whole
    assert report.begins == ENTRIES[2].head
    assert check(part, is_part=True, stated=part[-1].head).is_whole
    finding = check(part[:-1], is_part=True, stated=part[-1].head).finding
    assert finding is not None
    assert (finding.kind, finding.first) == ("cut", 7)
    finding = check(part, head=part[-1].head).finding
    assert finding is not None
    assert (finding.kind, finding.first, finding.last) == ("removed", 1, 3)


def test_what_was_pruned_needs_the_entry_that_says_so() -> None:
    gone = ENTRIES[2].head
    for stated, is_whole in ((gone, True), (replace(gone, hash=NO_HASH), False)):
        detail = {"up_to": stated.seq, "hash": stated.hash}
        prune = build_entry(
            HEAD, Actor(), PRUNE, "audit record", at=START, outcome="done", detail=detail
        )
        report = check([*ENTRIES[3:], prune], head=prune.head)
        assert report.is_whole is is_whole
        earlier = check([*ENTRIES[3:], prune], head=prune.head, stated=ENTRIES[0].head).finding
        assert earlier is not None
        assert is_whole is ("cannot be compared" in earlier.words)


def test_a_prune_that_was_not_announced_is_no_anchor() -> None:
    gone = ENTRIES[2].head
    prune = build_entry(
        HEAD, Actor(), PRUNE, "audit record", at=START, outcome="done",
        detail={"up_to": gone.seq, "hash": gone.hash},
    )  # fmt: skip
    left = [*ENTRIES[3:], prune]
    assert check(left, head=NotedHead(last=HEAD, announced=prune.head)).is_whole
    for head in (NotedHead(last=HEAD), NotedHead(last=HEAD, is_old=True)):
        finding = check(left, head=head).finding
        assert finding is not None
        assert (finding.kind, finding.first, finding.last) == ("removed", 1, 3)
        assert may_follow(prune, head) is not None


def test_a_detail_of_another_kind_is_no_anchor() -> None:
    for detail in ({"up_to": [3], "hash": ["x"]}, {"up_to": None}, {}):
        prune = build_entry(
            HEAD, Actor(), PRUNE, "audit record", at=START, outcome="done", detail=detail
        )
        assert not check([*ENTRIES[3:], prune], head=prune.head).is_whole


def test_what_may_follow() -> None:
    last = ENTRIES[-1]
    assert may_follow(last, NotedHead(last=HEAD)) is None
    assert may_follow(None, None) is None
    assert may_follow(last, NotedHead(last=ENTRIES[-2].head, announced=HEAD)) is None
    for entry, head, kind in (
        (last, None, "head"),
        (last, ENTRIES[-2].head, "head"),
        (last, ENTRIES[-3].head, "head"),
        (ENTRIES[-2], HEAD, "cut"),
        (None, HEAD, "cut"),
        (replace(last, who="x"), HEAD, "changed"),
        (last, replace(HEAD, hash=NO_HASH), "rewritten"),
    ):
        finding = may_follow(entry, head and NotedHead(last=head))
        assert finding is not None
        assert finding.kind == kind
