"""Streamlit's socket: looks for news are passed on where there is some, everything else always."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from cop.query.page_watch import PageWatches
from cop.server.allowlist import STREAMLIT_SOCKET
from cop.server.page_news import PageNews

pytestmark = pytest.mark.scale


async def draw(socket: WebSocket) -> None:
    """Name the session as Streamlit does, then send back what comes."""
    await socket.accept()
    await socket.send_bytes(begun("s1"))
    try:
        while True:
            await socket.send_bytes(await socket.receive_bytes())
    except WebSocketDisconnect:
        return


def begun(session: str) -> bytes:
    message = ForwardMsg()
    message.new_session.initialize.session_id = session
    return message.SerializeToString()


def rerun(part: str, *, is_look: bool = True) -> bytes:
    message = BackMsg()
    message.rerun_script.fragment_id = part
    message.rerun_script.is_auto_rerun = is_look
    return message.SerializeToString()


def client(watches: PageWatches) -> TestClient:
    routes = [WebSocketRoute(STREAMLIT_SOCKET, draw), WebSocketRoute("/other", draw)]
    middleware = [Middleware(PageNews, watches=watches)]
    return TestClient(Starlette(routes=routes, middleware=middleware))


def test_a_look_is_passed_on_where_there_is_news() -> None:
    watches, news = PageWatches(), {"events": False}
    watches.note("s1", "events", lambda: news["events"])
    with client(watches).websocket_connect(STREAMLIT_SOCKET) as socket:
        assert socket.receive_bytes() == begun("s1")
        # What is not passed on has no answer: the next that is comes first.
        socket.send_bytes(rerun("events"))
        socket.send_bytes(rerun("wall"))
        assert socket.receive_bytes() == rerun("wall"), "a part that nothing is known of"
        socket.send_bytes(rerun("events"))
        socket.send_bytes(rerun("events", is_look=False))
        assert socket.receive_bytes() == rerun("events", is_look=False), "asked for by a person"
        news["events"] = True
        socket.send_bytes(rerun("events"))
        assert socket.receive_bytes() == rerun("events")
    assert watches.has_news("s1", "events"), "the page is forgotten with its socket"


def test_a_page_of_another_session_and_other_sockets_are_passed_on() -> None:
    watches = PageWatches()
    watches.note("s2", "events", lambda: False)
    for path in (STREAMLIT_SOCKET, "/other"):
        with client(watches).websocket_connect(path) as socket:
            assert socket.receive_bytes() == begun("s1")
            socket.send_bytes(rerun("events"))
            assert socket.receive_bytes() == rerun("events")
    assert not watches.has_news("s2", "events")
