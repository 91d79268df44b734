"""Sockets of who is signed in: closed within seconds once the session is over or rights changed."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import Final, Protocol

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cop.access.viewer import Viewer
from cop.errors import StoreError
from cop.model.board import BOARD_SOCKET

CHECK_SECONDS: Final = 5.0
_POLICY_VIOLATION: Final = 1008
_REASON: Final = "signed out, or rights changed: reload the page"
USED: Final = "session_used"
"""In the state of a socket: what a page calls when its viewer did something."""


class FindViewer(Protocol):
    """Tells who a request is of now."""

    def __call__(self, request: HTTPConnection, *, is_use: bool = ...) -> Awaitable[Viewer | None]:
        """Return the viewer; None if the session is over."""


class SessionSocket:
    """Serves a socket of ``app`` for as long as its viewer stays who they were."""

    def __init__(self, app: ASGIApp, find: FindViewer, *, every_s: float = CHECK_SECONDS) -> None:
        """Ask ``find`` again every ``every_s`` seconds."""
        self._app, self._find, self._every_s = app, find, every_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket until it ends."""
        over: asyncio.Event = asyncio.Event()
        used = asyncio.Event()
        scope["state"] = {**scope.get("state", {}), USED: used.set}
        is_board = scope["path"] == BOARD_SOCKET

        async def receive_watched() -> Message:
            message = await _receive_until(receive, over)
            if is_board and message["type"] == "websocket.receive":
                used.set()
            return message

        async def send_open(message: Message) -> None:
            if not over.is_set():
                await send(message)

        watching = asyncio.create_task(self._watch(scope, used, over, send))
        try:
            await self._app(scope, receive_watched, send_open)
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching

    async def _watch(
        self, scope: Scope, used: asyncio.Event, over: asyncio.Event, send: Send
    ) -> None:
        """Close the socket when its viewer is no longer who they were."""
        viewer: Viewer = scope["state"]["viewer"]
        while True:
            await asyncio.sleep(self._every_s)
            was_used = used.is_set()
            used.clear()
            try:
                found = await self._find(HTTPConnection(scope), is_use=was_used)
            except StoreError:
                # Whether the session goes on is not known: the next look decides.
                continue
            if found is None or found.rights != viewer.rights:
                over.set()
                with suppress(RuntimeError, OSError):
                    await send(
                        {"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": _REASON}
                    )
                return


async def _receive_until(receive: Receive, over: asyncio.Event) -> Message:
    """Return the next message, or that the socket is closed once it is over."""
    receiving = asyncio.ensure_future(receive())
    ending = asyncio.ensure_future(over.wait())
    try:
        await asyncio.wait({receiving, ending}, return_when=asyncio.FIRST_COMPLETED)
        if over.is_set():
            return {"type": "websocket.disconnect", "code": _POLICY_VIOLATION, "reason": _REASON}
        return receiving.result()
    finally:
        for task in (receiving, ending):
            task.cancel()
