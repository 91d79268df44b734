"""One connection to the board: its person, and the messages still to be sent."""

import asyncio
from typing import Final

from starlette.websockets import WebSocket

from cop.access.viewer import Viewer
from cop.model.board import Person
from cop.model.release import Release
from cop.server.pace import Pace

TOO_SLOW: Final = 1013
"""The code that ends a connection which is to be tried again."""
_MOST_WAITING, _MOST_WAITING_CHARACTERS = 512, 1_000_000
_MESSAGES_PER_S, _MESSAGES_AT_ONCE = 50.0, 200


class BoardSession:
    """One connection: its person, and the messages still to be sent."""

    def __init__(
        self, socket: WebSocket, viewer: Viewer, person: Person, release: Release | None
    ) -> None:
        """Begin without a message; the person may read what the ``release`` has."""
        self.socket, self.viewer, self.person, self.release = socket, viewer, person, release
        self.revision = -1
        self.annotated = ""
        self.waiting: asyncio.Queue[str] = asyncio.Queue(_MOST_WAITING)
        self.characters = 0
        self.is_slow = False
        self.pace = Pace(_MESSAGES_PER_S, at_once=_MESSAGES_AT_ONCE)

    def offer(self, text: str) -> None:
        """Let a message be sent; who has too many waiting is slow."""
        if self.waiting.full() or self.characters > _MOST_WAITING_CHARACTERS:
            self.is_slow = True
            return
        self.characters += len(text)
        self.waiting.put_nowait(text)

    def offer_annotated(self, text: str) -> None:
        """Let the count of annotations be sent unless the person has it already."""
        if text != self.annotated:
            self.annotated = text
            self.offer(text)

    async def send(self) -> None:
        """Send the waiting messages in order until the connection ends or falls behind."""
        while not self.is_slow:
            text = await self.waiting.get()
            self.characters -= len(text)
            await self.socket.send_text(text)
        await self.socket.close(TOO_SLOW, "connection too slow: reconnect")
