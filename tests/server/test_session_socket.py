"""Tests of sockets that end with their session; tests/server/test_sign_in.py shows real ones."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from starlette.requests import HTTPConnection
from starlette.types import Message, Receive, Scope, Send

from cop.access.viewer import Viewer
from cop.errors import StoreError
from cop.model.board import BOARD_SOCKET
from cop.server.session_socket import USED, SessionSocket
from tests.support.access import shipped_policy

pytestmark = pytest.mark.access

VIEWER = shipped_policy().room_viewer("1", name="Ana")
SOON_S = 0.01


class Watched:
    """A socket that echoes; ``find`` tells who its viewer is now."""

    def __init__(self, find: Callable[[], Viewer | None], path: str = "/x") -> None:
        self.sent: list[Message] = []
        self.ended: Message | None = None
        self.uses: list[bool] = []
        self.coming: asyncio.Queue[Message] = asyncio.Queue()
        self.scope: Scope = {"type": "websocket", "path": path, "headers": []}
        self.scope["state"] = {"viewer": VIEWER}
        self._find_viewer = find

    async def find(self, request: HTTPConnection, *, is_use: bool = True) -> Viewer | None:
        self.uses.append(is_use)
        return self._find_viewer()

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                self.ended = message
                await send({"type": "websocket.send", "text": "too late"})
                return
            await send({"type": "websocket.send", "text": message.get("text", "")})

    async def run(self) -> None:
        async def send(message: Message) -> None:
            self.sent.append(message)

        served = SessionSocket(self.app, self.find, every_s=SOON_S)
        await asyncio.wait_for(served(self.scope, self.coming.get, send), 20)

    def say(self, **message: Any) -> None:
        self.coming.put_nowait({"type": "websocket.receive", **message})


@pytest.mark.parametrize(
    "now",
    [
        None,
        replace(VIEWER, roles=frozenset({"viewer"})),
        replace(VIEWER, agency="CBP"),
        replace(VIEWER, highest="TLP:CLEAR"),
        replace(VIEWER, id="room:2"),
    ],
)
def test_a_viewer_who_is_gone_or_another_ends_the_socket(now: Viewer | None) -> None:
    answers = [VIEWER, VIEWER]
    watched = Watched(lambda: answers.pop() if answers else now)
    watched.say(text="hello")
    asyncio.run(watched.run())
    assert watched.sent[0] == {"type": "websocket.send", "text": "hello"}
    assert [m["type"] for m in watched.sent] == ["websocket.send", "websocket.close"]
    assert watched.sent[-1]["code"] == 1008
    assert watched.ended is not None
    assert watched.ended["code"] == 1008


def test_another_name_or_a_store_that_fails_ends_nothing() -> None:
    n = 0

    def find() -> Viewer | None:
        nonlocal n
        n += 1
        if n < 4:
            raise StoreError("locked")
        if n == 8:
            watched.coming.put_nowait({"type": "websocket.disconnect", "code": 1000})
        return replace(VIEWER, name="Other")

    watched = Watched(find)
    asyncio.run(watched.run())
    assert watched.ended == {"type": "websocket.disconnect", "code": 1000}
    assert [m["type"] for m in watched.sent] == ["websocket.send"]


@pytest.mark.parametrize("path", ["/x", BOARD_SOCKET])
def test_only_what_a_viewer_does_keeps_the_session_alive(path: str) -> None:
    def find() -> Viewer | None:
        n = len(watched.uses)
        if n == 2:
            watched.scope["state"][USED]() if path == "/x" else watched.say(text="move")
        return VIEWER if n < 6 else None

    watched = Watched(find, path)
    asyncio.run(watched.run())
    assert watched.uses.count(True) == 1
    assert watched.uses[:2] == [False, False]
