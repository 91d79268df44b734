"""Scenes of a wall: saved Pictures that take turns by the clock."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from cop.errors import CopError, PictureMissingError
from cop.model.picture import Picture
from cop.model.saved import SavedPicture
from cop.model.wall import WallRequest
from cop.model.wall_show import settle_show
from cop.model.window import TimeWindow
from cop.store.room.room import Room
from cop.ui.page.wall.kiosk import WallScene


@dataclass(frozen=True, kw_only=True)
class Show:
    """What a wall shows now: a Picture, the scene that it is, a number that moves the camera.

    ``marking`` is that of what was saved; the banner's is not lower.
    """

    picture: Picture
    marking: str = "TLP:CLEAR"
    scene: WallScene | None = None
    nonce: int = 0
    alerts: tuple[str, ...] = ()


def heed_sent(request: WallRequest, room: Room) -> WallRequest:
    """Return a request with the scenes that were sent to the walls; an address's own come first."""
    if request.scenes:
        return request
    sent = room.attempt(
        "scenes sent to walls",
        lambda room: settle_show(room.wall_shows.newest(), room.journal.board()),
        None,
    )
    return replace(request, scenes=sent.scenes, seconds=sent.seconds) if sent else request


def read_show(request: WallRequest, picture: Picture, room: Room) -> Show:
    """Return the scene whose turn it is, or the address's own Picture where there is none."""
    scenes, alerts = read_scenes(request, room) if request.scenes else ([], ())
    if not scenes:
        return Show(picture=picture, alerts=alerts)
    turn = request.turn_at(datetime.now(UTC).replace(tzinfo=None), len(scenes))
    chosen = scenes[turn.place]
    return Show(
        picture=as_of_now(chosen.newest.picture),
        marking=chosen.newest.marking,
        scene=WallScene(
            name=chosen.name,
            place=turn.place + 1,
            of=len(scenes),
            seconds=request.seconds,
            left_s=turn.left_s,
        ),
        nonce=turn.place + 1,
        alerts=alerts,
    )


def read_scenes(request: WallRequest, room: Room) -> tuple[list[SavedPicture], tuple[str, ...]]:
    """Return the saved Pictures that a wall plays, and alerts for those that it cannot."""
    scenes, alerts = list[SavedPicture](), list[str]()
    try:
        for scene in request.scenes:
            try:
                scenes.append(room.pictures.get(scene))
            except PictureMissingError:
                alerts.append(f"SCENE {scene} NOT FOUND")
    except CopError as fault:
        alerts.append(f"CANNOT READ SCENES: {fault}")
    return scenes, tuple(alerts)


def as_of_now(picture: Picture) -> Picture:
    """Let a window of a named length end now: a wall plays the present, not when it was saved."""
    if picture.preset is None or picture.known_at is not None:
        return picture
    return replace(picture, filter=picture.filter.within(TimeWindow()))
