"""The outbox of a TAK server: what it has, and what is still to be sent; it survives a kill."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    DateTime,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from cop.store.room.relational import METADATA, RoomRecords
from cop.store.room.statement import WIDE

_ROWS: Final = Table(
    "tak_message",
    METADATA,
    Column("receiver", String, primary_key=True),
    Column("uid", String, primary_key=True),
    Column("number", WIDE, nullable=False),
    Column("digest", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("stale", DateTime, nullable=False),
    Column("due", Boolean, nullable=False),
    Column("tried", Boolean, nullable=False),
    Column("gone", Boolean, nullable=False),
)
_IS_ROW: Final = (_ROWS.c.receiver == bindparam("of")) & (_ROWS.c.uid == bindparam("id"))


@dataclass(frozen=True, kw_only=True)
class StagedMessage:
    """A message as it should be at the server; ``digest`` changes whenever its content does.

    ``stale`` (naive UTC) is when the server and its clients drop it by themselves.
    """

    uid: str
    digest: str
    body: str
    stale: datetime


@dataclass(frozen=True, kw_only=True)
class DueMessage:
    """A message to send; ``number`` orders them, ``gone`` withdraws the record."""

    uid: str
    number: int
    body: str
    gone: bool


@dataclass(frozen=True, kw_only=True)
class OutboxCounts:
    """How many records a server has for sure, and how many messages are still to be sent."""

    confirmed: int
    due: int
    withdrawals: int


class TakOutbox(RoomRecords):
    """The outboxes of one warehouse; safe to use from many threads and processes.

    A row is due from when it is staged until the server is known to have it. It is marked as tried
    before it is sent, so that what may be out there is known after a kill.
    """

    def stored(self, receiver: str) -> Mapping[str, tuple[str, datetime]]:
        """Return digest and stale of each record that a server has or is to get, by uid.

        Those that are withdrawn are left out.
        """
        found = select(_ROWS.c.uid, _ROWS.c.digest, _ROWS.c.stale).where(
            _ROWS.c.receiver == receiver, ~_ROWS.c.gone
        )
        with self._store.reading() as connection:
            return {uid: (digest, stale) for uid, digest, stale in connection.execute(found)}

    def stage(
        self,
        receiver: str,
        changed: Sequence[StagedMessage],
        missing: Collection[str],
        *,
        above: int,
        now: datetime,
    ) -> None:
        """Let ``changed`` be sent, and ``missing`` be withdrawn, with numbers ``above`` one.

        What was never tried, and what is stale, is forgotten instead: nobody has it.
        """
        with self._store.writing() as connection:
            # Of rows that were confirmed and removed the sender alone knows the number.
            number = max(self._last(connection), above) + 1
            # Stale records are gone everywhere by themselves, withdrawn or not.
            is_stale = (_ROWS.c.receiver == receiver) & (_ROWS.c.stale <= now)
            connection.execute(delete(_ROWS).where(is_stale))
            for start in range(0, len(changed), _PAGE):
                page = changed[start : start + _PAGE]
                self._replace(connection, receiver, page, number + start)
            number += len(changed)
            self._withdraw(connection, receiver, sorted(missing), number)

    def due(self, receiver: str, *, after: int, most: int) -> tuple[DueMessage, ...]:
        """Return the next messages to send after a number, in order."""
        found = (
            select(_ROWS.c.uid, _ROWS.c.number, _ROWS.c.body, _ROWS.c.gone)
            .where(_ROWS.c.receiver == receiver, _ROWS.c.due, _ROWS.c.number > after)
            .order_by(_ROWS.c.number)
            .limit(most)
        )
        with self._store.reading() as connection:
            rows = connection.execute(found).all()
        return tuple(DueMessage(**row._mapping) for row in rows)

    def note_tried(self, receiver: str, messages: Iterable[DueMessage]) -> None:
        """Note that messages are about to be sent."""
        if keys := _keys(receiver, messages):
            with self._store.writing() as connection:
                connection.execute(update(_ROWS).where(_IS_ROW).values(tried=True), keys)

    def confirm(self, receiver: str, messages: Iterable[DueMessage]) -> None:
        """Note that a server has messages; of a record that changed since, the newer one is due."""
        keys = _keys(receiver, messages)
        same = _IS_ROW & (_ROWS.c.number == bindparam("of_number"))
        if not keys:
            return
        with self._store.writing() as connection:
            connection.execute(delete(_ROWS).where(same, _ROWS.c.gone), keys)
            connection.execute(update(_ROWS).where(same).values(due=False, body=""), keys)

    def resend(self, receiver: str) -> int:
        """Forget what a server has, so that all is sent again; return of how many records."""
        with self._store.writing() as connection:
            found = connection.execute(
                update(_ROWS)
                .where(_ROWS.c.receiver == receiver, ~_ROWS.c.gone)
                .values(digest="", tried=True)
            )
            return int(found.rowcount)

    def count(self, receiver: str) -> OutboxCounts:
        """Count what a server has and what is to be sent."""
        found = select(
            func.count().filter(~_ROWS.c.due),
            func.count().filter(_ROWS.c.due),
            func.count().filter(_ROWS.c.due & _ROWS.c.gone),
        ).where(_ROWS.c.receiver == receiver)
        with self._store.reading() as connection:
            confirmed, due, withdrawals = connection.execute(found).one()
        return OutboxCounts(confirmed=confirmed, due=due, withdrawals=withdrawals)

    def _last(self, connection: Connection) -> int:
        return int(connection.execute(select(func.max(_ROWS.c.number))).scalar() or 0)

    def _replace(
        self, connection: Connection, receiver: str, page: Sequence[StagedMessage], number: int
    ) -> None:
        """Store messages in place of those of the same records; what was tried stays so."""
        own = (_ROWS.c.receiver == receiver) & _ROWS.c.uid.in_([message.uid for message in page])
        tried = set(connection.execute(select(_ROWS.c.uid).where(own, _ROWS.c.tried)).scalars())
        connection.execute(delete(_ROWS).where(own))
        rows: list[dict[str, Any]] = [
            {
                "receiver": receiver,
                "uid": message.uid,
                "number": number + i,
                "digest": message.digest,
                "body": message.body,
                "stale": message.stale,
                "due": True,
                "tried": message.uid in tried,
                "gone": False,
            }
            for i, message in enumerate(page)
        ]
        connection.execute(insert(_ROWS), rows)

    def _withdraw(
        self,
        connection: Connection,
        receiver: str,
        missing: Sequence[str],
        number: int,
    ) -> None:
        for start in range(0, len(missing), _PAGE):
            page = missing[start : start + _PAGE]
            own = (_ROWS.c.receiver == receiver) & _ROWS.c.uid.in_(page)
            connection.execute(delete(_ROWS).where(own, ~_ROWS.c.tried))
            connection.execute(
                update(_ROWS)
                .where(_IS_ROW)
                .values(number=bindparam("next"), digest="", body="", due=True, gone=True),
                [
                    {"of": receiver, "id": uid, "next": number + start + i}
                    for i, uid in enumerate(page)
                ],
            )


_PAGE: Final = 500


def _keys(receiver: str, messages: Iterable[DueMessage]) -> list[dict[str, Any]]:
    return [
        {"of": receiver, "id": message.uid, "of_number": message.number} for message in messages
    ]
