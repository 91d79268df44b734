"""Scenes of a wall: saved Pictures that take turns by the clock."""

from dataclasses import dataclass

from cop.model.picture import Picture
from cop.model.wall import WallRequest
from cop.ui.kiosk import Scene


@dataclass(frozen=True, kw_only=True)
class Show:
    """What a wall shows now: a Picture, the scene that it is, a number that moves the camera."""

    picture: Picture
    scene: Scene | None = None
    nonce: int = 0
    alerts: tuple[str, ...] = ()


def read_show(request: WallRequest, picture: Picture) -> Show:
    """Give the scene whose turn it is, or the address's own Picture where it names none."""
    return Show(picture=picture)
