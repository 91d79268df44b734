"""Records that soon expire, for all servers of a room: by the digest of a key, which is secret."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Literal

from sqlalchemy import Column, DateTime, LargeBinary, String, Table, delete, func, insert, select
from sqlalchemy import update as change

from cop.store.room.relational import METADATA, RoomRecords

ExpiringKind = Literal["request", "sign-in", "grant"]
"""Signed requests that were seen, sign-ins that began, and what a provider granted to a session."""
_ROWS: Final = Table(
    "expiring",
    METADATA,
    Column("kind", String, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("ends_at", DateTime, nullable=False),
)


class ExpiringRecords(RoomRecords):
    """The expiring records of one room; safe to use from many threads and processes."""

    def add(
        self,
        kind: ExpiringKind,
        digest: bytes,
        content: bytes = b"",
        *,
        lasts: timedelta,
        most: int | None = None,
    ) -> bool:
        """Store a record; return False if there is one of that digest.

        Of more than ``most`` of its kind those that end first are dropped.
        """
        now, is_kind = self._now(), _ROWS.c.kind == kind
        row = {"kind": kind, "digest": digest, "content": content, "ends_at": now + lasts}
        with self._store.writing() as connection:
            connection.execute(delete(_ROWS).where(_ROWS.c.ends_at <= now))
            known = select(_ROWS.c.kind).where(is_kind, _ROWS.c.digest == digest)
            if connection.execute(known).first() is not None:
                return False
            counted = select(func.count()).select_from(_ROWS).where(is_kind)
            if most is not None and connection.execute(counted).scalar_one() >= most:
                first = select(_ROWS.c.digest).where(is_kind).order_by(_ROWS.c.ends_at).limit(1)
                oldest = connection.execute(first).scalar_one()
                connection.execute(delete(_ROWS).where(is_kind, _ROWS.c.digest == oldest))
            connection.execute(insert(_ROWS).values(row))
        return True

    def take(self, kind: ExpiringKind, digest: bytes) -> bytes | None:
        """Remove a record and return its content; None if there is none, or it is over."""
        row = (_ROWS.c.kind == kind) & (_ROWS.c.digest == digest)
        with self._store.writing() as connection:
            lasting = select(_ROWS.c.content).where(row, _ROWS.c.ends_at > self._now())
            content = connection.execute(lasting).scalar()
            connection.execute(delete(_ROWS).where(row))
        return None if content is None else bytes(content)

    def replace(self, kind: ExpiringKind, digest: bytes, content: bytes) -> bool:
        """Change the content of a record; return False if there is none."""
        row = (_ROWS.c.kind == kind) & (_ROWS.c.digest == digest)
        with self._store.writing() as connection:
            return connection.execute(change(_ROWS).where(row).values(content=content)).rowcount > 0

    def list(self, kind: ExpiringKind) -> Mapping[bytes, bytes]:
        """Return the contents of that kind that are not over, by their digests."""
        lasting = (_ROWS.c.kind == kind) & (_ROWS.c.ends_at > self._now())
        found = select(_ROWS.c.digest, _ROWS.c.content).where(lasting)
        with self._store.reading() as connection:
            return {bytes(digest): bytes(content) for digest, content in connection.execute(found)}


def digest_key(*parts: str) -> bytes:
    """Return the digest of a key of several parts."""
    return hashlib.sha256("\n".join(parts).encode(errors="replace")).digest()
