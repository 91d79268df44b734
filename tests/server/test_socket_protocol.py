"""The protocol of web sockets: each has its limit, and what breaks it ends with a reason."""

import asyncio
import socket
import struct
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send
from streamlit.web.server.starlette import starlette_server
from uvicorn.config import Config
from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode

from cop.model.board import BOARD_SOCKET
from cop.server.allowlist import STREAMLIT_SOCKET
from cop.server.socket_protocol import (
    MOST_BOARD_BYTES,
    MOST_PAGE_BYTES,
    PromptProtocol,
    SocketProtocol,
    install_socket_protocol,
)

pytestmark = pytest.mark.trust

TOO_BIG, NO_TEXT = 1009, 1007


class Wire(asyncio.Transport):
    """The line to a browser, which keeps what is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = bytearray()
        self.closed = False

    def write(self, data: Any) -> None:
        self.sent += data

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


def handshake(path: str) -> bytes:
    lines = (
        f"GET {path} HTTP/1.1", "Host: localhost", "Connection: Upgrade", "Upgrade: websocket",
        "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    )  # fmt: skip
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def send(path: str, *frames: Frame) -> tuple[list[int], int | None]:
    """Send frames to a socket; return the lengths that the app was given, and the closing code."""
    given: list[int] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            given.append(len(message.get("text") or message.get("bytes") or ""))

    async def talk() -> bytes:
        config = Config(app, ws=SocketProtocol, ws_max_size=MOST_PAGE_BYTES, ws_ping_interval=None)
        config.load()
        wire, protocol = Wire(), SocketProtocol(config, ServerState(), {})
        protocol.connection_made(wire)
        protocol.data_received(handshake(path))
        while b"\r\n\r\n" not in wire.sent:
            await asyncio.sleep(0)
        opened = len(wire.sent)
        for frame in frames:
            protocol.data_received(frame.serialize(mask=True))
        if not wire.closed:
            protocol.data_received(
                Frame(Opcode.CLOSE, struct.pack("!H", 1000)).serialize(mask=True)
            )
        await asyncio.gather(*protocol.tasks)
        return bytes(wire.sent[opened:])

    said = asyncio.run(talk())
    return given, struct.unpack("!H", said[2:4])[0] if said else None


def test_each_socket_has_its_limit() -> None:
    for path, most in ((BOARD_SOCKET, MOST_BOARD_BYTES), (STREAMLIT_SOCKET, MOST_PAGE_BYTES)):
        assert send(path, Frame(Opcode.BINARY, bytes(most))) == ([most], 1000)
        assert send(f"{path}?x=1", Frame(Opcode.BINARY, bytes(most + 1))) == ([], TOO_BIG)


def test_parts_of_a_message_count_together() -> None:
    half = bytes(MOST_BOARD_BYTES // 2 + 1)
    parts = (Frame(Opcode.BINARY, half, fin=False), Frame(Opcode.CONT, half))
    assert send(BOARD_SOCKET, *parts) == ([], TOO_BIG)


def test_text_that_is_none_ends_its_socket(caplog: pytest.LogCaptureFixture) -> None:
    assert send(BOARD_SOCKET, Frame(Opcode.TEXT, b"\xff\xfe")) == ([], NO_TEXT)
    assert not caplog.records
    assert send(BOARD_SOCKET, Frame(Opcode.TEXT, "é".encode())) == ([1], 1000)


def test_streamlit_s_server_uses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = {"ws": "auto", "ws_max_size": 200_000_000, "ws_ping_interval": 30}
    monkeypatch.setattr(starlette_server, "_get_uvicorn_config_kwargs", lambda: chosen)
    install_socket_protocol()
    once = starlette_server._get_uvicorn_config_kwargs
    install_socket_protocol()
    assert starlette_server._get_uvicorn_config_kwargs is once
    own = {
        "http": PromptProtocol,
        "ws": SocketProtocol,
        "ws_max_size": MOST_PAGE_BYTES,
        "proxy_headers": False,
        "server_header": False,
    }
    assert once() == chosen | own


def test_an_answer_to_a_kept_connection_is_sent_at_once() -> None:
    """Streamlit binds a socket that does not name TCP; asyncio then leaves Nagle's algorithm on."""

    class Line(Wire):
        def get_extra_info(self, name: str, default: Any = None) -> Any:
            return {"socket": wire}.get(name, default)

    async def connect() -> None:
        config = Config(lambda: None)
        config.load()
        PromptProtocol(config, ServerState(), {}).connection_made(Line())

    with socket.socket() as wire:
        assert not wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        asyncio.run(connect())
        assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
