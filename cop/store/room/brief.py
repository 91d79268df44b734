"""Briefs of areas in the relational store: those that were made, and those of every day."""

import json
from datetime import datetime
from typing import Any, Final

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

from cop.errors import BriefError
from cop.model.daily import BriefSchedule, MadeBrief
from cop.store.room.relational import METADATA, RoomRecords, new_id

_BRIEFS: Final = Table(
    "area_brief",
    METADATA,
    Column("id", String, primary_key=True),
    *(Column(name, Text, nullable=False) for name in ("place", "made_for", "title")),
    Column("made_at", DateTime, nullable=False),
    Column("version", Integer, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("marking", "made_by", "highest")),
    Column("smallest_count", Integer, nullable=False),
    Column("sources", Text, nullable=False),
    *(Column(name, Text) for name in ("pdf", "html")),
)
_SCHEDULES: Final = Table(
    "brief_schedule",
    METADATA,
    Column("id", String, primary_key=True),
    *(Column(name, Text, nullable=False) for name in ("place", "made_for", "time_zone")),
    *(Column(name, Integer, nullable=False) for name in ("hour", "minute")),
    Column("added_by", Text, nullable=False),
    Column("added_at", DateTime, nullable=False),
    Column("made_until", DateTime),
)


class Briefs(RoomRecords):
    """The briefs of one warehouse; safe to use from many threads and processes."""

    def note(self, **stated: Any) -> MadeBrief:
        """Store a brief that was made; ``stated`` are fields of MadeBrief but its id."""
        made = MadeBrief(id=new_id(), **stated)
        with self._store.writing() as connection:
            row = made.model_dump() | {"sources": json.dumps(made.sources)}
            connection.execute(insert(_BRIEFS).values(row))
        return made

    def last(self, place: str, made_for: str) -> MadeBrief | None:
        """Return the newest brief of a place for an agency; None before the first."""
        found = self.list(place=place, made_for=made_for, most=1)
        return found[0] if found else None

    def list(
        self, *, place: str | None = None, made_for: str | None = None, most: int = 200
    ) -> tuple[MadeBrief, ...]:
        """Return briefs, the newest first."""
        asked = select(_BRIEFS).order_by(_BRIEFS.c.made_at.desc(), _BRIEFS.c.id).limit(most)
        if place is not None:
            asked = asked.where(_BRIEFS.c.place == place)
        if made_for is not None:
            asked = asked.where(_BRIEFS.c.made_for == made_for)
        with self._store.reading() as connection:
            rows = connection.execute(asked).all()
        return tuple(
            MadeBrief.model_validate({**row._mapping, "sources": json.loads(row.sources)})
            for row in rows
        )

    def schedule(self, **stated: Any) -> BriefSchedule:
        """Make a brief every day from now on; ``stated`` are fields of BriefSchedule.

        Raise BriefError if there is one of that place for that agency.
        """
        added = BriefSchedule(id=new_id(), added_at=self._now(), **stated)
        for other in self.schedules():
            if (other.place, other.made_for) == (added.place, added.made_for):
                raise BriefError(
                    f"a brief of that place is made for {added.made_for} every day already: "
                    "remove it first"
                )
        with self._store.writing() as connection:
            connection.execute(insert(_SCHEDULES).values(added.model_dump()))
        return added

    def schedules(self) -> tuple[BriefSchedule, ...]:
        """Return what is made every day, in the order in which it was added, or by id."""
        asked = select(_SCHEDULES).order_by(_SCHEDULES.c.added_at, _SCHEDULES.c.id)
        with self._store.reading() as connection:
            rows = connection.execute(asked).all()
        return tuple(BriefSchedule.model_validate(dict(row._mapping)) for row in rows)

    def note_made(self, schedule_id: str, until: datetime) -> None:
        """Store the due time that was made last."""
        own = _SCHEDULES.c.id == schedule_id
        with self._store.writing() as connection:
            connection.execute(update(_SCHEDULES).where(own).values(made_until=until))

    def unschedule(self, schedule_id: str) -> None:
        """Make a brief no more; raise BriefError if there is none of that id."""
        own = _SCHEDULES.c.id == schedule_id
        with self._store.writing() as connection:
            if not connection.execute(delete(_SCHEDULES).where(own)).rowcount:
                raise BriefError(f"no daily brief {schedule_id[:20]!r}")
