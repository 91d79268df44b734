"""Alerts in the relational store: what was found and what people did, for each release apart.

What a release admits has a set of alerts of its own, so that no record beyond it changes one.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from cop.errors import AlertError, AlertMissingError
from cop.model.alert import (
    PROGRAM,
    Alert,
    AlertFinding,
    check_outcome,
    check_person,
    check_reason,
)
from cop.model.alert_match import find_same, find_shared, goes_on
from cop.model.alert_set import may_read, name_alert, name_set
from cop.model.filter import Records
from cop.model.marking import highest_marking
from cop.store.room.alert_row import (
    add_alert,
    copy_alert,
    count_rows,
    find_set,
    has_watched,
    list_sets,
    note_watched,
    read_history,
    read_newest,
    read_unset,
)
from cop.store.room.relational import RoomRecords


class Alerts(RoomRecords):
    """The alerts of one warehouse; safe to use from many threads and processes."""

    @property
    def name(self) -> str:
        """The name of the set that these viewers have."""
        return name_set(self._release)

    @property
    def _smallest_count(self) -> int:
        return 1 if self._release is None else self._release.smallest_count

    def has_watched(self, version: str) -> bool:
        """Return whether a version was checked already."""
        with self._store.reading() as connection:
            return has_watched(connection, self.name, version)

    def note(
        self,
        version: str,
        findings: Sequence[AlertFinding],
        *,
        markings: Mapping[str, str] | None = None,
    ) -> tuple[Alert, ...]:
        """Raise or extend alerts by what was found in a version, once; return the new revisions.

        A surge that goes on extends its alert, also from a zone to its sector; one that was closed
        stays closed until it has been quiet for as long as separates two surges. ``markings`` are
        those of the sources now: an alert is marked at least as they are.
        """
        with self._store.writing() as connection:
            if has_watched(connection, self.name, version):
                return ()
            now = self._now()
            if note_watched(connection, self.name, version, now):
                self._take_over(connection)
            self._raise_markings(connection, markings or {})
            stored = {
                records: {alert.id: alert for alert in self._readable(connection, records)}
                for records in {finding.records for finding in findings}
            }
            others = _Others(connection, self.name)
            noted = []
            for finding in findings:
                of_sort = stored[finding.records]
                alert = self._note(others, tuple(of_sort.values()), finding, now)
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
            return self._act(connection, alert, who=person, **seen)

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
            return self._act(connection, alert, who=person, **ended, outcome=chosen, reason=words)

    def list(
        self, records: Records | None = None, *, at: datetime | None = None
    ) -> tuple[Alert, ...]:
        """Return the newest revision of each alert, or the newest at a moment (naive UTC)."""
        with self._store.reading() as connection:
            now = self._readable(connection, records)
            if at is None:
                return self._give(now)
            # What is withheld now is withheld as it was known at any time.
            ids = {alert.id for alert in now}
            found = read_newest(connection, self.name, records, at)
        return self._give(alert for alert in found if alert.id in ids)

    def count_steps(self) -> int:
        """Count every step of every alert: the number grows with each, and never shrinks."""
        with self._store.reading() as connection:
            return count_rows(connection, self.name)

    def get(self, alert_id: str) -> Alert:
        """Return the newest revision of one alert; raise AlertMissingError if there is none."""
        return self.history(alert_id)[-1]

    def history(self, alert_id: str) -> tuple[Alert, ...]:
        """Return every revision of an alert, the oldest first.

        Who may read everything finds those of every set.
        """
        with self._store.reading() as connection:
            return self._give(self._history(connection, alert_id))

    def _give(self, alerts: Iterable[Alert]) -> tuple[Alert, ...]:
        """Return alerts; a partner gets the agency of who took a step, not the person."""
        if self._release is None or self._release.grant is None:
            return tuple(alerts)
        agency = self._release.grant.giver.agency
        return tuple(
            alert.model_copy(
                update={
                    "reason": "",
                    **{
                        name: agency
                        for name in ("who", "acknowledged_by", "closed_by")
                        if getattr(alert, name) not in (None, PROGRAM)
                    },
                }
            )
            for alert in alerts
        )

    def _get(self, connection: Connection, alert_id: str) -> Alert:
        return self._history(connection, alert_id)[-1]

    def _history(self, connection: Connection, alert_id: str) -> tuple[Alert, ...]:
        found = read_history(connection, alert_id)
        own = tuple(alert for alert in found if self.admits(alert.finding.marking))
        is_of_set = self._release is None or find_set(connection, alert_id) == self.name
        # One that has grown into records of a higher marking is gone as a whole.
        if not is_of_set or not own or own[-1] is not found[-1]:
            raise AlertMissingError(
                f"no alert {alert_id[:20]!r} exists; `cop alerts list` lists them"
            )
        return own

    def _readable(self, connection: Connection, records: Records | None) -> tuple[Alert, ...]:
        """Return the newest revision of each alert of the set that may be read now."""
        found = read_newest(connection, self.name, records)
        return tuple(alert for alert in found if self.admits(alert.finding.marking))

    def _note(
        self, others: "_Others", known: Sequence[Alert], finding: AlertFinding, now: datetime
    ) -> Alert | None:
        stored = find_same(known, finding)
        if stored is None:
            return self._raise(others, finding, now)
        if stored.state == "closed" or not goes_on(stored.finding, finding):
            return None
        step = {"step": "extended", "finding": finding, "smallest_count": self._smallest_count}
        return self._add(others.connection, self.name, stored, who=PROGRAM, **step)

    def _raise(self, others: "_Others", finding: AlertFinding, now: datetime) -> Alert | None:
        """Raise an alert, in the state that it has for others who see the same records."""
        same = others.find(finding, self._smallest_count)
        if any(alert.state == "closed" for _, alert in same):
            return None
        raised = Alert(
            id=name_alert(self.name, finding, now),
            revision=1,
            state="open",
            step="raised",
            who=PROGRAM,
            at=now,
            raised_at=now,
            finding=finding,
            smallest_count=self._smallest_count,
        )
        add_alert(others.connection, self.name, raised)
        seen = next((alert.acknowledged_by for _, alert in same if alert.acknowledged_by), None)
        if seen is None:
            return raised
        step = {"state": "acknowledged", "step": "acknowledged", "acknowledged_by": seen}
        return self._add(others.connection, self.name, raised, who=seen, **step)

    def _act(self, connection: Connection, alert: Alert, *, who: str, **changed: Any) -> Alert:
        """Take a person's step, also on the alerts of others who see the same records."""
        name = find_set(connection, alert.id) or self.name
        others = _Others(connection, name)
        for other, same in others.find(alert.finding, alert.smallest_count):
            if same.state == "open" or (same.state != "closed" and changed["state"] == "closed"):
                self._add(connection, other, same, who=who, **changed)
        return self._add(connection, name, alert, who=who, **changed)

    def _take_over(self, connection: Connection) -> None:
        """Copy the alerts from before there were sets, of which these viewers may read all.

        They count every record: where small counts are left out, or what rules of giving do not
        give, none is copied.
        """
        is_partner = self._release is not None and self._release.grant is not None
        if self._smallest_count > 1 or is_partner:
            return
        taken = set[str]()
        for history in read_unset(connection):
            first = history[0]
            alert_id = name_alert(self.name, first.finding, first.raised_at)
            if alert_id in taken or not all(self.admits(one.finding.marking) for one in history):
                continue
            taken.add(alert_id)
            for one in history:
                copy_alert(connection, self.name, one.model_copy(update={"id": alert_id}))

    def _raise_markings(self, connection: Connection, markings: Mapping[str, str]) -> None:
        """Mark alerts as their sources are marked by now: who may not read them loses the alert."""
        for alert in read_newest(connection, self.name):
            found = alert.finding
            own = [markings[source] for source in found.sources if source in markings]
            marking = highest_marking([found.marking, *own])
            if marking != found.marking:
                marked = found.model_copy(update={"marking": marking})
                self._add(connection, self.name, alert, who=PROGRAM, step="marked", finding=marked)

    def _add(
        self, connection: Connection, name: str, alert: Alert, *, who: str, **changed: Any
    ) -> Alert:
        step = {"revision": alert.revision + 1, "who": who, "at": self._now(), **changed}
        return add_alert(connection, name, alert.model_copy(update=step))


