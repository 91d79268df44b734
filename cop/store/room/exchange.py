"""What was exchanged with each partner: the packages, and how far each side has come."""

import json
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    Column,
    DateTime,
    Integer,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

from cop.store.room.relational import METADATA, RoomRecords
from cop.store.room.statement import WIDE

Direction = Literal["given", "received"]
_STATES: Final = Table(
    "exchange_state",
    METADATA,
    Column("partner", String, primary_key=True),
    Column("given", Integer, nullable=False),
    Column("given_state", String),
    Column("confirmed", Integer, nullable=False),
    Column("received", Integer, nullable=False),
)
_PACKAGES: Final = Table(
    "exchange_package",
    METADATA,
    Column("partner", String, primary_key=True),
    Column("direction", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("since", Integer, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("digest", String, nullable=False),
    Column("marking", String, nullable=False),
    Column("n", Integer, nullable=False),
    Column("withdrawn", Integer, nullable=False),
    Column("size", WIDE, nullable=False),
    Column("more", Text),
)
_IN_MORE: Final = {"requests", "layers", "layers_withdrawn"}
"""Counts that have no column of their own."""


class ExchangeState(BaseModel):
    """How far the exchange with a partner has come, by numbers of packages, 0 before the first.

    ``given`` is the newest that it was given and ``given_state`` the file of what it then had,
    ``confirmed`` the newest that it has confirmed, ``received`` the newest of its own.
    """

    model_config = ConfigDict(frozen=True)

    partner: str
    given: int = 0
    given_state: str | None = None
    confirmed: int = 0
    received: int = 0


class ExchangedPackage(BaseModel):
    """A package that was given or received; moments are naive UTC, ``size`` in bytes.

    ``at`` is when it was given or received here, ``n`` how many records it holds. ``requests`` and
    ``layers`` are how many requests for information and layers it holds, ``layers_withdrawn`` how
    many layers are gone, ``more`` what else the audit record has of it.
    """

    model_config = ConfigDict(frozen=True)

    partner: str
    direction: Direction
    number: int
    since: int
    made_at: datetime
    at: datetime
    digest: str
    marking: str
    n: int
    withdrawn: int
    size: int
    requests: int = 0
    layers: int = 0
    layers_withdrawn: int = 0
    more: dict[str, int | list[str] | str] = {}

    def for_record(self) -> dict[str, Any]:
        """Return what the audit record has of it."""
        return {
            "number": self.number,
            "since": self.since,
            "records": self.n,
            "withdrawn": self.withdrawn,
            "marking": self.marking,
            **({"layers": self.layers} if self.layers else {}),
            **({"layers_withdrawn": self.layers_withdrawn} if self.layers_withdrawn else {}),
            **self.more,
        }


class Exchanges(RoomRecords):
    """What one room exchanged; safe to use from many threads and processes."""

    def state(self, partner: str) -> ExchangeState:
        """Return how far the exchange with a partner has come."""
        with self._store.reading() as connection:
            row = connection.execute(
                select(_STATES).where(_STATES.c.partner == partner)
            ).one_or_none()
        if row is None:
            return ExchangeState(partner=partner)
        return ExchangeState.model_validate(dict(row._mapping))

    def advance(self, partner: str, **changes: Any) -> ExchangeState:
        """Store how far the exchange with a partner has come: what is stated; return all of it."""
        own = _STATES.c.partner == partner
        with self._store.writing() as connection:
            row = connection.execute(select(_STATES).where(own)).one_or_none()
            before = {"partner": partner} if row is None else dict(row._mapping)
            state = ExchangeState.model_validate({**before, **changes})
            connection.execute(delete(_STATES).where(own))
            connection.execute(insert(_STATES).values(state.model_dump()))
        return state

    def begin_anew(self) -> None:
        """Forget what was received and confirmed: the next packages both ways hold everything."""
        with self._store.writing() as connection:
            connection.execute(update(_STATES).values(received=0, confirmed=0))

    def note(self, package: ExchangedPackage) -> None:
        """Store a package, in place of one of its number."""
        same = (
            (_PACKAGES.c.partner == package.partner)
            & (_PACKAGES.c.direction == package.direction)
            & (_PACKAGES.c.number == package.number)
        )
        with self._store.writing() as connection:
            connection.execute(delete(_PACKAGES).where(same))
            stated = package.model_dump(exclude=_IN_MORE)
            counts = package.model_dump(include=_IN_MORE)
            stated["more"] = json.dumps({**package.more, **counts})
            connection.execute(insert(_PACKAGES).values(stated))

    def packages(self, partner: str | None = None) -> tuple[ExchangedPackage, ...]:
        """Return the packages of a partner, or of all, the newest first."""
        requested = select(_PACKAGES).order_by(
            _PACKAGES.c.at.desc(),
            _PACKAGES.c.number.desc(),
            _PACKAGES.c.partner,
            _PACKAGES.c.direction,
        )
        if partner is not None:
            requested = requested.where(_PACKAGES.c.partner == partner)
        with self._store.reading() as connection:
            rows = connection.execute(requested).all()
        return tuple(_build_package(dict(row._mapping)) for row in rows)


def _build_package(row: dict[str, Any]) -> ExchangedPackage:
    more = json.loads(row.pop("more") or "{}")
    counts = {name: more.pop(name, 0) for name in _IN_MORE}
    return ExchangedPackage(**row, **counts, more=more)
