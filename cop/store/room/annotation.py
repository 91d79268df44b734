"""Annotations in the relational store: an edit supersedes, an erasure retires, nothing is lost."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Integer,
    Row,
    String,
    Table,
    Text,
    func,
    insert,
    or_,
)
from sqlalchemy import select as choose
from sqlalchemy import update as change

from cop.errors import AnnotationError
from cop.model.annotation import MOST_LIVE, Annotation, Drawing, valid_until
from cop.model.moment import utc_instant
from cop.settings import StoreSettings
from cop.store.room.board import note_annotations
from cop.store.room.relational import METADATA, RoomRecords, new_id
from cop.store.room.rfi import select_answer_annotations
from cop.store.room.statement import JsonText

_ROWS = Table(
    "annotation",
    METADATA,
    Column("id", String, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("drawing", Text, nullable=False),
    Column("author", String, nullable=False),
    Column("drawn_at", DateTime, nullable=False),
    Column("valid_until", DateTime),
    Column("retired_at", DateTime),
    Column("retired_by", String),
)


class Annotations(RoomRecords):
    """The annotations of one warehouse; every change is noted on the board as well."""

    def __init__(
        self, settings: StoreSettings, *, now: Callable[[], datetime] = utc_instant
    ) -> None:
        """Open the store; its clock tells apart what is drawn and saved within a second."""
        super().__init__(settings, now=now)

    def admits(self, marking: str) -> bool:
        """Return whether these viewers may read what carries a marking.

        A partner may not: what is drawn has an author and no rule of giving but that of TAK.
        """
        is_partner = self._release is not None and self._release.grant is not None
        return not is_partner and super().admits(marking)

    def draw(self, drawing: Drawing, *, author: str, is_answer: bool = False) -> Annotation:
        """Put a drawing on the map, in place of the one that it replaces.

        Drawings of answers to requests are counted apart from those that people draw. Raise
        AnnotationError if the replaced one is not on the map, or too many are.
        """
        with self._store.writing() as connection:
            now = self._now()
            own_id, revision = new_id(), 1
            if drawing.replaces is not None:
                own_id = drawing.replaces
                revision = self._retire(connection, own_id, at=now, by=author) + 1
            elif self._count_live(connection, now, is_answer=is_answer) >= MOST_LIVE:
                raise AnnotationError(
                    f"{MOST_LIVE} annotations are on the map, the most allowed: erase some first"
                )
            annotation = Annotation(
                id=own_id,
                revision=revision,
                drawing=drawing,
                author=author,
                drawn_at=now,
                valid_until=valid_until(drawing, now),
            )
            connection.execute(insert(_ROWS).values(_to_row(annotation)))
            note_annotations(connection)
            return annotation

    def erase(self, annotation_id: str, *, by: str) -> None:
        """Take an annotation off the map; raise AnnotationError if it is not on it."""
        with self._store.writing() as connection:
            self._retire(connection, annotation_id, at=self._now(), by=by)
            note_annotations(connection)

    def list(self, at: datetime | None = None) -> tuple[Annotation, ...]:
        """Return what is on the map now, or was at a moment (naive UTC), oldest first."""
        with self._store.reading() as connection:
            found = _read(connection, at or self._now())
            if self._release is not None and at is not None:
                # One whose marking was raised is withheld as it was at any time.
                newest = _read_newest(connection, {one.id for one in found})
                found = tuple(one for one in found if self.admits(newest[one.id].marking))
        return self._admitted(found)

    def count_changes(self) -> int:
        """Return how many drawings and erasures there were, whatever is on the map now."""
        marking = JsonText(_ROWS.c.drawing, "marking")
        counted = choose(marking, func.count(), func.count(_ROWS.c.retired_at)).group_by(marking)
        with self._store.reading() as connection:
            found = connection.execute(counted).all()
        return sum(drawn + retired for text, drawn, retired in found if self.admits(text))

    def history(self, annotation_id: str) -> tuple[Annotation, ...]:
        """Return every revision of an annotation, erased or not, the newest first."""
        requested = choose(_ROWS).where(_ROWS.c.id == annotation_id)
        with self._store.reading() as connection:
            rows = connection.execute(requested.order_by(_ROWS.c.revision.desc()))
            found = [_build(row) for row in rows]
        if found and not self.admits(found[0].marking):
            return ()
        return self._admitted(found)

    def _count_live(self, connection: Connection, at: datetime, *, is_answer: bool) -> int:
        answers = {*connection.scalars(select_answer_annotations())}
        live = self._admitted(_read(connection, at))
        return sum((one.id in answers) == is_answer for one in live)

    def _admitted(self, found: Iterable[Annotation]) -> tuple[Annotation, ...]:
        return tuple(one for one in found if self.admits(one.marking))

    def _retire(self, connection: Connection, annotation_id: str, *, at: datetime, by: str) -> int:
        """End the newest revision of an annotation and return its number."""
        live = (_ROWS.c.id == annotation_id, _ROWS.c.retired_at.is_(None))
        row = connection.execute(choose(_ROWS).where(*live)).one_or_none()
        if row is None or not self.admits(_build(row).marking):
            raise AnnotationError(f"annotation {annotation_id[:20]!r} is no longer on the map")
        connection.execute(change(_ROWS).where(*live).values(retired_at=at, retired_by=by))
        return int(row.revision)


def _read(connection: Connection, at: datetime) -> tuple[Annotation, ...]:
    live = (
        _ROWS.c.drawn_at <= at,
        or_(_ROWS.c.retired_at.is_(None), _ROWS.c.retired_at > at),
        or_(_ROWS.c.valid_until.is_(None), _ROWS.c.valid_until > at),
    )
    rows = connection.execute(choose(_ROWS).where(*live).order_by(_ROWS.c.drawn_at, _ROWS.c.id))
    return tuple(_build(row) for row in rows)


def _read_newest(connection: Connection, ids: Iterable[str]) -> dict[str, Annotation]:
    """Return the newest revision of annotations by their id, erased or not."""
    requested = choose(_ROWS).where(_ROWS.c.id.in_(ids)).order_by(_ROWS.c.id, _ROWS.c.revision)
    return {row.id: _build(row) for row in connection.execute(requested)}


def read_markings(connection: Connection, ids: Iterable[str]) -> tuple[str, ...]:
    """Return the newest marking of annotations, erased or not."""
    return tuple(found.marking for found in _read_newest(connection, ids).values())


def _to_row(annotation: Annotation) -> dict[str, Any]:
    return {
        "id": annotation.id,
        "revision": annotation.revision,
        "drawing": annotation.drawing.model_dump_json(exclude={"replaces"}),
        "author": annotation.author,
        "drawn_at": annotation.drawn_at,
        "valid_until": annotation.valid_until,
    }


def _build(row: Row[Any]) -> Annotation:
    return Annotation(
        id=row.id,
        revision=row.revision,
        drawing=Drawing.model_validate_json(row.drawing),
        author=row.author,
        drawn_at=row.drawn_at,
        valid_until=row.valid_until,
    )
