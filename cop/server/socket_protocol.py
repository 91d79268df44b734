"""The connections of the server: answers go out at once; how long a message of a socket may be.

Streamlit chooses the protocols of uvicorn and its limit, 200 MB for each message of any socket,
before a page or the board has seen it; tests/server/test_socket_protocol.py holds for its version.
"""

import asyncio
import socket
from typing import Any, Final

from streamlit.web.server.starlette import starlette_server
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode
from websockets.http11 import Request

from cop.model.board import BOARD_SOCKET

MOST_PAGE_BYTES: Final = 4_194_304
"""Bytes of a message of a page: the state of all its widgets; files come another way."""
MOST_BOARD_BYTES: Final = 262_144
"""Bytes of a message to the board: 65,536 characters of UTF-8."""
_INSTALLED: Final = "installed_by_cop"


class PromptProtocol(H11Protocol):
    """uvicorn's protocol of HTTP, which sends the end of an answer without waiting.

    asyncio sees to that for sockets that name TCP as their protocol, and Streamlit's does not: each
    answer to a kept connection then takes 40 ms more, until the browser confirms its beginning.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Send what is written at once, also after the connection became a web socket."""
        wire = transport.get_extra_info("socket")
        if wire is not None and wire.family in (socket.AF_INET, socket.AF_INET6):
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)


class SocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol with a limit for each socket; what breaks it is closed with a reason."""

    def handle_connect(self, event: Request) -> None:
        """Open a socket with the limit of its path."""
        path, _, _ = event.path.partition("?")
        most = MOST_BOARD_BYTES if path == BOARD_SOCKET else MOST_PAGE_BYTES
        self.conn.max_message_size = most
        super().handle_connect(event)

    def send_receive_event_to_app(self) -> None:
        """Pass a message on; text that is not UTF-8 ends the connection without a traceback."""
        if self.curr_msg_data_type == "text" and not self.close_sent and not self._is_utf8():
            self.frames = []
            self.conn.fail(CloseCode.INVALID_DATA, "text is not UTF-8")
            self.handle_parser_exception()
            return
        super().send_receive_event_to_app()

    def _is_utf8(self) -> bool:
        try:
            b"".join(self.frames).decode()
        except UnicodeDecodeError:
            return False
        return True


def install_socket_protocol() -> None:
    """Use these protocols for every connection from now on."""
    choose = starlette_server._get_uvicorn_config_kwargs
    if hasattr(choose, _INSTALLED):
        return

    def choose_own() -> dict[str, Any]:
        # cop.server.proxy applies the headers of proxies: it must see who really sent a request.
        own = {
            "http": PromptProtocol,
            "ws": SocketProtocol,
            "ws_max_size": MOST_PAGE_BYTES,
            "proxy_headers": False,
            "server_header": False,
        }
        return choose() | own

    setattr(choose_own, _INSTALLED, True)
    starlette_server._get_uvicorn_config_kwargs = choose_own
