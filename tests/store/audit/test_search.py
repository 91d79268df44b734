"""Searching the audit record."""

from datetime import datetime, timedelta

import pytest

from cop.access.audit.log import AuditLog
from cop.model.audit import Actor
from cop.settings import StoreSettings
from cop.store.audit.record import AuditRecord
from cop.store.audit.search import AuditQuery, list_actions, read_between, search_entries
from tests.support.audit import ACTIONS, START, fill_record

pytestmark = pytest.mark.access


@pytest.fixture
def file(either: StoreSettings) -> AuditRecord:
    return fill_record(either, 200)


def test_each_part_of_a_query_narrows(file: AuditRecord) -> None:
    assert [entry.seq for entry in search_entries(file, AuditQuery())] == [*range(200, 0, -1)]
    for query, fits in (
        (AuditQuery(who="LOCAL:p3"), lambda e: e.who == "local:p3"),
        (AuditQuery(who="son 3"), lambda e: e.name == "Person 3"),
        (AuditQuery(action="take"), lambda e: e.action == "take"),
        (AuditQuery(subject="LAYER 1"), lambda e: "layer 1" in e.subject),
        (AuditQuery(outcome="refused"), lambda e: e.outcome == "refused"),
        (AuditQuery(since=START + timedelta(minutes=150)), lambda e: e.seq > 150),
        (AuditQuery(before=START + timedelta(minutes=150)), lambda e: e.seq <= 150),
    ):
        found = search_entries(file, query)
        assert found
        assert [*found] == [entry for entry in reversed([*file.read()]) if fits(entry)]
    assert len(search_entries(file, AuditQuery(limit=7))) == 7
    for nothing in ("100%", "_", "' OR 1=1 --"):
        assert search_entries(file, AuditQuery(who=nothing)) == ()
    assert list_actions(file) == tuple(sorted(ACTIONS))


def test_a_range_has_no_gap_where_the_clock_went_back(either: StoreSettings) -> None:
    times = iter([START + timedelta(hours=hour) for hour in (1, 2, 0, 3, 4)])
    log = AuditLog(either, now=lambda: next(times))
    for n in range(5):
        log.append(Actor(), "take", str(n))

    def seqs(since: datetime | None, before: datetime | None) -> list[int]:
        return [entry.seq for entry in read_between(log.file, since, before)]

    assert seqs(None, None) == [1, 2, 3, 4, 5]
    assert seqs(START + timedelta(hours=2), None) == [2, 3, 4, 5]
    assert seqs(None, START + timedelta(hours=1)) == [1, 2, 3]
    assert seqs(START + timedelta(hours=9), None) == []
    assert seqs(None, START) == []
    log.close()


def test_a_beginning_is_found_where_the_act_has_no_end(either: StoreSettings) -> None:
    log = AuditLog(either)
    with log.recorded(Actor(), "take", "board"):
        pass
    log.append(Actor(), "publish", "layer a", outcome="begun")
    found = log.search(AuditQuery())
    assert [(entry.action, entry.outcome) for entry in found] == [
        ("publish", "begun"),
        ("take", "done"),
    ]
    assert len(log.search(AuditQuery(outcome="begun"))) == 2
    log.close()
