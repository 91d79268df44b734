"""Reports from the field become events: at once, unconfirmed until somebody grades them."""

import json
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from cop.errors import PaceError, ReportError
from cop.ingest.feed import Feed, take_batch
from cop.ingest.personal.cell import is_personal_cell
from cop.ingest.profile.file import read_profile
from cop.ingest.profile.kind import EventProfile
from cop.model.filter import Filter
from cop.model.marking import highest_marking
from cop.model.release import Release
from cop.model.report import FIELD_SOURCE, FieldReport, Grade, ReportEntry
from cop.query.service import QueryService
from cop.query.table import list_source_ids
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.event_merge import withdraw_events
from cop.store.dataset.marking import Marked, find_markings
from cop.store.dataset.schema import EVENTS
from cop.store.room.report import FieldReports
from cop.store.warehouse import Warehouse

MOST_IN_AN_HOUR: Final = 60
_HOUR: Final = timedelta(hours=1)
_UNKNOWN_MARKING: Final = "TLP:AMBER"
"""What a report counts as where nobody knows what its event was marked."""
_NO_TOKEN: Final = "0" * 64


def check_note(entry: ReportEntry) -> None:
    """Raise ReportError if a note holds what belongs to one person."""
    if is_personal_cell(entry.note):
        raise ReportError(
            "note: it holds a number or an address that belongs to one person: leave it out; the "
            "picture counts events, it identifies nobody"
        )


def list_readable(service: QueryService) -> tuple[FieldReport, ...]:
    """Return the reports that the viewers of a service may read, the newest first.

    A report is read by those who may read its event; one that has no event by those who may read
    its source and what its event was marked when it was left out. For whom small counts are left
    out, or events by rules, it is not there: nobody can say whether they might have that event.
    """
    warehouse = service.warehouse
    reports = warehouse.room.reports.list()
    if service.release is None:
        return reports
    ids: frozenset[str] = frozenset()
    if FIELD_SOURCE in service.snapshot.event_sources:
        view = service.view(Filter(sources=(FIELD_SOURCE,)))
        ids = frozenset(list_source_ids(service, view, FIELD_SOURCE))
    return tuple(
        report
        for report in reports
        if report.entry.id in ids or _may_read_without_event(service, service.release, report)
    )


def _may_read_without_event(service: QueryService, release: Release, report: FieldReport) -> bool:
    has_event = report.state != "left out" and report.version is not None
    if has_event or release.smallest_count > 1 or release.grant is not None:
        return False
    known = service.warehouse.snapshot.sources.get(FIELD_SOURCE)
    if known is None:
        return False
    own = report.marking or _UNKNOWN_MARKING
    return release.admits(highest_marking((known.source.marking, own)))


def check_pace(reports: FieldReports, sender: str, *, now: datetime) -> None:
    """Raise PaceError if somebody has sent more within an hour than a person can."""
    recent = reports.list(sender=sender, since=now - _HOUR)
    if len(recent) >= MOST_IN_AN_HOUR:
        free_at = recent[MOST_IN_AN_HOUR - 1].received_at + _HOUR
        raise refuse_pace(ceil((free_at - now).total_seconds()))


def refuse_pace(wait_s: int) -> PaceError:
    """Return why a report is not taken now, and for how many seconds it should wait."""
    fault = PaceError(
        f"{MOST_IN_AN_HOUR} reports came within an hour: wait, or send them as a file (page Upload)"
    )
    fault.wait_s = max(1, wait_s)
    return fault


def publish_report(warehouse: Warehouse, reports: FieldReports, report: FieldReport) -> FieldReport:
    """Publish a report as an event, unless it is there already; return it with its version."""
    if report.version is not None:
        return report
    return reports.note_published(report.entry.id, _publish(warehouse, report))


def grade_report(
    warehouse: Warehouse,
    reports: FieldReports,
    report_id: str,
    grade: Grade | None,
    *,
    by: str,
    reason: str = "",
) -> FieldReport:
    """Grade a report, and let its event follow; None takes it off the picture for a reason.

    Raise ReportError if there is no such report, or no reason.
    """
    before = reports.get(report_id)
    try:
        if grade is None:
            version = _leave_out(warehouse, reports, report_id, by=by, reason=reason)
        else:
            version = _publish(warehouse, reports.grade(report_id, grade, by=by, reason=reason))
    except BaseException:
        reports.restore(before)
        raise
    return reports.note_published(report_id, version)


def _leave_out(
    warehouse: Warehouse, reports: FieldReports, report_id: str, *, by: str, reason: str
) -> int:
    """Withdraw the event of a report, whose marking stays with it; return the version without."""
    with open_transaction(warehouse.settings) as transaction:
        found = find_markings(transaction, Marked(EVENTS, FIELD_SOURCE, report_id))
        marking = highest_marking(found) if found else None
        # Stored first: after a kill in between the report is no easier to read than its event.
        reports.grade(report_id, None, by=by, reason=reason, marking=marking)
        withdraw_events(transaction, FIELD_SOURCE, [report_id])
        return transaction.commit(f"report {report_id} left out")


def _publish(warehouse: Warehouse, report: FieldReport) -> int:
    """Publish a report as it is now; return the version that has it."""
    content = json.dumps([report.to_row()]).encode()
    done = take_batch(warehouse.settings, _read_feed(), content)
    if done.rejected:
        raise ReportError(f"the report is refused: {done.problems[0]}")
    warehouse.refresh()
    # Nothing is published where it is there already, as after a kill.
    return warehouse.snapshot.version if done.version is None else done.version


def _read_feed() -> Feed:
    mapping = read_profile(FIELD_SOURCE)
    if not isinstance(mapping, EventProfile):
        raise ReportError(f"profile {FIELD_SOURCE} is not of events: reinstall the program")
    return Feed(name="field", token_sha256=_NO_TOKEN, profile=FIELD_SOURCE, mapping=mapping)
