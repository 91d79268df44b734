"""Access to the room with its shared key, sent as a cookie or a header."""

import hashlib
from collections.abc import Iterable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from cop.access.event import AccessRecorder, record_nothing
from cop.access.room_key import KEY_HEADER, ROOM_COOKIE, ROOM_COOKIE_SECONDS, RoomKey
from cop.errors import AuditError
from cop.model.audit import Actor
from cop.server.form import lead, plain, read_form, settle_address
from cop.server.key import LONG
from cop.server.key_page import render_join
from cop.server.rate_limiter import RateLimiter

ROOM_PATH = "/room"
POLICY_VIOLATION = 1008
UNRECORDED = "nothing can be recorded now, so that nobody is let in: tell who runs this server"
_CHALLENGE = {"WWW-Authenticate": 'RoomKey realm="cop"'}


class SharedKeyAuth:
    """Admits requests with the room key; stores only the last wrong tries."""

    def __init__(
        self,
        key: RoomKey,
        *,
        pages: Iterable[str],
        sign_in: str | None = None,
        is_secure: bool = False,
        record: AccessRecorder = record_nothing,
    ) -> None:
        """Require ``key``; ``pages`` are the addresses that a browser is sent back to.

        ``sign_in`` is the address of the page that offers other ways in, if there are any. With
        ``is_secure`` the cookie is for TLS alone. Who joins with the key, or tries to with a wrong
        one, is reported to ``record``.
        """
        self._key, self._pages = key, frozenset(pages)
        self._sign_in, self._is_secure = sign_in, is_secure
        self._record = record
        self._typed, self._sent = RateLimiter(), RateLimiter()
        # Wrong keys of others would otherwise lock out who has the right one.
        self._is_long = key.length >= LONG

    def is_stated(self, scope: Scope) -> bool:
        """Return whether a request states a key in its header."""
        return KEY_HEADER in Headers(scope=scope)

    def stand_in(self, scope: Scope) -> ASGIApp | None:
        """Return the app that answers a request or a socket without access; None with access."""
        at_door = scope["type"] == "http" and scope["path"] == ROOM_PATH
        if at_door and scope["method"] == "POST":
            return self._answer
        refused = self._refuse(scope)
        if refused is not None and scope["type"] == "websocket":
            return WebSocketClose(POLICY_VIOLATION, "this server requires its room key")
        if refused is None and at_door and scope["method"] == "GET":
            return lead("/")
        return refused

    def _refuse(self, scope: Scope) -> Response | None:
        request = HTTPConnection(scope)
        if self._key.read_browser(request.cookies.get(ROOM_COOKIE, "")) is not None:
            return None
        stated = request.headers.get(KEY_HEADER)
        if stated is not None:
            return self._refuse_header(stated.encode("latin-1"))
        is_page = scope["path"] in self._pages or scope["path"] == ROOM_PATH
        if scope.get("method") == "GET" and is_page and takes_html(request.headers):
            query = scope["query_string"].decode("latin-1")
            return self._page(f"{scope['path']}?{query}" if query else scope["path"])
        return plain(
            401,
            f"this server requires its room key: open / in a browser, or send {KEY_HEADER}",
            _CHALLENGE,
        )

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await self._join(Request(scope, receive))
        except AuditError:
            response = plain(503, UNRECORDED)
        await response(scope, receive, send)

    async def _join(self, request: Request) -> Response:
        form = await read_form(request)
        if isinstance(form, Response):
            return form
        address = form.get("next", "/")
        wait_s = self._typed.wait_s()
        key = form.get("key", "").strip().encode()
        is_right = self._key.is_key(key)
        if wait_s and not (is_right and self._is_long):
            return self._page(address, wait_s=wait_s)
        if not is_right:
            self._typed.note(_digest(key))
            await self._note(request, "room", "wrong room key")
            return self._page(address, wrong=True)
        cookie = self._key.issue()
        await self._note(request, f"room:{self._key.read_browser(cookie)}", "done")
        response = lead(settle_address(address, self._pages))
        response.set_cookie(
            ROOM_COOKIE,
            cookie,
            max_age=ROOM_COOKIE_SECONDS,
            path="/",
            secure=self._is_secure or request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
        return response

    async def _note(self, request: Request, who: str, outcome: str) -> None:
        address = request.client.host if request.client else ""
        actor = Actor(who=who, roles=(), origin="room key", address=address)
        await run_in_threadpool(self._record, actor, "sign in", who, outcome=outcome)

    def _refuse_header(self, stated: bytes) -> Response | None:
        """Refuse a wrong key; the same wrong key repeated counts once, so it locks nobody out."""
        wait_s, digest = self._sent.wait_s(), _digest(stated)
        is_right = self._key.is_key(stated)
        if is_right and (self._is_long or not wait_s):
            return None
        if not self._sent.knows(digest):
            if wait_s:
                return plain(
                    429, "too many wrong room keys: try again later", {"Retry-After": str(wait_s)}
                )
            self._sent.note(digest)
        return plain(401, f"the room key in {KEY_HEADER} is wrong", _CHALLENGE)

    def _page(self, address: str, *, wrong: bool = False, wait_s: int = 0) -> Response:
        page = render_join(
            ROOM_PATH, settle_address(address, self._pages),
            wrong=wrong, wait_s=wait_s, sign_in=self._sign_in,
        )  # fmt: skip
        if wait_s:
            return HTMLResponse(page, 429, headers={"Retry-After": str(wait_s)})
        return HTMLResponse(page, 401, headers=_CHALLENGE)


def takes_html(headers: Headers) -> bool:
    """Return whether the sender of a request shows pages."""
    return "text/html" in headers.get("accept", "").lower()


def _digest(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()