class _Others:
    """The alerts of all sets but one, each read once."""

    def __init__(self, connection: Connection, name: str) -> None:
        self.connection, self._name = connection, name
        self._newest: dict[tuple[str, Records], tuple[Alert, ...]] = {}

    def find(
        self, finding: AlertFinding, smallest_count: int | None
    ) -> Sequence[tuple[str, Alert]]:
        """Find the alert of the same surge in each set, if both count the same and may read it.

        Who may read less has another alert, though it may be of the same place: a step on one of
        them is none on the other.
        """
        found = []
        for other in self._sets:
            if may_read(other, finding.marking):
                same = find_shared(self._read(other, finding.records), finding, smallest_count)
                if same is not None and may_read(self._name, same.finding.marking):
                    found.append((other, same))
        return found

    @cached_property
    def _sets(self) -> Sequence[str]:
        return [name for name in list_sets(self.connection) if name != self._name]

    def _read(self, name: str, records: Records) -> tuple[Alert, ...]:
        if (name, records) not in self._newest:
            self._newest[name, records] = read_newest(self.connection, name, records)
        return self._newest[name, records]


def _check_revision(alert: Alert, based_on: int | None) -> None:
    """Refuse a step on a revision that is not the newest; None is any."""
    if based_on is not None and alert.revision != based_on:
        raise AlertError(
            f"alert {alert.id} has changed: it is at revision {alert.revision} ({alert.step} by "
            f"{alert.who}), you saw revision {based_on}. Nothing was done; read it, then decide"
        )
