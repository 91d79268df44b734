"""Tests of reports that become events: at once, once, and as graded."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cop.errors import PaceError, ReportError, StoreError
from cop.exchange import field_report as publishing
from cop.exchange.field_report import (
    check_note,
    check_pace,
    grade_report,
    list_readable,
    publish_report,
)
from cop.ingest.marking import change_marking
from cop.model.giving import Giver, GivingRules, Grant
from cop.model.moment import format_instant, utc_now
from cop.model.release import Release
from cop.model.report import FIELD_SOURCE, FieldReport, Grade, ReportEntry
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.event_merge import withdraw_events
from tests.support.field import report_id, stated_report
from tests.support.partner import Office, open_office

pytestmark = pytest.mark.exchange
AMBER_STRICT = "TLP:AMBER+STRICT"


def make_grant() -> Grant:
    rules = GivingRules(parts=("events",), highest="TLP:AMBER")
    return Grant(code="SO-1", rules=rules, hop_limit=1, giver=Giver(agency="JTF", secret=b"x" * 32))


@pytest.fixture
def office(bare_warehouse: Path, tmp_path: Path) -> Iterator[Office]:
    office = open_office(bare_warehouse, tmp_path, "JTF")
    yield office
    office.close()


def receive(office: Office, n: int = 0) -> FieldReport:
    stated = stated_report(n, occurred_at=format_instant(utc_now()))
    entry = ReportEntry.build(stated, now=utc_now())
    return office.room.reports.receive(entry, sender="local:ana", agency="SO-1")


def publish(office: Office, n: int = 0) -> FieldReport:
    report = publish_report(office.warehouse, office.room.reports, receive(office, n))
    office.warehouse.refresh()
    return report


def events(office: Office) -> list[tuple[object, ...]]:
    office.warehouse.refresh()
    rows = office.rows("source_id", "kind", "count", "detection", "confidence", "attributes")
    return [(*row[:5], json.loads(row[5])["grade"]) for row in rows]


def test_a_report_is_one_unconfirmed_event(office: Office) -> None:
    report = publish(office)
    assert report.version == office.warehouse.snapshot.version
    assert events(office) == [(report_id(), "rescue", 2, "partner", "low", "unconfirmed")]
    assert publish_report(office.warehouse, office.room.reports, report) is report
    # After a kill between the event and its note the report is published again, as the same.
    waiting = report.model_copy(update={"version": None})
    again = publish_report(office.warehouse, office.room.reports, waiting)
    assert again.version == report.version
    assert len(events(office)) == 1
    ((marking, county),) = office.rows("marking", "county")
    assert (marking, county) == ("TLP:AMBER", "Santa Cruz, AZ")


def test_a_grade_changes_the_event(office: Office) -> None:
    publish(office)
    publish(office, 1)
    grade = Grade(source="B", information="2")
    grade_report(office.warehouse, office.room.reports, report_id(), grade, by="Cai")
    found = {row[0]: row[4:] for row in events(office)}
    assert found == {report_id(): ("high", "B2"), report_id(1): ("low", "unconfirmed")}
    grade_report(office.warehouse, office.room.reports, report_id(), grade, by="Cai")
    assert len(events(office)) == 2


def test_what_is_left_out_is_off_the_picture_and_may_come_back(office: Office) -> None:
    publish(office)
    publish(office, 1)
    left = grade_report(
        office.warehouse, office.room.reports, report_id(), None, by="Cai", reason="an exercise"
    )
    assert left.state == "left out"
    assert [row[0] for row in events(office)] == [report_id(1)]
    grade = Grade(source="C", information="3")
    grade_report(office.warehouse, office.room.reports, report_id(), grade, by="Cai")
    assert {row[0]: row[5] for row in events(office)}[report_id()] == "C3"


def test_a_grade_that_cannot_be_published_is_not_stored(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(office)
    before = office.room.reports.get(report_id())

    def fail(*_: object, **__: object) -> None:
        raise StoreError("no space is left")

    monkeypatch.setattr(publishing, "take_batch", fail)
    with pytest.raises(StoreError, match="no space"):
        grade_report(
            office.warehouse,
            office.room.reports,
            report_id(),
            Grade(source="A", information="1"),
            by="Cai",
        )
    assert office.room.reports.get(report_id()) == before


def test_a_report_is_read_by_who_may_read_its_event(office: Office) -> None:
    publish(office)
    publish(office, 1)
    office.warehouse.refresh()

    def read(agency: str, highest: str) -> set[str]:
        service = office.service.released_to(Release(agency=agency, highest=highest))
        return {report.entry.id for report in list_readable(service)}

    both = {report_id(), report_id(1)}
    assert {report.entry.id for report in list_readable(office.service)} == both
    assert (read("SO-1", "TLP:AMBER"), read("SO-1", "TLP:GREEN")) == (both, set())
    change_marking(
        office.settings, FIELD_SOURCE, "TLP:AMBER//REL TO JTF", record=report_id(1), by="Cai"
    )
    office.warehouse.refresh()
    assert (read("SO-1", "TLP:AMBER"), read("JTF", "TLP:AMBER")) == ({report_id()}, both)
    grade_report(
        office.warehouse, office.room.reports, report_id(), None, by="Cai", reason="an exercise"
    )
    assert (read("SO-1", "TLP:AMBER"), read("SO-1", "TLP:GREEN")) == ({report_id()}, set())


def leave_out(office: Office, n: int = 0) -> FieldReport:
    left = grade_report(
        office.warehouse, office.room.reports, report_id(n), None, by="Cai", reason="an exercise"
    )
    office.warehouse.refresh()
    return left


def readers(office: Office, *releases: Release) -> list[bool]:
    """Who may read the first report."""
    office.warehouse.refresh()
    return [
        report_id() in {one.entry.id for one in list_readable(office.service.released_to(release))}
        for release in releases
    ]


def test_what_is_left_out_is_read_by_no_more_than_its_event_was(office: Office) -> None:
    publish(office)
    publish(office, 1)
    strict, named = (Release(agency="SO-1", highest=label) for label in (AMBER_STRICT, "TLP:RED"))
    change_marking(office.settings, FIELD_SOURCE, "TLP:RED", record=report_id(), by="Cai")
    assert readers(office, strict, named) == [False, True]
    assert leave_out(office).marking == "TLP:RED"
    assert readers(office, strict, named) == [False, True]
    # Its event is gone by then, and no longer says what it was marked.
    assert leave_out(office).marking == "TLP:RED"
    grade = Grade(source="C", information="3")
    back = grade_report(office.warehouse, office.room.reports, report_id(), grade, by="Cai")
    assert readers(office, strict, named) == [False, True]
    assert back.marking is None
    # Whoever lowers it then is not overruled by the next grade.
    change_marking(
        office.settings, FIELD_SOURCE, "TLP:AMBER", record=report_id(), by="Cai", reason="agreed"
    )
    grade_report(office.warehouse, office.room.reports, report_id(), grade, by="Cai")
    assert readers(office, strict, named) == [True, True]


def test_what_is_left_out_follows_its_source_when_that_is_raised(office: Office) -> None:
    publish(office)
    publish(office, 1)
    strict, amber = (Release(agency="SO-1", highest=label) for label in (AMBER_STRICT, "TLP:AMBER"))
    leave_out(office)
    assert readers(office, strict, amber) == [True, True]
    change_marking(office.settings, FIELD_SOURCE, AMBER_STRICT, by="Cai")
    assert readers(office, strict, amber) == [True, False]


def test_what_is_left_out_without_a_known_marking_is_amber_at_least(office: Office) -> None:
    publish(office)
    change_marking(office.settings, FIELD_SOURCE, "TLP:CLEAR", by="Cai", reason="an exercise")
    amber, green = (Release(agency="SO-1", highest=label) for label in ("TLP:AMBER", "TLP:GREEN"))
    assert readers(office, amber, green) == [True, True]
    receive(office, 1)
    with open_transaction(office.settings) as transaction:
        withdraw_events(transaction, FIELD_SOURCE, [report_id()])
        transaction.commit("taken out")
    assert leave_out(office).marking is None
    assert readers(office, amber, green) == [True, False]


def test_what_is_left_out_is_not_listed_where_small_counts_or_rules_hold(office: Office) -> None:
    for n in range(3):
        publish(office, n)
    few, given, all_of_it = (
        Release(agency="SO-1", smallest_count=3),
        Release(agency="SO-1", grant=make_grant()),
        Release(agency="SO-1"),
    )
    assert readers(office, few, all_of_it) == [True, True]
    leave_out(office)
    assert readers(office, few, given, all_of_it) == [False, False, True]


def test_a_report_that_cannot_be_left_out_stays_as_it_was(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(office)
    before = office.room.reports.get(report_id())

    def fail(*_: object, **__: object) -> None:
        raise StoreError("no space is left")

    monkeypatch.setattr(publishing, "withdraw_events", fail)
    with pytest.raises(StoreError, match="no space"):
        leave_out(office)
    assert office.room.reports.get(report_id()) == before
    with pytest.raises(ReportError, match="say why"):
        grade_report(office.warehouse, office.room.reports, report_id(), None, by="Cai")
    assert [row[0] for row in events(office)] == [report_id()]


def test_more_than_a_person_can_report_waits(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "MOST_IN_AN_HOUR", 2)
    for n in range(2):
        check_pace(office.room.reports, "local:ana", now=utc_now())
        receive(office, n)
    with pytest.raises(PaceError, match="2 reports came within an hour") as refused:
        check_pace(office.room.reports, "local:ana", now=utc_now())
    assert 3_500 < refused.value.wait_s <= 3_600
    check_pace(office.room.reports, "local:bo", now=utc_now())
    check_pace(office.room.reports, "local:ana", now=utc_now() + timedelta(hours=2))


@pytest.mark.parametrize("note", ["call 520-555-0142", "mail ana@example.org"])
def test_a_note_with_what_belongs_to_a_person_is_refused(note: str) -> None:
    entry = ReportEntry.build(
        stated_report(occurred_at=format_instant(utc_now()), note=note), now=utc_now()
    )
    with pytest.raises(ReportError, match="belongs to one person: leave it out"):
        check_note(entry)


def test_a_plain_note_is_taken() -> None:
    check_note(
        ReportEntry.build(stated_report(occurred_at=format_instant(utc_now())), now=utc_now())
    )
