"""Tests of reports from the field: what is refused, grades, and the row of the event."""

from datetime import timedelta
from typing import Any

import pytest

from cop.errors import ReportError
from cop.model.report import FieldReport, Grade, ReportEntry
from tests.support.field import NOW, stated_report

pytestmark = pytest.mark.exchange


def build(**changes: Any) -> ReportEntry:
    return ReportEntry.build(stated_report(**changes), now=NOW)


def test_a_report_is_read_in_utc() -> None:
    entry = build(occurred_at="2026-11-24T11:10:00-07:00")
    assert entry.occurred_at == NOW - timedelta(minutes=20)
    assert (entry.unit, build(kind="drone").unit) == ("people", "items")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"id": "1"}, "id: '1'"),
        ({"id": "00000000-0000-1000-8000-000000000000"}, "id: "),
        ({"lon": 181}, "lon: '181'"),
        ({"lat": float("nan")}, "lat: 'nan'"),
        ({"lat": None}, "lat: "),
        ({"accuracy_m": -1}, "accuracy_m: '-1'"),
        ({"kind": "person"}, "kind: 'person'.*use one of crossing"),
        ({"count": 0}, "count: '0'"),
        ({"count": 10_001}, "count: '10001'"),
        ({"occurred_at": "2026-11-24T18:10:00"}, "state the time zone"),
        ({"occurred_at": "2026-11-24T18:41:00Z"}, "lies ahead: check the clock"),
        ({"occurred_at": "2026-10-24T18:00:00Z"}, "more than 30 days back"),
        ({"note": "x" * 501}, "note: "),
        ({"note": "a\x00b"}, "note: "),
        ({"by": "someone"}, "by: 'someone'"),
    ],
)
def test_what_is_not_valid_is_named(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ReportError, match=why):
        build(**changes)


@pytest.mark.parametrize(("source", "information"), [("G", "1"), ("A", "7"), ("", "1"), ("a", "1")])
def test_only_grades_of_the_two_scales_are_taken(source: str, information: str) -> None:
    with pytest.raises(ValueError, match="use one of"):
        Grade(source=source, information=information)


@pytest.mark.parametrize(
    ("grade", "confidence", "written"),
    [
        (None, "low", "unconfirmed"),
        (("A", "1"), "high", "A1"),
        (("B", "2"), "high", "B2"),
        (("C", "3"), "medium", "C3"),
        (("D", "4"), "low", "D4"),
        (("F", "6"), "low", "F6"),
    ],
)
def test_confidence_follows_the_information(
    grade: tuple[str, str] | None, confidence: str, written: str
) -> None:
    given = None if grade is None else Grade(source=grade[0], information=grade[1])
    report = FieldReport(
        entry=build(), sender="local:ana", agency="SO-1", received_at=NOW, grade=given
    )
    row = report.to_row()
    assert (row["confidence"], row["grade"], row["agency"]) == (confidence, written, "SO-1")
    assert (row["occurred_at"], row["reported_at"]) == (
        "2026-11-24T18:10:00Z",
        "2026-11-24T18:30:00Z",
    )
    assert "local:ana" not in str(row)
    assert "wash" not in str(row)
