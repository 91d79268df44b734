"""What was sent to the walls: every order stays, the newest counts."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import Column, DateTime, Integer, String, Table, insert, select

from cop.model.alert import check_person
from cop.model.moment import utc_instant
from cop.model.wall import USUAL_SECONDS, WallRequest
from cop.model.wall_show import WallShow
from cop.settings import StoreSettings
from cop.store.room.audit import add_step
from cop.store.room.relational import METADATA, RoomRecords, new_id

SUBJECT: Final = "wall"
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
        """Return what was sent last; None if nothing ever was."""
        with self._store.reading() as connection:
            row = connection.execute(
                select(_ROWS).order_by(_ROWS.c.at.desc(), _ROWS.c.id).limit(1)
            ).one_or_none()
        if row is None:
            return None
        scenes = tuple(part for part in row.scenes.split(",") if part)
        return WallShow(scenes=scenes, seconds=row.seconds, by=row.by, at=row.at)
