"""Decisions on impact levels: rows are only ever added, each with its step in the audit record."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
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
    func,
    insert,
)
from sqlalchemy import select as choose

from cop.errors import ImpactError
from cop.model.filter import Records
from cop.model.impact import Agreement, Decision, Proposal, Step, name_level
from cop.model.impact_rule import UNKNOWN, RuleBook
from cop.model.moment import format_dtg
from cop.store.room.audit import add_step
from cop.store.room.relational import METADATA, RoomRecords

_ROWS = Table(
    "impact",
    METADATA,
    Column("records", String, primary_key=True),
    Column("segment_id", String, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("step", String, nullable=False),
    Column("level", String),
    Column("proposed", String, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", String, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("until", DateTime),
    Column("version", Integer, nullable=False),
    Column("marking", String),
    Column("sources", Text),
    Column("unread", Text),
)
"""``sources`` are those that a decision rests on, ``unread`` the names of those in force that its
person might not read. Rows from before there were these have none."""

_NAME_LENGTH: Final = 16
UNMARKED: Final = "TLP:AMBER+STRICT"
"""The marking of decisions from before they had one: the highest that a whole room may read."""


class Decisions(RoomRecords):
    """The decisions of one warehouse; those on real and on synthetic records are kept apart."""

    def agree(
        self,
        agreement: Agreement,
        proposals: Mapping[str, Proposal],
        rules: RuleBook,
        *,
        records: Records,
        version: int,
        marking: str,
        sources: Iterable[str] | None = None,
    ) -> tuple[Decision, ...]:
        """Agree on what is proposed for segments, or change it; all of them or none.

        ``proposals`` are those of the segments by id; ``version``, ``marking`` and ``sources`` are
        those of the data that they rest on.
        Raise ImpactError if a segment is unknown or was decided by another since, if its level is
        unknown and none is given, or if the expiry is past or too far.
        """

        def decide(segment_id: str, now: datetime) -> tuple[Step, str, datetime]:
            proposed = proposals[segment_id].level
            level = proposed if agreement.level is None else agreement.level
            if level == UNKNOWN:
                raise ImpactError(
                    f"segment {segment_id}: nobody observed it, so there is no proposal to "
                    "agree on; choose a level"
                )
            until = _expiry(segment_id, level, agreement.until, now, rules)
            return ("agreed" if level == proposed else "changed"), level, until

        return self._take(
            agreement, proposals, decide, records=records, version=version, marking=marking,
            sources=sources,
        )  # fmt: skip

    def clear(
        self,
        agreement: Agreement,
        proposals: Mapping[str, Proposal],
        *,
        records: Records,
        version: int,
        marking: str,
        sources: Iterable[str] | None = None,
    ) -> tuple[Decision, ...]:
        """End decisions before their time, so that the proposals apply again; all or none.

        Raise ImpactError if one of the segments has no decision in force.
        """

        def decide(_segment_id: str, _now: datetime) -> tuple[Step, None, None]:
            return "cleared", None, None

        return self._take(
            agreement, proposals, decide, records=records, version=version, marking=marking,
            sources=sources,
        )  # fmt: skip

    def list(self, records: Records, at: datetime | None = None) -> dict[str, Decision]:
        """Return the newest decision on each segment by its id, those that have ended too.

        ``at`` is the moment (naive UTC) after which decisions are left out, now without one. One in
        force is not replaced by a newer one of a person who might not read it.
        """
        moment = at or self._now()
        requested = choose(_ROWS).where(_ROWS.c.records == records, _ROWS.c.at <= moment)
        ordered = requested.order_by(_ROWS.c.revision, _ROWS.c.segment_id)
        with self._store.reading() as connection:
            rows = connection.execute(ordered).all()
        return self._settle(rows, moment)

    def history(self, records: Records, segment_id: str) -> tuple[Decision, ...]:
        """Return every decision on a segment, the newest first."""
        requested = choose(_ROWS).where(
            _ROWS.c.records == records, _ROWS.c.segment_id == segment_id
        )
        with self._store.reading() as connection:
            rows = connection.execute(requested.order_by(_ROWS.c.revision)).all()
        return tuple(decision for _, decision in self._number(rows))[::-1]

    def mark(self) -> str:
        """Name what there is now: another name where a decision was taken or has ended since."""
        valid = func.count().filter(_ROWS.c.until > self._now())
        basis = (_ROWS.c.marking, _ROWS.c.sources, _ROWS.c.version)
        requested = choose(*basis, func.count().label("n"), valid.label("valid")).group_by(*basis)
        with self._store.reading() as connection:
            own = [row for row in connection.execute(requested) if self._admits(row)]
        return f"{sum(row.n for row in own)}-{sum(row.valid for row in own)}"

    def _admits(self, row: Row[Any]) -> bool:
        if self._release is None:
            return True
        sources = None if row.sources is None else json.loads(row.sources)
        return self.admits(row.marking or UNMARKED) and self._may_count(sources, row.version)

    def _settle(self, rows: Iterable[Row[Any]], moment: datetime) -> dict[str, Decision]:
        """Return of each segment the decision that counts for these viewers."""
        found: dict[str, tuple[Row[Any], Decision]] = {}
        for row, decision in self._number(rows):
            stored, before = found.get(row.segment_id, (row, decision))
            if not before.is_valid(moment) or _name(stored) not in _unread(row):
                found[row.segment_id] = row, decision
        return {segment_id: decision for segment_id, (_, decision) in found.items()}

    def _list_unread(self, rows: Iterable[Row[Any]], now: datetime) -> Sequence[str]:
        withheld = (row for row in rows if not self._admits(row))
        return [_name(row) for row in withheld if _build(row).is_valid(now)]

    def _number(self, rows: Iterable[Row[Any]]) -> Iterator[tuple[Row[Any], Decision]]:
        """Yield the decisions that these viewers may read, in their order and numbered anew.

        One that is withheld neither takes the place of an earlier one nor leaves a gap.
        """
        counts = Counter[str]()
        for row in rows:
            if self._admits(row):
                counts[row.segment_id] += 1
                yield row, replace(_build(row), revision=counts[row.segment_id])

    def _take(
        self,
        agreement: Agreement,
        proposals: Mapping[str, Proposal],
        decide: Callable[[str, datetime], tuple[Step, str | None, datetime | None]],
        *,
        records: Records,
        version: int,
        marking: str,
        sources: Iterable[str] | None,
    ) -> tuple[Decision, ...]:
        rests_on = None if sources is None else json.dumps(sorted(sources))
        segments: Sequence[str] = tuple(dict.fromkeys(agreement.segments))
        for segment_id in segments:
            if segment_id not in proposals:
                raise ImpactError(
                    f"segment {segment_id!r} is not of this region: "
                    "`cop impact list` names its segments"
                )
        with self._store.writing() as connection:
            now, taken = self._now(), []
            for segment_id in segments:
                rows = _list_rows(connection, records, segment_id)
                before = self._settle(rows, now).get(segment_id)
                _check_revision(segment_id, before, agreement.based_on.get(segment_id))
                step, level, until = decide(segment_id, now)
                if step == "cleared" and (before is None or not before.is_valid(now)):
                    raise ImpactError(
                        f"segment {segment_id}: no decision is in force, its level is the proposal"
                    )
                proposal = proposals[segment_id]
                decision = Decision(
                    records=records,
                    segment_id=segment_id,
                    revision=rows[-1].revision + 1 if rows else 1,
                    step=step,
                    level=level,
                    proposed=proposal.level,
                    evidence="; ".join(proposal.reason_lines),
                    reason=agreement.reason,
                    by=agreement.by,
                    at=now,
                    until=until,
                    version=version,
                    marking=marking,
                )
                basis = {"sources": rests_on, "unread": json.dumps(self._list_unread(rows, now))}
                connection.execute(insert(_ROWS).values(vars(decision) | basis))
                _note(connection, decision)
                taken.append(decision)
            return tuple(taken)


def _expiry(
    segment_id: str, level: str, until: datetime | None, now: datetime, rules: RuleBook
) -> datetime:
    """Return when a decision ends; every one does."""
    if until is None:
        return now + rules.lasts(level)
    if until <= now:
        raise ImpactError(
            f"segment {segment_id}: until {format_dtg(until)} is past; choose a later expiry"
        )
    last = now + rules.longest(level)
    if until > last:
        raise ImpactError(
            f"segment {segment_id}: {name_level(level)} until {format_dtg(until)} is longer than "
            f"the {rules.longest(level).total_seconds() / 3600:g} h that the rules allow; end it "
            f"by {format_dtg(last)}, and agree again then"
        )
    return until


def _check_revision(segment_id: str, before: Decision | None, based_on: int | None) -> None:
    stored = 0 if before is None else before.revision
    if based_on is None or based_on == stored:
        return
    who = "" if before is None else f" ({before.line})"
    raise ImpactError(
        f"segment {segment_id}: revision {stored} came before yours, which is based on revision "
        f"{based_on}{who}; review it, then decide again"
    )


def _list_rows(connection: Connection, records: Records, segment_id: str) -> Sequence[Row[Any]]:
    requested = choose(_ROWS).where(_ROWS.c.records == records, _ROWS.c.segment_id == segment_id)
    return connection.execute(requested.order_by(_ROWS.c.revision)).all()


def _note(connection: Connection, decision: Decision) -> None:
    sort = "SYNTHETIC " if decision.records == "synthetic" else ""
    add_step(
        connection,
        at=decision.at,
        who=decision.by,
        subject=f"impact {decision.segment_id}",
        action=decision.step,
        version=decision.version,
        detail=f"{sort}revision {decision.revision}: {decision.line}",
    )


def _build(row: Row[Any]) -> Decision:
    stored = {field.name: getattr(row, field.name) for field in fields(Decision)}
    return Decision(**stored | {"marking": row.marking or UNMARKED})


def _unread(row: Row[Any]) -> Collection[str]:
    return () if row.unread is None else json.loads(row.unread)


def _name(row: Row[Any]) -> str:
    """Name a decision on a segment: its number changes where two rooms are put together.

    What decides who may read it is in the name, so that one that is read never has that of another.
    """
    parts = (row.at, row.by, row.marking, row.sources, row.version)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:_NAME_LENGTH]
