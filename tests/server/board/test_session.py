"""One connection to the board: who falls behind is told to come again, who is gone is let go."""

import asyncio
import gc
from typing import Any

import pytest
from starlette.websockets import WebSocketDisconnect

from cop.model.board import Person
from cop.server.board import Hub
from cop.server.board import session as module
from cop.server.board.session import TOO_SLOW, BoardSession
from tests.support.access import shipped_policy

pytestmark = pytest.mark.trust


class KeptSocket:
    """Keeps what is sent, and with which code it was closed."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.closed: int | None = None

    async def send_text(self, text: str) -> None:
        self.sent.append(text)

    async def close(self, code: int, _reason: str) -> None:
        self.closed = code


def open_session(socket: Any) -> BoardSession:
    person = Person(id="0" * 16, name="Chief")
    return BoardSession(socket, shipped_policy().operator(), person, None)


def test_messages_are_sent_in_order_until_too_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_WAITING_CHARACTERS", 9)
    socket = KeptSocket()

    async def run() -> None:
        session = open_session(socket)
        sending = asyncio.create_task(session.send())
        session.offer("one")
        while not socket.sent:
            await asyncio.sleep(0)
        for text in ("two", "three four", "five"):
            session.offer(text)
        await sending

    asyncio.run(run())
    assert socket.sent == ["one", "two"]
    assert socket.closed == TOO_SLOW


class GoneSocket:
    """A connection whose other end has gone by the time that it is refused."""

    async def accept(self) -> None:
        return None

    async def receive(self) -> dict[str, str]:
        return {"type": "websocket.receive", "text": "no JSON"}

    async def close(self, code: int, reason: str) -> None:
        del code, reason
        raise WebSocketDisconnect(code=1006)


def test_a_refusal_of_who_has_gone_raises_nothing() -> None:
    nothing: Any = None
    hub = Hub(nothing, nothing, nothing)
    socket: Any = GoneSocket()
    asyncio.run(hub.answer(socket))


class BrokenSocket:
    """A connection that breaks while something is sent and received: both fail at once."""

    def __init__(self) -> None:
        self.broken = asyncio.Event()
        self.waiting = 0

    async def receive(self) -> dict[str, str]:
        self.waiting += 1
        await self.broken.wait()
        return {"type": "websocket.disconnect"}

    async def send_text(self, _text: str) -> None:
        self.waiting += 1
        await self.broken.wait()
        raise WebSocketDisconnect(code=1006)


async def serve(socket: BrokenSocket, unretrieved: list[dict[str, Any]]) -> asyncio.Task[None]:
    """Begin to serve a connection; what nobody retrieves is kept."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: unretrieved.append(context))
    nothing: Any = None
    hub = Hub(nothing, nothing, nothing)
    session = open_session(socket)
    session.offer("one")
    serving = asyncio.create_task(hub._serve(session))
    while socket.waiting < 2:
        await asyncio.sleep(0)
    return serving


def test_a_connection_that_breaks_leaves_no_fault_behind() -> None:
    unretrieved: list[dict[str, Any]] = []

    async def run() -> None:
        socket = BrokenSocket()
        serving = await serve(socket, unretrieved)
        socket.broken.set()
        with pytest.raises(WebSocketDisconnect):
            await serving

    asyncio.run(run())
    gc.collect()
    assert unretrieved == []


def test_a_server_that_stops_leaves_no_task_of_a_connection_behind() -> None:
    unretrieved: list[dict[str, Any]] = []

    async def run() -> None:
        serving = await serve(BrokenSocket(), unretrieved)
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())
    assert unretrieved == []
