"""Messages to the board of every wrong kind: none raises, and the board stays one that resolves."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import (
    AbstractContextManager,
    asynccontextmanager,
    closing,
    contextmanager,
    suppress,
)
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from cop.access.audit.log import AuditLog
from cop.layerkind.service.layer_list import read_layers
from cop.layerkind.service.opening import resolve_picture
from cop.model.board import BOARD_SOCKET, Board
from cop.model.picture import Picture
from cop.query.service import QueryService
from cop.server.board import Hub, build_hub
from cop.settings import StoreSettings
from cop.store.audit.head import HEAD_FILE
from cop.store.audit.search import AuditQuery
from cop.store.warehouse import Warehouse
from tests.attack.message import draw_message
from tests.support.access import KnownViewer, shipped_policy
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.trust

HELLO = {"key": "0" * 32, "name": "Chief"}
NEVER_DRAWN = "aaaaaaaaaa"
Connect = Callable[[], AbstractContextManager[WebSocketTestSession]]


@pytest.fixture(scope="module")
def service(
    bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[QueryService]:
    folder = tmp_path_factory.mktemp("message") / "warehouse"
    shutil.copytree(bare_warehouse, folder)
    publish_events(StoreSettings(data=folder), make_frame(3, source_id=["a", "b", "c"]))
    warehouse = Warehouse(StoreSettings(data=folder))
    yield QueryService(warehouse, tile_cache_mb=8)
    warehouse.close()


@pytest.fixture(scope="module")
def connect(service: QueryService) -> Iterator[Connect]:
    """Opens a connection to a hub; what the hub raises is raised in the test."""
    policy = shipped_policy()
    hub = build_hub(service, policy, AuditLog(service.warehouse.settings))

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


def send(socket: WebSocketTestSession, message: str | bytes) -> None:
    if isinstance(message, bytes):
        socket.send_bytes(message)
    else:
        socket.send_text(message)


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


def resolves(service: QueryService, board: Board) -> bool:
    view, picture = resolve_picture(service, Picture.open_pairs(board.wanted or []))
    known = read_layers(service, view)
    return not picture.unapplied and all(one.id in known for one in board.layers or ())


def test_a_filter_that_the_warehouse_lacks_is_not_put_on_the_board(
    service: QueryService, connect: Connect
) -> None:
    with connect() as socket:
        socket.send_text(json.dumps(HELLO))
        say(socket, take=True, move={"wanted": [["sector", "TCA"]]})
        refused = say(socket, move={"wanted": [["sector", "GONE-1"]]})
        words = "Not applied: sector GONE-1, which this warehouse does not have"
        assert refused == [f"Not put on the board. {words}."]
        (refused_year,) = say(socket, move={"wanted": [["to", "0001-01-01"]]})
        assert refused_year == "to='0001-01-01' is not within the years 1900 to 2199"
    assert service.warehouse.room.journal.board().wanted == [("sector", "TCA")]


@pytest.mark.access
def test_who_takes_leaves_draws_and_erases_is_recorded(
    service: QueryService, connect: Connect
) -> None:
    with connect() as socket:
        socket.send_text(json.dumps(HELLO))
        say(socket, take=True)
        say(socket, release=True)
    with closing(AuditLog(service.warehouse.settings)) as log:
        found = log.search(AuditQuery(who="chief"))
        assert log.verify().is_whole
    ended = [(one.action, one.subject, one.outcome) for one in found]
    assert ("take", "board", "done") in ended
    assert ("leave", "board", "done") in ended
    assert ("erase", f"annotation {NEVER_DRAWN}", "refused") in ended


@pytest.mark.access
def test_the_board_is_not_taken_where_that_cannot_be_recorded(
    service: QueryService, connect: Connect
) -> None:
    head = service.warehouse.folder / HEAD_FILE
    with connect() as socket:
        socket.send_text(json.dumps(HELLO))
        say(socket, take=True)
        say(socket, release=True)
        kept = head.read_bytes()
        head.write_text("no head")
        try:
            socket.send_text(json.dumps({"take": True}))
            heard: list[dict[str, Any]] = []
            while not heard or "refused" not in heard[-1]:
                heard.append(json.loads(socket.receive_text()))
        finally:
            head.write_bytes(kept)
        assert "head of the audit record cannot be read" in heard[-1]["refused"]
    assert service.warehouse.room.journal.board().presenter is None


def test_a_layer_that_is_gone_is_left_out_with_words(
    service: QueryService, connect: Connect
) -> None:
    layers = [
        {"id": "gone", "opacity": 1},
        {"id": "events", "opacity": 0.5, "measure": "beauty"},
    ]
    with connect() as socket:
        socket.send_text(json.dumps(HELLO))
        refused = say(socket, take=True, move={"layers": layers})
        assert refused == ["Not applied: layer gone, which this warehouse does not have"]
    (left,) = service.warehouse.room.journal.board().layers or []
    assert (left.id, left.opacity, left.measure) == ("events", 0.5, None)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (json.dumps(HELLO | {"after": 10**30}), "after: "),
        (json.dumps(HELLO | {"after": -1}), "after: "),
        (json.dumps(HELLO).encode(), "send JSON as text"),
        ('{"draw":' + "[" * 60_000, "Invalid JSON"),
        ("x" * 70_000, "message too long"),
        (json.dumps(HELLO | {"key": "\ud800"}), ""),
        ('{"move": {"sent_ms": NaN}}', "move.sent_ms: "),
        (json.dumps({"move": {"frame": {"from": -(10**15), "to": 10**15}}}), "move.frame.from: "),
    ],
)
def test_what_is_no_message_ends_its_connection_with_the_reason(
    connect: Connect, message: str | bytes, reason: str
) -> None:
    with connect() as socket:
        send(socket, message)
        with pytest.raises(WebSocketDisconnect) as ended:
            socket.receive_text()
    assert ended.value.code == 1008
    assert reason in ended.value.reason


@given(st.randoms(use_true_random=False))
def test_any_messages_leave_a_board_that_resolves(
    service: QueryService, connect: Connect, random: Random
) -> None:
    with connect() as socket:
        socket.send_text(json.dumps(HELLO))
        try:
            for _ in range(4):
                send(socket, draw_message(random))
                answers(socket)
        except WebSocketDisconnect as ended:
            assert ended.code == 1008
            assert ended.reason
    assert resolves(service, service.warehouse.room.journal.board())


class GoneSocket:
    """A connection whose other end has gone by the time that it is refused."""

    async def accept(self) -> None:
        return None

    async def receive(self) -> dict[str, str]:
        return {"type": "websocket.receive", "text": "no JSON"}

    async def close(self, code: int, reason: str) -> None:
        del code, reason
        raise WebSocketDisconnect(code=1006)


@pytest.mark.trust
def test_a_refusal_of_who_has_gone_raises_nothing() -> None:
    nothing: Any = None
    hub = Hub(nothing, nothing, nothing, nothing, policy=nothing, audit=nothing)
    socket: Any = GoneSocket()
    asyncio.run(hub.answer(socket))
