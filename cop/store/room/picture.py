"""Saved Pictures in the relational store: names that change, revisions that never do."""

import copy
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Self

from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)

from cop.errors import PictureMissingError, RevisionConflictError
from cop.model.moment import format_dtg, utc_instant
from cop.model.picture import Picture
from cop.model.saved import (
    PictureBasis,
    PictureDraft,
    Revision,
    SavedFigure,
    SavedPicture,
    check_author,
    check_description,
    check_name,
)
from cop.settings import StoreSettings
from cop.store.room.annotation import read_markings
from cop.store.room.relational import METADATA, RoomRecords, new_id

PICTURES = Table(
    "picture",
    METADATA,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("description", Text, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("archived_at", DateTime),
    Column("newest", Integer, nullable=False),
)
REVISIONS = Table(
    "picture_revision",
    METADATA,
    Column("picture_id", ForeignKey("picture.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("pairs", Text, nullable=False),
    Column("author", String, nullable=False),
    Column("saved_at", DateTime, nullable=False),
    Column("version", Integer, nullable=False),
    Column("marking", String, nullable=False),
    Column("figures", Text, nullable=False),
    Column("thumbnail", LargeBinary, nullable=False),
    Column("counted", Text),
)
"""``counted`` is what figures and thumbnail show; revisions from before it was noted have none."""
_ABOUT = [column for column in PICTURES.c if column.name != "newest"]
_DESCRIBED = [column for column in REVISIONS.c if column.name != "thumbnail"]


class SavedPictures(RoomRecords):
    """Every saved Picture of a warehouse; safe to use from many threads and processes."""

    def __init__(
        self, settings: StoreSettings, *, now: Callable[[], datetime] = utc_instant
    ) -> None:
        """Open the store; its clock tells apart what is drawn and saved within a second."""
        super().__init__(settings, now=now)
        self._may_know: Callable[[Picture], bool] = lambda _: True

    def known_by(self, may_know: Callable[[Picture], bool]) -> Self:
        """Return the same Pictures for viewers who may not know of all that one names.

        Where they may not, its small map and its figures are withheld with it.
        """
        other = copy.copy(self)
        other._may_know = may_know
        return other

    def save(self, draft: PictureDraft, *, name: str, description: str = "") -> SavedPicture:
        """Save a Picture anew, as its revision 1; raise PictureError if a text cannot be taken."""
        about = {"name": check_name(name), "description": check_description(description)}
        picture_id = new_id()
        row = self._row(draft, picture_id, 1)
        with self._store.writing() as connection:
            connection.execute(
                insert(PICTURES).values(
                    id=picture_id, created_at=row["saved_at"], newest=1, **about
                )
            )
            connection.execute(insert(REVISIONS).values(**row))
            return self._get(connection, picture_id)

    def update(self, picture_id: str, draft: PictureDraft, *, based_on: int) -> SavedPicture:
        """Add a revision to the one that it is ``based_on``.

        Raise RevisionConflictError if another came first: look at it, then update that one.
        """
        row = self._row(draft, picture_id, based_on + 1)
        with self._store.writing() as connection:
            stored = self._get(connection, picture_id)
            newest = stored.newest
            if newest.number != based_on:
                raise RevisionConflictError(
                    f"picture {stored.name!r}: revision {newest.number} of {newest.author} at "
                    f"{format_dtg(newest.saved_at)} came before yours, which is based on "
                    f"revision {based_on}; open the newest and update that, or save under a new "
                    "name"
                )
            connection.execute(insert(REVISIONS).values(**row))
            connection.execute(
                update(PICTURES).where(PICTURES.c.id == picture_id).values(newest=based_on + 1)
            )
            return self._get(connection, picture_id)

    def rename(self, picture_id: str, name: str) -> SavedPicture:
        """Rename a Picture; its revisions stay as they are."""
        return self._change(picture_id, name=check_name(name))

    def describe(self, picture_id: str, description: str) -> SavedPicture:
        """Set the description of a Picture."""
        return self._change(picture_id, description=check_description(description))

    def archive(self, picture_id: str) -> SavedPicture:
        """Take a Picture off the list; it can still be opened by its id."""
        return self._change(picture_id, archived_at=self._now())

    def restore(self, picture_id: str) -> SavedPicture:
        """Put an archived Picture on the list again."""
        return self._change(picture_id, archived_at=None)

    def list(self, *, archived: bool = False) -> tuple[SavedPicture, ...]:
        """Return the Pictures on the list, or the archived ones; those saved last come first."""
        aside = PICTURES.c.archived_at
        requested = _newest().where(aside.is_not(None) if archived else aside.is_(None))
        ordered = requested.order_by(REVISIONS.c.saved_at.desc(), PICTURES.c.id)
        with self._store.reading() as connection:
            found = [_build(row) for row in connection.execute(ordered)]
            own = [one for one in found if self._admits(one.newest)]
            return tuple(self._show_newest(connection, one) for one in own)

    def get(self, picture_id: str) -> SavedPicture:
        """Return one Picture, archived or not; raise PictureMissingError if there is none."""
        with self._store.reading() as connection:
            return self._get(connection, picture_id)

    def has(self, picture_id: str) -> bool:
        """Return whether there is such a Picture, archived or not."""
        try:
            self.get(picture_id)
        except PictureMissingError:
            return False
        return True

    def revision(self, picture_id: str, number: int | None = None) -> Revision:
        """Return one revision, the newest without a number."""
        if number is None:
            return self.get(picture_id).newest
        with self._store.reading() as connection:
            return self._revision(connection, picture_id, number)

    def history(self, picture_id: str) -> tuple[Revision, ...]:
        """Return every revision of a Picture, the newest first."""
        self.get(picture_id)
        requested = select(*_DESCRIBED).where(REVISIONS.c.picture_id == picture_id)
        with self._store.reading() as connection:
            found = connection.execute(requested.order_by(REVISIONS.c.number.desc()))
            own = [one for row in found if self._admits(one := _build_revision(row))]
            return tuple(self._show(connection, one) for one in own)

    def thumbnail(self, picture_id: str, number: int) -> bytes:
        """Return the small map of a revision as PNG; empty where it is withheld."""
        with self._store.reading() as connection:
            if self._revision(connection, picture_id, number).withholds_figures:
                return b""
            row = _read_row(connection, [REVISIONS.c.thumbnail], picture_id, number)
            return b"" if row is None else bytes(row.thumbnail)

    def _get(self, connection: Connection, picture_id: str) -> SavedPicture:
        found = _read(connection, picture_id)
        if not self._admits(found.newest):
            raise _missing(picture_id)
        return self._show_newest(connection, found)

    def _show_newest(self, connection: Connection, saved: SavedPicture) -> SavedPicture:
        return replace(saved, newest=self._show(connection, saved.newest))

    def _show(self, connection: Connection, revision: Revision) -> Revision:
        """Return a revision, without its figures where they count what is withheld."""
        if self._may_read_counted(connection, revision):
            return revision
        return replace(revision, figures=(), withholds_figures=True)

    def _may_read_counted(self, connection: Connection, revision: Revision) -> bool:
        release, counted = self._release, revision.counted
        if release is None:
            return True
        if counted is None:
            return release.smallest_count <= 1 and self._may_count(None, revision.version)
        return (
            counted.suits(release)
            and self._may_count(counted.needed(release), revision.version)
            and all(map(self.admits, read_markings(connection, counted.annotations)))
        )

    def _admits(self, revision: Revision) -> bool:
        return self.admits(revision.marking) and self._may_know(revision.picture)

    def _revision(self, connection: Connection, picture_id: str, number: int) -> Revision:
        newest = self._get(connection, picture_id).newest.number
        row = _read_row(connection, _DESCRIBED, picture_id, number)
        revision = None if row is None else _build_revision(row)
        if revision is None or not self._admits(revision):
            raise PictureMissingError(
                f"picture {picture_id!r} has no revision {number}: it has 1 to {newest}"
            )
        return self._show(connection, revision)

    def _change(self, picture_id: str, **values: Any) -> SavedPicture:
        with self._store.writing() as connection:
            self._get(connection, picture_id)
            connection.execute(update(PICTURES).where(PICTURES.c.id == picture_id).values(**values))
            return self._get(connection, picture_id)

    def _row(self, draft: PictureDraft, picture_id: str, number: int) -> dict[str, Any]:
        return {
            "picture_id": picture_id,
            "number": number,
            "pairs": json.dumps(draft.picture.to_pairs()),
            "author": check_author(draft.author),
            "saved_at": self._now(),
            "version": draft.version,
            "marking": draft.marking,
            "figures": json.dumps([asdict(figure) for figure in draft.figures]),
            "thumbnail": draft.thumbnail,
            "counted": None if draft.counted is None else json.dumps(asdict(draft.counted)),
        }


def _newest() -> Select[Any]:
    return select(*_ABOUT, *_DESCRIBED).join(
        REVISIONS,
        (REVISIONS.c.picture_id == PICTURES.c.id) & (REVISIONS.c.number == PICTURES.c.newest),
    )


def _read(connection: Connection, picture_id: str) -> SavedPicture:
    row = connection.execute(_newest().where(PICTURES.c.id == picture_id)).one_or_none()
    if row is None:
        raise _missing(picture_id)
    return _build(row)


def _missing(picture_id: str) -> PictureMissingError:
    return PictureMissingError(
        f"no picture {picture_id[:40]!r} is saved here; choose one on the page Pictures"
    )


def _read_row(
    connection: Connection, columns: Sequence[Column[Any]], picture_id: str, number: int
) -> Row[Any] | None:
    return connection.execute(
        select(*columns).where(REVISIONS.c.picture_id == picture_id, REVISIONS.c.number == number)
    ).one_or_none()


def _build(row: Row[Any]) -> SavedPicture:
    return SavedPicture(
        id=row.id,
        name=row.name,
        description=row.description,
        created_at=row.created_at,
        archived_at=row.archived_at,
        newest=_build_revision(row),
    )


def _build_revision(row: Row[Any]) -> Revision:
    return Revision(
        picture_id=row.picture_id,
        number=row.number,
        picture=Picture.open_pairs([(name, value) for name, value in json.loads(row.pairs)]),
        author=row.author,
        saved_at=row.saved_at,
        version=row.version,
        marking=row.marking,
        figures=tuple(SavedFigure(**figure) for figure in json.loads(row.figures)),
        counted=None if row.counted is None else _build_counted(json.loads(row.counted)),
    )


def _build_counted(stored: dict[str, Any]) -> PictureBasis:
    lists = {name: tuple(value) for name, value in stored.items() if isinstance(value, list)}
    return PictureBasis(**stored | lists)
