"""Streamlit's socket: parts of a page that look for news by themselves run where there is some.

Otherwise their script would run, and the browser draw the page anew, for nothing: eight times in
ten seconds for each open Picture.
"""

from typing import Final

from anyio import CapacityLimiter, to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from cop.query.page_watch import PageWatches
from cop.server.allowlist import STREAMLIT_SOCKET

_LOOKS_AT_ONCE: Final = 4
"""What was published may have to be worked out for a release first: others do not wait for that."""


class PageNews:
    """Passes on what pages send, but for looks where the watches know that nothing is new."""

    def __init__(self, app: ASGIApp, *, watches: PageWatches) -> None:
        """Guard the socket of ``app``, whose frames have been checked to be messages of a page."""
        self._app, self._watches = app, watches
        self._limiter = CapacityLimiter(_LOOKS_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket until it ends; other requests pass."""
        if scope["type"] != "websocket" or scope["path"] != STREAMLIT_SOCKET:
            await self._app(scope, receive, send)
            return
        session_id = ""

        async def receive_needed() -> Message:
            while True:
                message = await receive()
                part = read_looking_part(message.get("bytes")) if session_id else ""
                if not part or await self._has_news(session_id, part):
                    return message

        async def send_on(message: Message) -> None:
            nonlocal session_id
            session_id = session_id or read_session(message.get("bytes"))
            await send(message)

        try:
            await self._app(scope, receive_needed, send_on)
        finally:
            self._watches.forget(session_id)

    async def _has_news(self, session_id: str, part: str) -> bool:
        look = self._watches.has_news
        return await to_thread.run_sync(look, session_id, part, limiter=self._limiter)


def read_looking_part(content: bytes | None) -> str:
    """Return the part of its page that a message asks to be run at an interval; else nothing."""
    asked = BackMsg.FromString(content or b"").rerun_script
    return str(asked.fragment_id) if asked.is_auto_rerun else ""


def read_session(content: bytes | None) -> str:
    """Return the session that Streamlit names to a page as it begins to draw it; else nothing."""
    return str(ForwardMsg.FromString(content or b"").new_session.initialize.session_id)
