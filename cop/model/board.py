"""The board: the live Picture of a room, its changes, and the connected users."""

from datetime import UTC
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from cop.model.area import LONGEST_TEXT
from cop.model.moment import EARLIEST, LATEST

BOARD_SOCKET = "/api/board/live"
"""Path of the board's web socket."""
Role = Literal["viewer", "wall"]
Name = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=40, pattern=r"^[^\x00-\x1f]+$"
    ),
]
Part = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Value = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT)]
Identity = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]


_EARLIEST_MS, _LATEST_MS = (
    int(moment.replace(tzinfo=UTC).timestamp()) * 1_000 for moment in (EARLIEST, LATEST)
)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class BoardPosition(_Frozen):
    """A place in degrees (EPSG:4326)."""

    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)


Longitude = Annotated[float, Field(ge=-540, le=540)]
Latitude = Annotated[float, Field(ge=-90, le=90)]


class LiveCamera(BoardPosition):
    """Where the presenter's map looks, unrounded; zoom in 512-pixel tiles.

    ``bounds`` (west, south, east, north, degrees) are what it shows: a wall shows all of it.
    """

    zoom: float = Field(ge=0, le=22)
    bounds: tuple[Longitude, Latitude, Longitude, Latitude] | None = None


class Frame(_Frozen):
    """The window of a time that is being played, in milliseconds since 1970."""

    start_ms: int = Field(alias="from", ge=_EARLIEST_MS, lt=_LATEST_MS)
    end_ms: int = Field(alias="to", ge=_EARLIEST_MS, lt=_LATEST_MS)

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.start_ms >= self.end_ms:
            raise ValueError("a frame ends after it starts")
        return self


class LiveLayer(_Frozen):
    """A layer that is switched on, bottom first in its list."""

    id: Part
    opacity: float = Field(ge=0, le=1)
    measure: Part | None = None


class Person(_Frozen):
    """A connected user: ``id`` is public; the key behind it stays in the browser."""

    id: Identity
    name: Name
    role: Role = "viewer"


class Move(_Frozen):
    """What the presenter changes; other parts stay. ``sent_ms`` is the browser's clock."""

    camera: LiveCamera | None = None
    wanted: Annotated[list[tuple[Part, Value]], Field(max_length=600)] | None = None
    layers: Annotated[list[LiveLayer], Field(max_length=200)] | None = None
    pointer: BoardPosition | None = None
    frame: Frame | None = None
    sent_ms: float | None = None

    def changes(self) -> dict[str, object]:
        """Return what is set, JSON-ready; a pointer or frame set to None is removed."""
        stated = self.model_dump(mode="json", by_alias=True, exclude_unset=True)
        return {k: v for k, v in stated.items() if v is not None or k in ("pointer", "frame")}


class Entry(_Frozen):
    """One revision of the board: what it changed, who was presenting, and when, Unix seconds."""

    revision: int
    at: float
    change: dict[str, object]


class Board(_Frozen):
    """The whole board as of a revision; revision 0 is an empty one."""

    revision: int = 0
    presenter: Person | None = None
    since: float | None = None
    camera: LiveCamera | None = None
    wanted: list[tuple[str, str]] | None = None
    layers: list[LiveLayer] | None = None
    pointer: BoardPosition | None = None
    frame: Frame | None = None
    annotations: int = 0
    """How often the annotations have changed; they are stored beside the board.

    A viewer is told how often those have that they may read.
    """
