"""Streamlit's socket: frames that are no message of a page end it with a reason.

Streamlit logs a traceback for each, and for text it fails.
"""

from typing import Final

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.state.common import GENERATED_ELEMENT_ID_PREFIX
from streamlit.runtime.state.session_state import STREAMLIT_INTERNAL_KEY_PREFIX

from cop.access.page_owner import PageOwners
from cop.access.viewer import Viewer
from cop.server.allowlist import STREAMLIT_SOCKET
from cop.server.pace import Pace
from cop.server.session_socket import USED

_UNSUPPORTED, _MALFORMED, _TOO_MANY = 1003, 1002, 1013
_PROTOCOL, _SESSION = b"sec-websocket-protocol", 2
_MOST_SOCKETS: Final = 1_000
_WIDGETS: Final = (GENERATED_ELEMENT_ID_PREFIX, STREAMLIT_INTERNAL_KEY_PREFIX)
_MESSAGES_PER_S, _MESSAGES_AT_ONCE = 25.0, 200


class PageSocket:
    """Passes on the messages of pages, as fast as a person can cause them, and nothing else."""

    def __init__(
        self, app: ASGIApp, *, owners: PageOwners | None = None, most: int = _MOST_SOCKETS
    ) -> None:
        """Guard the socket of ``app``, open ``most`` times at once.

        A page is gone on with by whom it was drawn for, as the ``owners`` tell; for others a new
        one begins, as parts of a page that are drawn alone have the data of the whole.
        """
        self._app, self._owners, self._most, self._open = app, owners or PageOwners(), most, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket until it ends; other requests pass."""
        if scope["type"] != "websocket" or scope["path"] != STREAMLIT_SOCKET:
            await self._app(scope, receive, send)
            return
        if self._open >= self._most:
            await receive()
            await send(_close(_TOO_MANY, "too many open pages: try again later"))
            return
        used = scope.get("state", {}).get(USED)
        pace, is_closed = Pace(_MESSAGES_PER_S, at_once=_MESSAGES_AT_ONCE), False

        async def receive_checked() -> Message:
            nonlocal is_closed
            message = await receive()
            if message["type"] != "websocket.receive":
                return message
            await pace.wait()
            content = message.get("bytes")
            code, reason = check_frame(content)
            if not reason:
                if used is not None and not is_automatic(content or b""):
                    used()
                return message
            is_closed = True
            await send(_close(code, reason))
            return {"type": "websocket.disconnect", "code": code, "reason": reason}

        async def send_open(message: Message) -> None:
            # A page that is still being drawn has nobody to be sent to.
            if not is_closed:
                await send(message)

        self._open += 1
        try:
            await self._app(self._begin(scope), receive_checked, send_open)
        finally:
            self._open -= 1

    def _begin(self, scope: Scope) -> Scope:
        """Return the scope of a socket without the session of somebody else, or of other rights."""
        viewer = scope.get("state", {}).get("viewer")
        headers = [
            (name, self._admit(value, viewer) if name.lower() == _PROTOCOL else value)
            for name, value in scope["headers"]
        ]
        offered = [
            one.strip() for n, v in headers if n.lower() == _PROTOCOL for one in v.split(b",")
        ]
        return {
            **scope,
            "headers": headers,
            "subprotocols": [one.decode("latin-1") for one in offered],
        }

    def _admit(self, offered: bytes, viewer: Viewer | None) -> bytes:
        """Streamlit's page offers a protocol, a token, and the session that it goes on with."""
        parts = offered.split(b",")
        session = parts[2].strip().decode("latin-1") if len(parts) > _SESSION else ""
        return offered if self._owners.is_of(session, viewer) else b",".join(parts[:_SESSION])


def check_frame(content: bytes | None) -> tuple[int, str]:
    """Return the code and the reason for refusing a frame; no reason for a message of a page."""
    if content is None:
        return _UNSUPPORTED, "text frames are not supported"
    try:
        message = BackMsg.FromString(content)
    except DecodeError:
        return _MALFORMED, "not a message of a page"
    if not message.WhichOneof("type"):
        return _MALFORMED, "an empty message"
    # Another name would be a key of the page's own session state.
    if all(widget.id.startswith(_WIDGETS) for widget in message.rerun_script.widget_states.widgets):
        return 0, ""
    return _MALFORMED, "no widget of a page"


def is_automatic(content: bytes) -> bool:
    """Return whether a page sent a message by itself: to be drawn anew, or that it is there."""
    message = BackMsg.FromString(content)
    is_heartbeat = message.WhichOneof("type") == "app_heartbeat"
    return is_heartbeat or bool(message.rerun_script.is_auto_rerun)


def _close(code: int, reason: str) -> Message:
    return {"type": "websocket.close", "code": code, "reason": reason}
