"""A client of the board's socket, as a browser is one."""

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

from cop.model.board import BOARD_SOCKET

HANG_SECONDS = 120


class Seat:
    """One connection to the board: what it was told, put together as a browser does."""

    def __init__(self, socket: ClientConnection, key: str, name: str) -> None:
        self.socket, self.key, self.name = socket, key, name
        self.board: dict[str, Any] = {}
        self.tiles: dict[str, str] = {}
        self.people: list[dict[str, str]] = []
        self.revisions: list[int] = []
        self.refused: list[str] = []
        self.id = ""

    def say(self, **words: Any) -> None:
        self.socket.send(json.dumps(words))

    def hear(self) -> dict[str, Any]:
        """Take the next message in."""
        told: dict[str, Any] = json.loads(self.socket.recv(timeout=HANG_SECONDS))
        self.id = told.get("you", self.id)
        self.people = told.get("people", self.people)
        self.tiles = told.get("tiles", self.tiles)
        if "refused" in told:
            self.refused.append(told["refused"])
        if "annotations" in told:
            self.board["annotations"] = told["annotations"]
        if "board" in told:
            self.board = told["board"]
        if "revision" in told:
            self.revisions.append(told["revision"])
            self.board |= told["change"] | {"revision": told["revision"]}
        return told

    def hear_until(self, holds: Callable[["Seat"], Any]) -> None:
        while not holds(self):
            self.hear()


@contextmanager
def seated(
    base: str, name: str, *, key: str | None = None, role: str = "viewer", after: int | None = None
) -> Iterator[Seat]:
    """Sit down at the board of a server."""
    address = base.replace("http", "ws", 1) + BOARD_SOCKET
    own = key or secrets.token_hex(16)
    with connect(address, compression=None, origin=base) as socket:  # type: ignore[arg-type]
        seat = Seat(socket, own, name)
        seat.say(key=own, name=name, role=role, **({} if after is None else {"after": after}))
        seat.hear_until(lambda s: s.id)
        if after is None:
            seat.hear_until(lambda s: s.board)
        yield seat
