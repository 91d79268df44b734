"""Reports from the field in the relational store: each once, and what became of it."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Integer,
    Row,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)

from cop.errors import ReportError
from cop.model.report import FieldReport, Grade, ReportEntry, ReportUse
from cop.store.room.relational import METADATA, RoomRecords

_ROWS: Final = Table(
    "field_report",
    METADATA,
    Column("id", String, primary_key=True),
    Column("entry", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("received_at", DateTime, nullable=False),
    Column("photo", String),
    Column("version", Integer),
    Column("grade", String),
    Column("graded_at", DateTime),
    Column("graded_by", String),
    Column("reason", Text, nullable=False),
    Column("marking", Text),
    Column("uses", Text, nullable=False),
)
_MOST_REASON: Final = 300


class FieldReports(RoomRecords):
    """The reports of one warehouse; safe to use from many threads and processes."""

    def receive(
        self,
        entry: ReportEntry,
        *,
        sender: str,
        agency: str,
        store_photo: Callable[[], str] | None = None,
    ) -> FieldReport:
        """Store a report and return it; one that came before is returned as it is.

        ``store_photo`` returns the sha256 of the photo that it stores: it is called for a report
        that has none yet, and for no other. Raise ReportError if somebody else has sent another
        one of that id.
        """
        with self._store.writing() as connection:
            stored = _find(connection, entry.id)
            if stored is not None and (stored.sender != sender or stored.entry != entry):
                raise ReportError(f"report {entry.id} was sent before with another content")
            if stored is not None and (stored.photo is not None or store_photo is None):
                return stored
            photo = None if store_photo is None else store_photo()
            if stored is not None:
                return _write(connection, stored, photo=photo)
            report = FieldReport(
                entry=entry, sender=sender, agency=agency, received_at=self._now(), photo=photo
            )
            connection.execute(insert(_ROWS).values(_to_row(report)))
        return report

    def note_published(self, report_id: str, version: int) -> FieldReport:
        """Store the version that has a report as an event, or the one that has it no longer."""
        with self._store.writing() as connection:
            stored = _get(connection, report_id)
            # Its event carries its marking from now on.
            marking = stored.marking if stored.state == "left out" else None
            return _write(connection, stored, version=version, marking=marking)

    def grade(
        self,
        report_id: str,
        grade: Grade | None,
        *,
        by: str,
        reason: str = "",
        marking: str | None = None,
    ) -> FieldReport:
        """Store how far a report is to be believed, None leaves it out for a reason.

        ``marking`` is that of its event; where there is none, what is stored stays. Raise
        ReportError if there is no such report, or no reason.
        """
        stated = " ".join(reason.split())[:_MOST_REASON]
        if grade is None and not stated:
            raise ReportError("say why the report is left out: its reporter reads it")
        changes = {} if marking is None else {"marking": marking}
        return self._change(
            report_id, grade=grade, graded_at=self._now(), graded_by=by, reason=stated, **changes
        )

    def restore(self, report: FieldReport) -> None:
        """Store a report as it was before a change that could not be finished."""
        self._change(report.entry.id, **dict(report))

    def note_use(self, report_ids: tuple[str, ...], title: str) -> None:
        """Store that reports were used in a brief or a Picture."""
        use = ReportUse(title=title, at=self._now())
        for report_id in report_ids:
            found = self.find(report_id)
            if found is not None and title not in {each.title for each in found.uses}:
                self._change(report_id, uses=(*found.uses, use))

    def find(self, report_id: str) -> FieldReport | None:
        """Return a report; None if there is none of that id."""
        with self._store.reading() as connection:
            return _find(connection, report_id)

    def get(self, report_id: str) -> FieldReport:
        """Return a report; raise ReportError if there is none of that id."""
        with self._store.reading() as connection:
            return _get(connection, report_id)

    def list(
        self, *, sender: str | None = None, since: datetime | None = None
    ) -> tuple[FieldReport, ...]:
        """Return reports, the newest first: of everyone, or of one sender; since a moment."""
        asked = select(_ROWS).order_by(_ROWS.c.received_at.desc(), _ROWS.c.id)
        if sender is not None:
            asked = asked.where(_ROWS.c.sender == sender)
        if since is not None:
            asked = asked.where(_ROWS.c.received_at >= since)
        with self._store.reading() as connection:
            return tuple(_to_report(row) for row in connection.execute(asked).all())

    def _change(self, report_id: str, **changes: Any) -> FieldReport:
        with self._store.writing() as connection:
            return _write(connection, _get(connection, report_id), **changes)


def _get(connection: Connection, report_id: str) -> FieldReport:
    found = _find(connection, report_id)
    if found is None:
        raise ReportError(f"no report {report_id[:40]!r}")
    return found


def _find(connection: Connection, report_id: str) -> FieldReport | None:
    row = connection.execute(select(_ROWS).where(_ROWS.c.id == report_id)).one_or_none()
    return None if row is None else _to_report(row)


def _write(connection: Connection, stored: FieldReport, **changes: Any) -> FieldReport:
    report = stored.model_copy(update=changes)
    own = _ROWS.c.id == stored.entry.id
    connection.execute(update(_ROWS).where(own).values(_to_row(report)))
    return report


def _to_row(report: FieldReport) -> dict[str, Any]:
    stated = report.model_dump(exclude={"entry", "grade", "uses"})
    return {
        **stated,
        "id": report.entry.id,
        "entry": json.dumps(
            report.entry.model_dump(mode="json") | {"occurred_at": _stated(report.entry)}
        ),
        "grade": None if report.grade is None else report.grade.code,
        "uses": json.dumps([use.model_dump(mode="json") for use in report.uses]),
    }


def _stated(entry: ReportEntry) -> str:
    return f"{entry.occurred_at:%Y-%m-%dT%H:%M:%S}Z"


def _to_report(row: Row[Any]) -> FieldReport:
    stated = {**row._mapping}
    stated.pop("id")
    grade = stated.pop("grade")
    return FieldReport(
        entry=ReportEntry.model_validate_json(stated.pop("entry")),
        grade=None if grade is None else Grade(source=grade[0], information=grade[1]),
        uses=tuple(ReportUse.model_validate(use) for use in json.loads(stated.pop("uses"))),
        **stated,
    )
