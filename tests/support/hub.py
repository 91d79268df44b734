"""A hub of the board in this process, and what one connection says to it and hears."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, suppress
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient, WebSocketTestSession

from cop.access.audit.log import AuditLog
from cop.model.board import BOARD_SOCKET
from cop.query.service import QueryService
from cop.server.board import Hub
from tests.support.access import KnownViewer, shipped_policy

HELLO = {"key": "0" * 32, "name": "Chief"}
NEVER_DRAWN = "aaaaaaaaaa"
Connect = Callable[[], AbstractContextManager[WebSocketTestSession]]


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

        @contextmanager
        def connecting() -> Iterator[WebSocketTestSession]:
            # The client cancels what it has just told to end.
            with suppress(CancelledError), client.websocket_connect(BOARD_SOCKET) as socket:
                yield socket

        yield connecting


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
