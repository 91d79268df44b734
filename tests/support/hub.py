"""A hub of the board in this process, and what one connection says to it and hears."""

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import (
    AbstractContextManager,
    ExitStack,
    asynccontextmanager,
    contextmanager,
    suppress,
)
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.types import ASGIApp, Receive, Scope, Send

from cop.access.audit.log import AuditLog
from cop.access.viewer import Viewer
from cop.model.board import BOARD_SOCKET
from cop.query.service import QueryService
from cop.server.board import Hub
from tests.support.access import KnownViewer, shipped_policy

HELLO = {"key": "0" * 32, "name": "Chief"}
NEVER_DRAWN = "aaaaaaaaaa"
Connect = Callable[[], AbstractContextManager[WebSocketTestSession]]


@contextmanager
def connected(client: TestClient, **headers: str) -> Iterator[WebSocketTestSession]:
    """Connect; what a test raises meanwhile is not lost when the connection ends."""
    connection = client.websocket_connect(BOARD_SOCKET, headers=headers)
    socket = connection.__enter__()
    try:
        yield socket
    finally:
        # The client cancels what it has just asked to end.
        with suppress(CancelledError):
            connection.__exit__(None, None, None)


@contextmanager
def opened_hub(service: QueryService) -> Iterator[Connect]:
    """Open a hub; what it raises is raised in the test. Everybody is the single operator."""
    policy = shipped_policy()
    hub = Hub(service, policy, AuditLog(service.warehouse.settings))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await hub.start()
        yield
        await hub.stop()

    app = Starlette(
        routes=[hub.route],
        lifespan=lifespan,
        middleware=[Middleware(KnownViewer, viewer=policy.operator())],
    )
    with TestClient(app) as client:
        yield lambda: connected(client)


def answers(socket: WebSocketTestSession) -> list[dict[str, Any]]:
    """What was said before the answer to a message that changes nothing."""
    socket.send_text(json.dumps({"erase": NEVER_DRAWN}))
    heard: list[dict[str, Any]] = []
    while not heard or NEVER_DRAWN not in heard[-1].get("refused", ""):
        heard.append(json.loads(socket.receive_text()))
    return heard[:-1]


def say(socket: WebSocketTestSession, **words: Any) -> list[str]:
    """Say something, and return why it was refused."""
    socket.send_text(json.dumps(words))
    return [one["refused"] for one in answers(socket) if "refused" in one]


class NamedViewer:
    """Stands in for the gate: a header names whose connection it is."""

    def __init__(self, app: ASGIApp, viewers: Mapping[str, Viewer]) -> None:
        self.app, self.viewers = app, viewers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            scope = {**scope, "state": {"viewer": self.viewers[Headers(scope=scope)["x-who"]]}}
        await self.app(scope, receive, send)


class HubSeat:
    """One person's connection to a hub: all that they were told, in order."""

    def __init__(self, socket: WebSocketTestSession) -> None:
        self.socket = socket
        self.told: list[str] = []
        self.people: list[str] = []

    def say(self, **words: Any) -> None:
        self.socket.send_text(json.dumps(words))

    def hear(self) -> str:
        text = self.socket.receive_text()
        (self.people if text.startswith('{"people"') else self.told).append(text)
        return text

    def hear_until(self, words: str) -> str:
        while words not in (text := self.hear()):
            assert not text.startswith('{"refused"'), text
        return text


@contextmanager
def opened_table(
    service: QueryService, viewers: Mapping[str, Viewer]
) -> Iterator[Callable[..., HubSeat]]:
    """Open a hub for several people; what is yielded seats one of them by their key."""
    hub = Hub(service, shipped_policy(), AuditLog(service.warehouse.settings))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await hub.start()
        yield
        await hub.stop()

    app = Starlette(
        routes=[hub.route],
        lifespan=lifespan,
        middleware=[Middleware(NamedViewer, viewers=viewers)],
    )
    with TestClient(app) as client, ExitStack() as stack:

        def seat(who: str, key: int, **more: Any) -> HubSeat:
            sitting = HubSeat(stack.enter_context(connected(client, **{"x-who": who})))
            sitting.say(key=f"{key:032x}", name=who, **more)
            return sitting

        yield seat
