"""Searching the audit record: entries by who, action, subject, outcome and time."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cop.model.audit import AuditEntry
from cop.store.audit.record import AuditRecord
from cop.store.audit.schema import TABLE

MOST_FOUND = 1_000


@dataclass(frozen=True, kw_only=True)
class AuditQuery:
    """What is looked for; ``who`` is part of an id or a name, ``subject`` part of one.

    Times are naive UTC, ``since`` included and ``before`` not. Unless ``outcome`` asks for them,
    beginnings of acts that ended are left out: their end is found.
    """

    who: str = ""
    action: str = ""
    subject: str = ""
    outcome: str = ""
    since: datetime | None = None
    before: datetime | None = None
    limit: int = MOST_FOUND


def search_entries(file: AuditRecord, query: AuditQuery) -> tuple[AuditEntry, ...]:
    """Return the entries that fit, newest first."""
    where, values = _build_where(query, file.find_text)
    return tuple(file.read(where, values, newest=query.limit))


def read_between(
    file: AuditRecord, since: datetime | None, before: datetime | None
) -> Iterator[AuditEntry]:
    """Read without a gap from the first entry since a moment to the last one before another."""
    parts, values = ["true"], []
    if since is not None:
        parts.append(f"seq >= (SELECT min(seq) FROM {TABLE} WHERE at >= ?)")
        values.append(_to_text(since))
    if before is not None:
        parts.append(f"seq <= (SELECT max(seq) FROM {TABLE} WHERE at < ?)")
        values.append(_to_text(before))
    return file.read(f"WHERE {' AND '.join(parts)}", values)


def read_actions(file: AuditRecord, actions: Collection[str]) -> Iterator[AuditEntry]:
    """Read the entries of some actions, in the order in which they were made."""
    marks = ", ".join("?" * len(actions))
    return file.read(f"WHERE action IN ({marks})", [*actions])


def read_first(file: AuditRecord) -> AuditEntry | None:
    """Return the oldest entry; None where nothing is recorded."""
    first = f"WHERE seq = (SELECT min(seq) FROM {TABLE})"
    return next(iter([*file.read(first)]), None)


def list_actions(file: AuditRecord) -> tuple[str, ...]:
    """Return the actions of the newest entries, by name."""
    return tuple(sorted({entry.action for entry in file.read(newest=MOST_FOUND)}))


def _build_where(query: AuditQuery, find: str) -> tuple[str, list[Any]]:
    parts: list[str] = []
    values: list[Any] = []
    if query.who:
        parts.append(f"({find}(lower(who), lower(?)) > 0 OR {find}(lower(name), lower(?)) > 0)")
        values += [query.who] * 2
    if query.subject:
        parts.append(f"{find}(lower(subject), lower(?)) > 0")
        values.append(query.subject)
    for name, value in (("action", query.action), ("outcome", query.outcome)):
        if value:
            parts.append(f"{name} = ?")
            values.append(value)
    if not query.outcome:
        parts.append(
            f"(outcome <> 'begun' OR seq NOT IN (SELECT completes FROM {TABLE} "
            "WHERE completes IS NOT NULL))"
        )
    for sign, moment in ((">=", query.since), ("<", query.before)):
        if moment is not None:
            parts.append(f"at {sign} ?")
            values.append(_to_text(moment))
    return f"WHERE {' AND '.join(parts)}", values


def _to_text(moment: datetime) -> str:
    return f"{moment.isoformat(timespec='microseconds')}Z"
