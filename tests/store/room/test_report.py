"""Tests of stored reports: each once, and what became of it."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from cop.errors import ReportError
from cop.model.report import Grade, ReportEntry
from cop.settings import StoreSettings
from cop.store.room.report import FieldReports
from tests.support.field import NOW, report_id, stated_report

pytestmark = pytest.mark.exchange
B2 = Grade(source="B", information="2")


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def reports(either: StoreSettings) -> Iterator[FieldReports]:
    with closing(FieldReports(either, now=Clock())) as opened:
        yield opened


def entry(n: int = 0, **changes: object) -> ReportEntry:
    return ReportEntry.build(stated_report(n, **changes), now=NOW)


def test_a_report_counts_once(reports: FieldReports) -> None:
    first = reports.receive(entry(), sender="local:ana", agency="SO-1")
    assert first.received_at == NOW + timedelta(minutes=1)
    assert reports.receive(entry(), sender="local:ana", agency="SO-1") == first
    assert reports.list() == (first,)
    for sender, other in (("local:bo", entry()), ("local:ana", entry(count=3))):
        with pytest.raises(ReportError, match="sent before with another content"):
            reports.receive(other, sender=sender, agency="SO-1")


def test_a_photo_is_stored_for_a_report_that_has_none(reports: FieldReports) -> None:
    stored: list[str] = []

    def receive(n: int, sender: str = "local:ana", **changes: object) -> str | None:
        def store() -> str:
            stored.append("ab"[len(stored)] * 64)
            return stored[-1]

        return reports.receive(
            entry(n, **changes), sender=sender, agency="SO-1", store_photo=store
        ).photo

    assert (receive(1), receive(1)) == ("a" * 64, "a" * 64)
    reports.receive(entry(2), sender="local:ana", agency="SO-1")
    for sender, changes in (("local:bo", {}), ("local:ana", {"count": 3})):
        with pytest.raises(ReportError, match="sent before"):
            receive(2, sender, **changes)
    assert stored == ["a" * 64]
    assert receive(2) == reports.get(report_id(2)).photo == "b" * 64


def test_everybody_has_their_own(reports: FieldReports) -> None:
    for n, sender in enumerate(("local:ana", "local:bo", "local:ana")):
        reports.receive(entry(n), sender=sender, agency="SO-1")
    assert [r.entry.id for r in reports.list(sender="local:ana")] == [report_id(2), report_id(0)]
    assert len(reports.list(since=NOW + timedelta(minutes=3))) == 1


def test_a_grade_a_use_and_what_was_before_are_stored(reports: FieldReports) -> None:
    before = reports.receive(
        entry(), sender="local:ana", agency="SO-1", store_photo=lambda: "a" * 64
    )
    assert (before.state, before.is_answered) == ("unconfirmed", False)
    graded = reports.grade(report_id(), B2, by="Cai")
    assert (graded.state, graded.grade, graded.graded_by) == ("graded", B2, "Cai")
    reports.note_use((report_id(), report_id(9)), "Brief of Santa Cruz, AZ")
    reports.note_use((report_id(),), "Brief of Santa Cruz, AZ")
    assert [use.title for use in reports.get(report_id()).uses] == ["Brief of Santa Cruz, AZ"]
    assert reports.get(report_id()).photo == "a" * 64
    reports.restore(before)
    assert reports.get(report_id()) == before


def test_leaving_out_needs_a_reason(reports: FieldReports) -> None:
    reports.receive(entry(), sender="local:ana", agency="SO-1")
    with pytest.raises(ReportError, match="say why"):
        reports.grade(report_id(), None, by="Cai", reason="  ")
    left = reports.grade(report_id(), None, by="Cai", reason=" a training  exercise ")
    assert (left.state, left.reason, left.is_answered) == ("left out", "a training exercise", True)


def test_what_there_is_not_is_said(reports: FieldReports) -> None:
    assert reports.find("x") is None
    for act in (
        lambda: reports.get("x"),
        lambda: reports.grade("x", B2, by="Cai"),
        lambda: reports.note_published("x", 1),
    ):
        with pytest.raises(ReportError, match="no report 'x'"):
            act()
