"""Tokens of programs in the relational store: whose each is and until when, by its digest."""

from datetime import date, datetime, timedelta
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    Column,
    Date,
    DateTime,
    LargeBinary,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)

from cop.store.room.relational import METADATA, RoomRecords

OwnerKind = Literal["account", "partner"]
_LISTED: Final = timedelta(days=366)
"""How long a token that has expired is listed."""
_ROWS: Final = Table(
    "access_token",
    METADATA,
    Column("token_digest", LargeBinary, primary_key=True),
    Column("id", String, nullable=False),
    Column("owner_kind", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("title", String, nullable=False),
    Column("made_by", String, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("ends_at", DateTime, nullable=False),
    Column("used_on", Date),
    Column("revoked_at", DateTime),
)
_SHOWN: Final = tuple(column for column in _ROWS.c if column.name != "token_digest")


class TokenOwner(BaseModel):
    """Whose a token is: the login of a local account, or the code of a partner."""

    model_config = ConfigDict(frozen=True)

    kind: OwnerKind
    name: str


class StoredToken(BaseModel):
    """What is known of a token; moments are naive UTC. ``used_on`` is the last day of a use."""

    model_config = ConfigDict(frozen=True)

    id: str
    owner_kind: OwnerKind
    owner: str
    title: str
    made_by: str
    made_at: datetime
    ends_at: datetime
    used_on: date | None = None
    revoked_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Return whether it is neither revoked nor expired."""
        return self.revoked_at is None and self.ends_at > now


class AccessTokens(RoomRecords):
    """The tokens of one room; safe to use from many threads and processes."""

    def add(self, token_digest: bytes, token: StoredToken) -> None:
        """Store a new token, and drop those that expired long ago."""
        with self._store.writing() as connection:
            connection.execute(delete(_ROWS).where(_ROWS.c.ends_at <= self._now() - _LISTED))
            connection.execute(insert(_ROWS).values(token_digest=token_digest, **dict(token)))

    def find(self, token_digest: bytes) -> StoredToken | None:
        """Return the token of a digest, also one that is over; None if there is none."""
        with self._store.reading() as connection:
            row = connection.execute(
                select(*_SHOWN).where(_ROWS.c.token_digest == token_digest)
            ).one_or_none()
        return None if row is None else StoredToken(**row._mapping)

    def list(self, kind: OwnerKind, owner: str | None = None) -> tuple[StoredToken, ...]:
        """Return the tokens of an owner, or of all of that kind, by owner and the newest first."""
        asked = select(*_SHOWN).where(_ROWS.c.owner_kind == kind)
        if owner is not None:
            asked = asked.where(_ROWS.c.owner == owner)
        with self._store.reading() as connection:
            rows = connection.execute(
                asked.order_by(_ROWS.c.owner, _ROWS.c.made_at.desc(), _ROWS.c.id)
            ).all()
        return tuple(StoredToken(**row._mapping) for row in rows)

    def note_use(self, token_id: str, day: date) -> None:
        """Record that a token was used on a day."""
        with self._store.writing() as connection:
            connection.execute(update(_ROWS).where(_ROWS.c.id == token_id).values(used_on=day))

    def revoke(self, token_id: str) -> None:
        """End a token for good; one that is revoked stays as it is."""
        self._end(_ROWS.c.id == token_id)

    def revoke_all(self, owner: TokenOwner) -> int:
        """End every token of an owner for good; return how many were open."""
        return self._end((_ROWS.c.owner_kind == owner.kind) & (_ROWS.c.owner == owner.name))

    def _end(self, of: object) -> int:
        now = self._now()
        open_ones = (_ROWS.c.revoked_at.is_(None)) & (_ROWS.c.ends_at > now)
        with self._store.writing() as connection:
            ended = update(_ROWS).where(of, open_ones).values(revoked_at=now)  # type: ignore[arg-type]
            return connection.execute(ended).rowcount
