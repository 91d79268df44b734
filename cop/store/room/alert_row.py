"""The tables of alerts: each step is a further row of a set, and none is ever changed."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Integer,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    or_,
    select,
)

from cop.model.alert import OUTCOMES, Alert
from cop.model.alert_set import WHOLE
from cop.model.filter import Records
from cop.model.moment import format_dtg
from cop.store.room.audit import add_step
from cop.store.room.relational import METADATA

SUBJECT: Final = "alert"
_ROWS: Final = Table(
    "alert",
    METADATA,
    Column("id", String, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("records", String, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("alert", Text, nullable=False),
    Column("of", String),
)
"""``of`` is the name of a set; rows from before there were sets have none and are of WHOLE."""
_WATCHED: Final = Table(
    "alert_watch",
    METADATA,
    Column("version", String, primary_key=True),
    Column("watched_at", DateTime, nullable=False),
)


def has_watched(connection: Connection, name: str, version: str) -> bool:
    """Return whether a version was checked for a set."""
    requested = select(_WATCHED.c.version).where(_WATCHED.c.version == _watched(name, version))
    return connection.execute(requested).scalar() is not None


def note_watched(connection: Connection, name: str, version: str, now: datetime) -> bool:
    """Note that a version was checked for a set; return whether it is the set's first.

    Of the set of a release only the last is remembered.
    """
    is_first = False
    if name != WHOLE:
        earlier = _WATCHED.c.version.endswith(_watched(name, ""), autoescape=True)
        is_first = connection.execute(delete(_WATCHED).where(earlier)).rowcount == 0
    row = {"version": _watched(name, version), "watched_at": now}
    connection.execute(insert(_WATCHED).values(row))
    return is_first


def list_sets(connection: Connection) -> list[str]:
    """Return the names of the sets that have alerts."""
    requested = select(func.coalesce(_ROWS.c.of, WHOLE)).distinct()
    return sorted(name for (name,) in connection.execute(requested))


def find_set(connection: Connection, alert_id: str) -> str | None:
    """Return the name of the set that an alert is of; None if there is no such alert."""
    requested = select(func.coalesce(_ROWS.c.of, WHOLE)).where(_ROWS.c.id == alert_id)
    found: str | None = connection.execute(requested.limit(1)).scalar()
    return found


def read_newest(
    connection: Connection,
    name: str,
    records: Records | None = None,
    at: datetime | None = None,
) -> tuple[Alert, ...]:
    """Return the newest revision of each alert of a set, or the newest at a moment."""
    last = select(_ROWS.c.id, func.max(_ROWS.c.revision).label("revision")).where(_is_of(name))
    if records is not None:
        last = last.where(_ROWS.c.records == records)
    if at is not None:
        last = last.where(_ROWS.c.at <= at)
    newest = last.group_by(_ROWS.c.id).subquery()
    is_last = (_ROWS.c.id == newest.c.id) & (_ROWS.c.revision == newest.c.revision)
    rows = connection.execute(select(_ROWS.c.alert).join(newest, is_last).order_by(_ROWS.c.id))
    return tuple(_build(row.alert) for row in rows)


def read_history(connection: Connection, alert_id: str) -> tuple[Alert, ...]:
    """Return every revision of an alert of any set, the oldest first."""
    requested = select(_ROWS.c.alert).where(_ROWS.c.id == alert_id).order_by(_ROWS.c.revision)
    return tuple(_build(row.alert) for row in connection.execute(requested))


def read_unset(connection: Connection) -> Iterator[tuple[Alert, ...]]:
    """Yield the revisions of each alert that were stored before there were sets."""
    requested = select(_ROWS.c.alert).where(_ROWS.c.of.is_(None))
    rows = connection.execute(requested.order_by(_ROWS.c.id, _ROWS.c.revision)).all()
    for _, steps in groupby((_build(row.alert) for row in rows), key=lambda alert: alert.id):
        yield tuple(steps)


def count_rows(connection: Connection, name: str) -> int:
    """Count every step of every alert of a set."""
    requested = select(func.count()).select_from(_ROWS).where(_is_of(name))
    return int(connection.execute(requested).scalar_one())


def add_alert(connection: Connection, name: str, alert: Alert) -> Alert:
    """Add a revision to a set, and its step to the audit record."""
    copy_alert(connection, name, alert)
    add_step(
        connection,
        at=alert.at,
        who=alert.who,
        subject=f"{SUBJECT} {alert.id}",
        action=alert.step,
        version=alert.revision,
        detail=_describe(name, alert),
    )
    return alert


def copy_alert(connection: Connection, name: str, alert: Alert) -> None:
    """Add a revision to a set that is another's step already."""
    row: dict[str, Any] = {
        "id": alert.id,
        "revision": alert.revision,
        "records": alert.finding.records,
        "at": alert.at,
        "alert": alert.model_dump_json(),
        "of": name,
    }
    connection.execute(insert(_ROWS).values(row))


def _watched(name: str, version: str) -> str:
    return version if name == WHOLE else f"{version} for {name}"


def _is_of(name: str) -> ColumnElement[bool]:
    own = _ROWS.c.of == name
    return or_(own, _ROWS.c.of.is_(None)) if name == WHOLE else own


def _build(text: str) -> Alert:
    return Alert.model_validate_json(text)


def _describe(name: str, alert: Alert) -> str:
    readers = "" if name == WHOLE else f", as {name} has it"
    if alert.step == "closed" and alert.outcome is not None:
        return f"{OUTCOMES[alert.outcome]}; {alert.reason}{readers}"
    found = alert.finding
    return (
        f"{'SYNTHETIC ' if alert.synthetic else ''}{found.detector} in {found.where} from "
        f"{format_dtg(found.started_at)}: {found.observed} {found.unit}, {found.usual} "
        f"expected, data version {found.version}{readers}"
    )
