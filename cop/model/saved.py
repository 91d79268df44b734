"""Saved Pictures: a Picture with a name, whose revisions never change."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cop.errors import PictureError
from cop.model.picture import Picture

MOST_NAME, MOST_DESCRIPTION, MOST_AUTHOR = 100, 2_000, 40
THUMBNAIL_PX = (480, 270)
_MOST_DIGITS = 9


@dataclass(frozen=True, kw_only=True)
class SavedFigure:
    """A headline figure as it was: its words, and the number behind them where it was known."""

    title: str
    value: str
    change: str | None = None
    amount: float | None = None


@dataclass(frozen=True, kw_only=True)
class PictureDraft:
    """What a revision is made of; ``picture`` is settled, ``version`` that of the data it showed.

    ``thumbnail`` is a PNG.
    """

    picture: Picture
    author: str
    version: int
    marking: str
    figures: tuple[SavedFigure, ...]
    thumbnail: bytes


@dataclass(frozen=True, kw_only=True)
class Revision:
    """One state of a saved Picture: 1, 2, ...; ``saved_at`` is naive UTC."""

    picture_id: str
    number: int
    picture: Picture
    author: str
    saved_at: datetime
    version: int
    marking: str
    figures: tuple[SavedFigure, ...]

    @property
    def synthetic(self) -> bool:
        """Whether it shows synthetic records."""
        return self.picture.filter.records == "synthetic"

    def is_lost(self, versions: Mapping[int, datetime]) -> bool:
        """Return whether its data are no longer among the stored versions."""
        return self.version not in versions and self.version < max(versions, default=0)

    def as_known(self, versions: Mapping[int, datetime]) -> Picture:
        """Return the Picture as it was seen: known at its moment where ``versions`` has newer data.

        ``versions`` holds when each version that is kept was published. A version that came between
        the data shown and the click on "save" was not seen yet, so the moment is put before it.
        Where its own data are lost, what is known now is all that there is.
        """
        newer = [at for number, at in versions.items() if number > self.version]
        if self.picture.known_at is not None or not newer or self.is_lost(versions):
            return self.picture
        seen_at = min(self.saved_at, min(newer) - timedelta(microseconds=1))
        return replace(self.picture, known_at=seen_at)


@dataclass(frozen=True, kw_only=True)
class SavedPicture:
    """A Picture under its name with its newest revision; archived ones are kept but not listed."""

    id: str
    name: str
    description: str
    created_at: datetime
    archived_at: datetime | None
    newest: Revision


def read_reference(text: str) -> tuple[str, int | None]:
    """Read ``ID`` or ``ID:REVISION``; PictureError where the revision is no whole number."""
    picture_id, colon, number = text.partition(":")
    if not colon:
        return picture_id, None
    if not (number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS):
        raise PictureError(f"picture {text[:40]!r}: write ID or ID:REVISION")
    return picture_id, int(number)


def check_name(name: str) -> str:
    """Return a name without spaces around it; PictureError where it cannot be one."""
    return _check_line(name, what="name", most=MOST_NAME)


def check_author(author: str) -> str:
    """Return an author's name without spaces around it; PictureError where it cannot be one."""
    return _check_line(author, what="author", most=MOST_AUTHOR)


def check_description(text: str) -> str:
    """Return a description without spaces around it; PictureError where it is too long."""
    text = text.strip()
    if len(text) > MOST_DESCRIPTION:
        raise PictureError(
            f"the description has {len(text)} characters: at most {MOST_DESCRIPTION}"
        )
    return text


def _check_line(text: str, *, what: str, most: int) -> str:
    text = text.strip()
    if not text or len(text) > most or not text.isprintable():
        raise PictureError(
            f"{what} {text[:40]!r}: write 1 to {most} characters on one line, none of them control "
            "characters"
        )
    return text
