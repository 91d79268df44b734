"""The audit record in the relational store: who did what, when; rows are only ever added."""

import secrets
from contextlib import closing
from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Column, Connection, DateTime, Integer, String, Table, Text, insert, select

from cop.model.moment import utc_now
from cop.settings import StoreSettings
from cop.store.room.relational import METADATA, RelationalStore

_ID_BYTES: Final = 16
AUDIT = Table(
    "audit",
    METADATA,
    Column("id", String, primary_key=True),
    Column("at", DateTime, nullable=False),
    Column("who", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("action", String, nullable=False),
    Column("version", Integer),
    Column("detail", Text, nullable=False),
)


class AuditStep(BaseModel):
    """A step: by whom (as they named themselves), when (naive UTC), on what, at which version."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    who: str
    subject: str
    action: str
    version: int | None
    detail: str


def note_step(
    settings: StoreSettings,
    *,
    who: str,
    subject: str,
    action: str,
    version: int | None,
    detail: str,
) -> None:
    """Add a step that was taken now."""
    with closing(RelationalStore(settings)) as store, store.writing() as connection:
        add_step(
            connection,
            at=utc_now(),
            who=who,
            subject=subject,
            action=action,
            version=version,
            detail=detail,
        )


def add_step(
    connection: Connection,
    *,
    at: datetime,
    who: str,
    subject: str,
    action: str,
    version: int | None,
    detail: str,
) -> None:
    """Add a step within a transaction: it is written with what it records or not at all."""
    row = {"at": at, "who": who, "subject": subject, "action": action}
    connection.execute(
        insert(AUDIT).values(id=secrets.token_hex(_ID_BYTES), version=version, detail=detail, **row)
    )


def list_steps(settings: StoreSettings, *, subject: str | None = None) -> list[AuditStep]:
    """Return the steps on a subject, or all, the newest first; of one second by their version."""
    requested = (
        select(AUDIT) if subject is None else select(AUDIT).where(AUDIT.c.subject == subject)
    )
    # A step without a version comes last in both kinds of database.
    ordered = requested.order_by(AUDIT.c.at.desc(), AUDIT.c.version.desc().nulls_last(), AUDIT.c.id)
    with closing(RelationalStore(settings)) as store, store.reading() as connection:
        rows = connection.execute(ordered)
        names = AuditStep.model_fields
        return [AuditStep(**{name: getattr(row, name) for name in names}) for row in rows]
