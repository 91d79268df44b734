"""What a browser says to the board: read strictly, or refused with the reason."""

import hashlib
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from cop.errors import AnnotationError
from cop.model.annotation import AnnotationId, Drawing
from cop.model.board import Move, Name, Role

_LONGEST: Final = 65_536
_MOST_REVISION: Final = 2**53
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")
]


class BoardMessage(BaseModel):
    """A message of a browser: first who it is, then what it does.

    ``reason`` is why a drawing lowers the marking of the one that it replaces.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    key: str | None = Field(default=None, pattern=r"^[0-9a-f]{32}$")
    name: Name | None = None
    role: Role = "viewer"
    after: int | None = Field(default=None, ge=0, le=_MOST_REVISION)
    take: bool = False
    release: bool = False
    move: Move | None = None
    draw: dict[str, Any] | None = None
    reason: Reason = ""
    erase: AnnotationId | None = None


async def read_message(socket: WebSocket) -> BoardMessage:
    """Read the next message; ValueError gives the reason if it is none."""
    received = await socket.receive()
    if received["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(received.get("code", 1005), received.get("reason"))
    text = received.get("text")
    if text is None:
        raise ValueError("send JSON as text")
    if len(text) > _LONGEST:
        raise ValueError(f"message too long: at most {_LONGEST} characters")
    try:
        return BoardMessage.model_validate_json(text)
    except ValidationError as fault:
        raise ValueError(_first(fault)) from fault


def read_drawing(stated: dict[str, Any]) -> Drawing:
    """Read a drawing; AnnotationError gives the reason if it is not valid."""
    try:
        return Drawing.model_validate(stated)
    except ValidationError as fault:
        raise AnnotationError(f"not drawn: {_first(fault)}") from fault


def public_id(key: str) -> str:
    """Return the public id of the person with a key."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _first(fault: ValidationError) -> str:
    first = fault.errors(include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}".removeprefix(": ")
