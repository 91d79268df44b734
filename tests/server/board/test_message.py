"""Messages to the board of every wrong kind: none raises, and the board stays one that resolves."""

import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from cop.layerkind.service.layer_list import read_layers
from cop.layerkind.service.opening import resolve_picture
from cop.model.board import Board
from cop.model.picture import Picture
from cop.query.service import QueryService
from tests.attack.message import draw_message
from tests.support.hub import HELLO, Connect, answers

pytestmark = pytest.mark.trust


def send(socket: WebSocketTestSession, message: str | bytes) -> None:
    if isinstance(message, bytes):
        socket.send_bytes(message)
    else:
        socket.send_text(message)


def resolves(service: QueryService, board: Board) -> bool:
    view, picture = resolve_picture(service, Picture.open_pairs(board.wanted or []))
    known = read_layers(service, view)
    return not picture.unapplied and all(one.id in known for one in board.layers or ())


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
