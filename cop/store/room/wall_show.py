"""What was sent to the walls: every order stays, the newest counts."""

import copy
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Self

from sqlalchemy import Column, DateTime, Integer, Row, String, Table, insert, select

from cop.model.alert import check_person
from cop.model.moment import utc_instant
from cop.model.wall import USUAL_SECONDS, WallRequest
from cop.model.wall_show import WallShow
from cop.settings import StoreSettings
from cop.store.room.audit import add_step
from cop.store.room.relational import METADATA, RoomRecords, new_id

SUBJECT: Final = "wall"
_MOST_READ: Final = 100
_ROWS = Table(
    "wall_show",
    METADATA,
    Column("id", String, primary_key=True),
    Column("scenes", String, nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("by", String, nullable=False),
    Column("at", DateTime, nullable=False),
)


class WallShows(RoomRecords):
    """What one room's walls were sent; safe to use from many threads and processes."""

    def __init__(
        self, settings: StoreSettings, *, now: Callable[[], datetime] = utc_instant
    ) -> None:
        """Open the store; its clock tells apart what is sent within a second."""
        super().__init__(settings, now=now)
        self._may_know: Callable[[str], bool] = lambda _: True

    def known_by(self, may_know: Callable[[str], bool]) -> Self:
        """Return the same for viewers who may not know of every saved Picture."""
        other = copy.copy(self)
        other._may_know = may_know
        return other

    def send(self, scenes: tuple[str, ...], *, by: str, seconds: int = USUAL_SECONDS) -> WallShow:
        """Let the walls play saved Pictures from now on; none gives them their own back.

        Raise FilterError for an id or seconds that a wall does not take, AlertError for the name.
        """
        person, listed = check_person(by), ",".join(scenes)
        WallRequest.from_pairs([("scenes", listed), ("seconds", str(seconds))])
        show = WallShow(scenes=scenes, seconds=seconds, by=person, at=self._now())
        row = {"id": new_id(), "scenes": listed, "seconds": seconds, "by": person, "at": show.at}
        with self._store.writing() as connection:
            connection.execute(insert(_ROWS).values(row))
            add_step(
                connection,
                at=show.at.replace(microsecond=0),
                who=person,
                subject=SUBJECT,
                action="send" if scenes else "take back",
                version=None,
                detail=listed,
            )
        return show

    def newest(self) -> WallShow | None:
        """Return what was sent last; None if nothing ever was.

        Of scenes that may not be known of nothing is told: what else was sent counts.
        """
        requested = select(_ROWS).order_by(_ROWS.c.at.desc(), _ROWS.c.id)
        with self._store.reading() as connection:
            sent = [_build(row) for row in connection.execute(requested.limit(_MOST_READ))]
        for show in sent:
            scenes = tuple(scene for scene in show.scenes if self._may_know(scene))
            if scenes or not show.scenes:
                return show.model_copy(update={"scenes": scenes})
        return None


def _build(row: Row[Any]) -> WallShow:
    scenes = tuple(part for part in row.scenes.split(",") if part)
    return WallShow(scenes=scenes, seconds=row.seconds, by=row.by, at=row.at)
