"""Alerts in the relational store: each step is a further revision, and none is ever changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, Connection, DateTime, Integer, String, Table, Text, insert, select
from sqlalchemy.sql.functions import count
from sqlalchemy.sql.functions import max as highest

from cop.errors import AlertError, AlertMissingError
from cop.model.alert import (
    OUTCOMES,
    PROGRAM,
    Alert,
    AlertFinding,
    check_outcome,
    check_person,
    check_reason,
)
from cop.model.alert_match import find_same, goes_on
from cop.model.filter import Records
from cop.model.moment import format_dtg
from cop.store.room.audit import add_step
from cop.store.room.relational import METADATA, RoomRecords, new_id

SUBJECT: Final = "alert"
_ROWS = Table(
    "alert",
    METADATA,
    Column("id", String, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("records", String, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("alert", Text, nullable=False),
)
_WATCHED = Table(
    "alert_watch",
    METADATA,
    Column("version", String, primary_key=True),
    Column("watched_at", DateTime, nullable=False),
)


class Alerts(RoomRecords):
    """The alerts of one warehouse; safe to use from many threads and processes."""

    def has_watched(self, version: str) -> bool:
        """Return whether a version was checked already."""
        with self._store.reading() as connection:
            return _has_watched(connection, version)

    def note(self, version: str, findings: Sequence[AlertFinding]) -> tuple[Alert, ...]:
        """Raise or extend alerts by what was found in a version, once; return the new revisions.

        A surge that goes on extends its alert, also from a zone to its sector; one that was closed
        stays closed until it has been quiet for as long as separates two surges.
        """
        with self._store.writing() as connection:
            if _has_watched(connection, version):
                return ()
            now = self._now()
            connection.execute(insert(_WATCHED).values(version=version, watched_at=now))
            stored = {
                records: {alert.id: alert for alert in _newest(connection, records, None)}
                for records in {finding.records for finding in findings}
            }
            noted = []
            for finding in findings:
                of_sort = stored[finding.records]
                alert = self._note(connection, tuple(of_sort.values()), finding, now)
                if alert is not None:
                    of_sort[alert.id] = alert
                    noted.append(alert)
            return tuple(noted)

    def acknowledge(self, alert_id: str, *, by: str, based_on: int | None = None) -> Alert:
        """Acknowledge an alert by name; raise AlertError if somebody did already.

        Raise it too if the alert is not at the revision ``based_on`` any more.
        """
        person = check_person(by)
        with self._store.writing() as connection:
            alert = self._get(connection, alert_id)
            if alert.state != "open":
                who = alert.closed_by or alert.acknowledged_by
                raise AlertError(f"alert {alert_id} is {alert.state} already, by {who}")
            _check_revision(alert, based_on)
            seen = {"state": "acknowledged", "step": "acknowledged", "acknowledged_by": person}
            return self._add(connection, alert, who=person, **seen)

    def close_alert(
        self, alert_id: str, *, by: str, outcome: str, reason: str, based_on: int | None = None
    ) -> Alert:
        """Close an alert with one of OUTCOMES and a reason; raise AlertError if it is closed.

        Raise it too if the alert is not at the revision ``based_on`` any more.
        """
        person, chosen, words = check_person(by), check_outcome(outcome), check_reason(reason)
        with self._store.writing() as connection:
            alert = self._get(connection, alert_id)
            if alert.state == "closed":
                raise AlertError(f"alert {alert_id} is closed already, by {alert.closed_by}")
            _check_revision(alert, based_on)
            ended = {"state": "closed", "step": "closed", "closed_by": person}
            return self._add(connection, alert, who=person, **ended, outcome=chosen, reason=words)

    def list(
        self, records: Records | None = None, *, at: datetime | None = None
    ) -> tuple[Alert, ...]:
        """Return the newest revision of each alert, or the newest at a moment (naive UTC)."""
        with self._store.reading() as connection:
            found = _newest(connection, records, at)
        return tuple(alert for alert in found if self.admits(alert.finding.marking))

    def count_steps(self) -> int:
        """Count every step of every alert: the number grows with each, and never shrinks."""
        with self._store.reading() as connection:
            return int(connection.execute(select(count()).select_from(_ROWS)).scalar_one())

    def get(self, alert_id: str) -> Alert:
        """Return the newest revision of one alert; raise AlertMissingError if there is none."""
        with self._store.reading() as connection:
            return self._get(connection, alert_id)

    def history(self, alert_id: str) -> tuple[Alert, ...]:
        """Return every revision of an alert, the oldest first."""
        with self._store.reading() as connection:
            return self._history(connection, alert_id)

    def _get(self, connection: Connection, alert_id: str) -> Alert:
        return self._history(connection, alert_id)[-1]

    def _history(self, connection: Connection, alert_id: str) -> tuple[Alert, ...]:
        requested = select(_ROWS.c.alert).where(_ROWS.c.id == alert_id).order_by(_ROWS.c.revision)
        found = tuple(_build(row.alert) for row in connection.execute(requested))
        own = tuple(alert for alert in found if self.admits(alert.finding.marking))
        # One that has grown into records of a higher marking is gone as a whole.
        if not own or own[-1] is not found[-1]:
            raise AlertMissingError(
                f"no alert {alert_id[:20]!r} exists; `cop alerts list` lists them"
            )
        return own

    def _note(
        self, connection: Connection, known: Sequence[Alert], finding: AlertFinding, now: datetime
    ) -> Alert | None:
        stored = find_same(known, finding)
        if stored is None:
            alert = Alert(
                id=new_id(),
                revision=1,
                state="open",
                step="raised",
                who=PROGRAM,
                at=now,
                raised_at=now,
                finding=finding,
            )
            return _insert(connection, alert)
        if stored.state == "closed" or not goes_on(stored.finding, finding):
            return None
        return self._add(connection, stored, who=PROGRAM, step="extended", finding=finding)

    def _add(self, connection: Connection, alert: Alert, *, who: str, **changed: Any) -> Alert:
        step = {"revision": alert.revision + 1, "who": who, "at": self._now(), **changed}
        return _insert(connection, alert.model_copy(update=step))


def _check_revision(alert: Alert, based_on: int | None) -> None:
    """Refuse a step on a revision that is not the newest; None is any."""
    if based_on is not None and alert.revision != based_on:
        raise AlertError(
            f"alert {alert.id} has changed: it is at revision {alert.revision} ({alert.step} by "
            f"{alert.who}), you saw revision {based_on}. Nothing was done; read it, then decide"
        )


def _has_watched(connection: Connection, version: str) -> bool:
    requested = select(_WATCHED.c.version).where(_WATCHED.c.version == version)
    return connection.execute(requested).scalar() is not None


def _newest(
    connection: Connection, records: Records | None, at: datetime | None
) -> tuple[Alert, ...]:
    last = select(_ROWS.c.id, highest(_ROWS.c.revision).label("revision")).group_by(_ROWS.c.id)
    if records is not None:
        last = last.where(_ROWS.c.records == records)
    if at is not None:
        last = last.where(_ROWS.c.at <= at)
    newest = last.subquery()
    is_last = (_ROWS.c.id == newest.c.id) & (_ROWS.c.revision == newest.c.revision)
    rows = connection.execute(select(_ROWS.c.alert).join(newest, is_last).order_by(_ROWS.c.id))
    return tuple(_build(row.alert) for row in rows)


def _build(text: str) -> Alert:
    return Alert.model_validate_json(text)


def _insert(connection: Connection, alert: Alert) -> Alert:
    connection.execute(
        insert(_ROWS).values(
            id=alert.id,
            revision=alert.revision,
            records=alert.finding.records,
            at=alert.at,
            alert=alert.model_dump_json(),
        )
    )
    add_step(
        connection,
        at=alert.at,
        who=alert.who,
        subject=f"{SUBJECT} {alert.id}",
        action=alert.step,
        version=alert.revision,
        detail=_describe(alert),
    )
    return alert


def _describe(alert: Alert) -> str:
    if alert.step == "closed" and alert.outcome is not None:
        return f"{OUTCOMES[alert.outcome]}; {alert.reason}"
    found = alert.finding
    return (
        f"{'SYNTHETIC ' if alert.synthetic else ''}{found.detector} in {found.where} from "
        f"{format_dtg(found.started_at)}: {found.observed} {found.unit}, {found.usual} "
        f"expected, data version {found.version}"
    )
