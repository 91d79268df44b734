"""Streamlit's socket: what is no message of a page is closed with a reason and passed to nobody."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.proto.BackMsg_pb2 import BackMsg

from cop.access.page_owner import PageOwners
from cop.server.allowlist import STREAMLIT_SOCKET
from cop.server.page_socket import PageSocket, check_frame
from tests.attack.frame import draw_frame, draw_rerun
from tests.support.access import KnownViewer, shipped_policy

pytestmark = pytest.mark.trust


async def echo(socket: WebSocket) -> None:
    """Answer as Streamlit reads: bytes alone."""
    await socket.accept()
    try:
        while True:
            await socket.send_bytes(await socket.receive_bytes())
    except WebSocketDisconnect:
        # A page that is being drawn when its socket ends goes on sending.
        await socket.send_bytes(b"late")


def client(*, most: int = 10) -> TestClient:
    routes = [WebSocketRoute(STREAMLIT_SOCKET, echo), WebSocketRoute("/other", echo)]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(PageSocket, most=most)]))


def state_of(widget_id: str) -> bytes:
    message = BackMsg()
    message.rerun_script.widget_states.widgets.add(id=widget_id, string_value="x")
    return message.SerializeToString()


@pytest.mark.parametrize(
    ("frame", "code", "reason"),
    [
        ("{}", 1003, "text frames are not supported"),
        (b"", 1002, "an empty message"),
        (b"\xff" * 40, 1002, "not a message of a page"),
        (state_of("context"), 1002, "no widget of a page"),
    ],
)
def test_a_frame_that_is_no_message_ends_the_socket(
    frame: str | bytes, code: int, reason: str
) -> None:
    with client().websocket_connect(STREAMLIT_SOCKET) as socket:
        (socket.send_text if isinstance(frame, str) else socket.send_bytes)(frame)  # type: ignore[operator]
        with pytest.raises(WebSocketDisconnect) as ended:
            socket.receive_bytes()
    assert (ended.value.code, ended.value.reason) == (code, reason)


def test_a_message_of_a_page_passes_as_it_is() -> None:
    asked = draw_rerun(Random(1))  # noqa: S311 no secret
    asked.rerun_script.ClearField("widget_states")
    with client().websocket_connect(STREAMLIT_SOCKET) as socket:
        for frame in (asked.SerializeToString(), state_of("$$ID-0123-filter-window")):
            socket.send_bytes(frame)
            assert socket.receive_bytes() == frame


def test_other_sockets_are_not_its_business() -> None:
    with client().websocket_connect("/other") as socket:
        socket.send_bytes(b"\xff")
        assert socket.receive_bytes() == b"\xff"


def test_so_many_pages_are_open_at_once() -> None:
    crowd = client(most=1)
    with crowd.websocket_connect(STREAMLIT_SOCKET) as first:
        with (
            pytest.raises(WebSocketDisconnect) as refused,
            crowd.websocket_connect(STREAMLIT_SOCKET),
        ):
            pass
        assert refused.value.reason == "too many open pages: try again later"
        first.send_bytes(b"")
        with pytest.raises(WebSocketDisconnect):
            first.receive_bytes()


@given(st.randoms(use_true_random=False))
def test_any_frame_is_a_message_or_is_refused(random: Random) -> None:
    frame = draw_frame(random)
    content = frame if isinstance(frame, bytes) else None
    code, reason = check_frame(content)
    assert (code == 0) == (reason == "")
    if not reason:
        assert content is not None
        assert BackMsg.FromString(content).WhichOneof("type")


async def offered(socket: WebSocket) -> None:
    """Send what was offered, as Streamlit reads it."""
    await socket.accept()
    await socket.send_json(
        [socket.headers["sec-websocket-protocol"], list(socket.scope["subprotocols"])]
    )


@pytest.mark.access
@pytest.mark.parametrize(("session", "is_own"), [("mine", True), ("theirs", False), ("", False)])
def test_a_session_is_passed_on_to_whom_its_page_was_drawn_for(session: str, is_own: bool) -> None:
    owners, ana = PageOwners(), replace(shipped_policy().operator(), id="local:ana")
    owners.take("mine", ana)
    owners.take("theirs", replace(ana, id="local:ben"))
    app = Starlette(
        routes=[WebSocketRoute(STREAMLIT_SOCKET, offered)],
        middleware=[Middleware(KnownViewer, viewer=ana), Middleware(PageSocket, owners=owners)],
    )
    asked = ["streamlit", "token", session]
    with TestClient(app).websocket_connect(STREAMLIT_SOCKET, subprotocols=asked) as socket:
        header, found = socket.receive_json()
    passed = asked if is_own else asked[:2]
    assert [one.strip() for one in header.split(",")] == found == passed
