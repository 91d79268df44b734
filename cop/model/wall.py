"""The wall's own parameters in the address: its theme, and scenes to play."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Self

from cop.errors import FilterError

WallTheme = Literal["day", "night", "auto"]
THEMES: tuple[WallTheme, ...] = ("day", "night", "auto")
WALL_PARTS = ("theme", "scenes", "seconds")
"""The wall's own parameters."""

LEAST_SECONDS, MOST_SECONDS, USUAL_SECONDS = 10, 3_600, 30
MOST_SCENES = 40
_DAY_HOURS = range(7, 19)
_ID = re.compile(r"[a-z2-7]{10}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Turn:
    """The current scene: its index, and the seconds left."""

    place: int
    left_s: float


@dataclass(frozen=True, kw_only=True)
class WallRequest:
    """Theme, the ids of saved Pictures to play in turn, and for how many seconds each."""

    theme: WallTheme = "auto"
    scenes: tuple[str, ...] = ()
    seconds: int = USUAL_SECONDS

    def themed(self, local: datetime) -> Literal["dark", "light"]:
        """Return the map's theme at a local time: ``auto`` is light from 07:00 until 19:00."""
        day = self.theme == "day" or (self.theme == "auto" and local.hour in _DAY_HOURS)
        return "light" if day else "dark"

    def turn_at(self, now: datetime, scenes: int) -> Turn:
        """Return the current scene; it depends only on the clock, so that all walls agree."""
        slot, since = divmod((now - datetime(1970, 1, 1)).total_seconds(), self.seconds)
        return Turn(place=int(slot) % scenes, left_s=self.seconds - since)

    @classmethod
    def from_pairs(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """Read the wall's parameters of an address; those of the Picture are ignored."""
        stated = {name: value for name, value in pairs if name in WALL_PARTS and value}
        return cls(
            theme=_read_theme(stated.get("theme", "auto")),
            scenes=_read_scenes(stated.get("scenes", "")),
            seconds=_read_seconds(stated.get("seconds", str(USUAL_SECONDS))),
        )


def _read_theme(text: str) -> WallTheme:
    for theme in THEMES:
        if theme == text:
            return theme
    raise FilterError(f"theme={text[:40]!r}: use one of {', '.join(THEMES)}")


def _read_scenes(text: str) -> tuple[str, ...]:
    scenes = tuple(part for part in text.split(",") if part)
    for scene in scenes:
        if not _ID.fullmatch(scene):
            raise FilterError(
                f"scenes={scene[:40]!r}: use ids of saved Pictures, separated by commas"
            )
    if len(scenes) > MOST_SCENES:
        raise FilterError(f"scenes: {len(scenes)} is too many; use at most {MOST_SCENES}")
    return scenes


def _read_seconds(text: str) -> int:
    if text.isascii() and text.isdigit() and LEAST_SECONDS <= int(text[:9]) <= MOST_SECONDS:
        return int(text)
    raise FilterError(
        f"seconds={text[:40]!r}: use a whole number from {LEAST_SECONDS} to {MOST_SECONDS}"
    )
