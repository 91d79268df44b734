"""Sessions of people who are signed in, in the relational store: by the digest of their token."""

from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Column, DateTime, LargeBinary, String, Table, delete, insert, select, update

from cop.store.room.relational import METADATA, RoomRecords

_KEPT: Final = timedelta(days=1)
"""How long a session that is over is kept: none lasts longer."""
_ROWS: Final = Table(
    "session",
    METADATA,
    Column("token_digest", LargeBinary, primary_key=True),
    Column("viewer", String, nullable=False),
    Column("origin", String, nullable=False),
    Column("name", String, nullable=False),
    Column("agency", String, nullable=False),
    Column("roles", String, nullable=False),
    Column("highest", String, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("used_at", DateTime, nullable=False),
    Column("ends_at", DateTime, nullable=False),
    Column("revoked_at", DateTime),
)


class StoredSession(BaseModel):
    """A session: whose, how they signed in, with what rights, and when; times are naive UTC.

    The rights of a local account are looked up anew; those stated here are of the sign-in.
    """

    model_config = ConfigDict(frozen=True)

    viewer: str
    origin: str
    name: str
    agency: str
    roles: frozenset[str]
    highest: str
    created_at: datetime
    used_at: datetime
    ends_at: datetime
    revoked_at: datetime | None = None


class Sessions(RoomRecords):
    """The sessions of one room; safe to use from many threads and processes."""

    def add(self, token_digest: bytes, session: StoredSession) -> None:
        """Store a new session, and drop those that are long over."""
        row = {**dict(session), "roles": ",".join(sorted(session.roles))}
        with self._store.writing() as connection:
            connection.execute(delete(_ROWS).where(_ROWS.c.ends_at <= self._now() - _KEPT))
            connection.execute(insert(_ROWS).values(token_digest=token_digest, **row))

    def find(self, token_digest: bytes) -> StoredSession | None:
        """Return the session of a token, also one that is over; None if there is none."""
        with self._store.reading() as connection:
            row = connection.execute(
                select(_ROWS).where(_ROWS.c.token_digest == token_digest)
            ).one_or_none()
        if row is None:
            return None
        stored: dict[str, Any] = {**row._mapping}
        return StoredSession(**{**stored, "roles": frozenset(stored["roles"].split(","))})

    def note_use(self, token_digest: bytes) -> None:
        """Record that a session was used now."""
        self._change(_ROWS.c.token_digest == token_digest, used_at=self._now())

    def revoke(self, token_digest: bytes) -> bool:
        """End a session; return False if none was open."""
        return self._end(_ROWS.c.token_digest == token_digest) > 0

    def renew(
        self,
        token_digest: bytes,
        *,
        name: str,
        agency: str,
        roles: frozenset[str],
        highest: str,
        ends_at: datetime,
    ) -> None:
        """Change the rights and the end of a session."""
        stated = {"name": name, "agency": agency, "highest": highest, "ends_at": ends_at}
        self._change(_ROWS.c.token_digest == token_digest, roles=",".join(sorted(roles)), **stated)

    def revoke_origin(self, origin: str) -> int:
        """End every session of people who are known that way; return how many were open."""
        return self._end(_ROWS.c.origin == origin)

    def revoke_all(self, viewer: str) -> int:
        """End every session of a viewer; return how many were open."""
        return self._end(_ROWS.c.viewer == viewer)

    def _end(self, of: Any) -> int:
        now = self._now()
        is_open = _ROWS.c.revoked_at.is_(None) & (_ROWS.c.ends_at > now)
        return self._change(of & is_open, revoked_at=now)

    def _change(self, of: Any, **values: Any) -> int:
        with self._store.writing() as connection:
            return connection.execute(update(_ROWS).where(of).values(values)).rowcount
