"""Saved Pictures: a Picture with a name, whose revisions never change."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cop.errors import PictureError
from cop.model.picture import Picture
from cop.model.release import Release

MOST_NAME, MOST_DESCRIPTION, MOST_AUTHOR = 100, 2_000, 40
THUMBNAIL_PX = (480, 270)
_MOST_DIGITS = 9


@dataclass(frozen=True, kw_only=True)
class SavedFigure:
    """A headline figure when saved: its text, and its number if known."""

    title: str
    value: str
    change: str | None = None
    amount: float | None = None


@dataclass(frozen=True, kw_only=True)
class PictureBasis:
    """What the figures and the small map of a revision show, by which others may read them.

    ``sources`` and ``annotations`` are those on the screen. Cells of fewer events than
    ``smallest_count`` were left out, as counted from the events of ``cell_sources`` with
    ``cell_markings``: all that the person who saved could read.
    """

    sources: tuple[str, ...]
    annotations: tuple[str, ...]
    smallest_count: int
    cell_sources: tuple[str, ...]
    cell_markings: tuple[str, ...]

    def suits(self, release: Release) -> bool:
        """Return whether no small cell of a release is in it, if it may read the sources needed."""
        if release.smallest_count <= 1:
            return True
        return release.smallest_count <= self.smallest_count and all(
            release.admits(marking) for marking in self.cell_markings
        )

    def needed(self, release: Release) -> tuple[str, ...]:
        """Return the sources that viewers must be able to read."""
        cells = self.cell_sources if release.smallest_count > 1 else ()
        return tuple(dict.fromkeys((*self.sources, *cells)))


@dataclass(frozen=True, kw_only=True)
class PictureDraft:
    """The content of a revision; ``picture`` is resolved, ``version`` is that of its data.

    ``thumbnail`` is a PNG; ``counted`` says what it and the figures show.
    """

    picture: Picture
    author: str
    version: int
    marking: str
    figures: tuple[SavedFigure, ...]
    thumbnail: bytes
    counted: PictureBasis | None = None


@dataclass(frozen=True, kw_only=True)
class Revision:
    """One state of a saved Picture: 1, 2, ...; ``saved_at`` is naive UTC.

    ``counted`` is None for one from before it was noted. Where ``withholds_figures`` its viewers
    have neither its figures nor its small map.
    """

    picture_id: str
    number: int
    picture: Picture
    author: str
    saved_at: datetime
    version: int
    marking: str
    figures: tuple[SavedFigure, ...]
    counted: PictureBasis | None = None
    withholds_figures: bool = False

    @property
    def synthetic(self) -> bool:
        """Whether it shows synthetic records."""
        return self.picture.filter.records == "synthetic"

    def is_lost(self, versions: Mapping[int, datetime]) -> bool:
        """Return whether its data are no longer among the stored versions."""
        return self.version not in versions and self.version < max(versions, default=0)

    def as_known(self, versions: Mapping[int, datetime]) -> Picture:
        """Return the Picture with the data of its moment if ``versions`` has newer data.

        ``versions`` has the publication time of each stored version. A version published after the
        data were shown, but before "save", was not seen, so the moment is before it. Without its
        data, current data are shown.
        """
        newer = [at for number, at in versions.items() if number > self.version]
        if self.picture.known_at is not None or not newer or self.is_lost(versions):
            return self.picture
        seen_at = min(self.saved_at, min(newer) - timedelta(microseconds=1))
        return replace(self.picture, known_at=seen_at)


@dataclass(frozen=True, kw_only=True)
class SavedPicture:
    """A named Picture with its newest revision; archived ones are stored but not listed."""

    id: str
    name: str
    description: str
    created_at: datetime
    archived_at: datetime | None
    newest: Revision


def read_reference(text: str) -> tuple[str, int | None]:
    """Read ``ID`` or ``ID:REVISION``; PictureError if the revision is not a whole number."""
    picture_id, colon, number = text.partition(":")
    if not colon:
        return picture_id, None
    if not (number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS):
        raise PictureError(f"picture {text[:40]!r}: use ID or ID:REVISION")
    return picture_id, int(number)


def check_name(name: str) -> str:
    """Return a name, stripped; PictureError if it is not valid."""
    return _check_line(name, what="name", most=MOST_NAME)


def check_author(author: str) -> str:
    """Return an author's name, stripped; PictureError if it is not valid."""
    return _check_line(author, what="author", most=MOST_AUTHOR)


def check_description(text: str) -> str:
    """Return a description, stripped; PictureError if it is too long."""
    text = text.strip()
    if len(text) > MOST_DESCRIPTION:
        raise PictureError(
            f"description too long: {len(text)} characters; use at most {MOST_DESCRIPTION}"
        )
    return text


def _check_line(text: str, *, what: str, most: int) -> str:
    text = text.strip()
    if not text or len(text) > most or not text.isprintable():
        raise PictureError(
            f"{what} {text[:40]!r}: use 1 to {most} characters on one line, without control "
            "characters"
        )
    return text


def tidy_name(name: str) -> str:
    """Return a name on one line, without what cannot be printed, of a bounded length."""
    printable = "".join(one if one.isprintable() else " " for one in name)
    return " ".join(printable.split())[:MOST_AUTHOR].strip()
