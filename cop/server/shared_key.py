"""Access to the room with its shared key, sent as a cookie or a header."""

import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import parse_qs

from itsdangerous import BadSignature, TimestampSigner
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from cop.server.key import LONG
from cop.server.key_page import render_join
from cop.server.rate_limiter import RateLimiter

ROOM_PATH = "/room"
COOKIE = "cop_room"
KEY_HEADER = "X-Cop-Room-Key"
COOKIE_SECONDS = 30 * 86_400
LONGEST_FORM = 16_384
LONGEST_ADDRESS = 4_096
POLICY_VIOLATION = 1008
ROOM_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    # Under no-referrer a browser posts the form with `Origin: null`.
    "Referrer-Policy": "same-origin",
}
"""Headers of the answers of the key page, instead of the usual ones."""
_FORM = "application/x-www-form-urlencoded"
_CHALLENGE = {"WWW-Authenticate": 'RoomKey realm="cop"'}
_VERSION = b"1"


class SharedKeyAuth:
    """Admits requests with the room key; stores only the last wrong tries."""

    def __init__(self, key: bytes, *, pages: Iterable[str]) -> None:
        """Require ``key``; ``pages`` are the addresses that a browser is sent back to."""
        self._key = key
        # Slow on purpose: who reads a cookie on the wire cannot try many keys on it.
        signing_key = hashlib.scrypt(key, salt=b"cop_room", n=2**14, r=8, p=1, dklen=32)
        self._signer = TimestampSigner(
            signing_key, salt=b"cop_room", key_derivation="hmac", digest_method=hashlib.sha256
        )
        self._pages = frozenset(pages)
        self._typed, self._sent = RateLimiter(), RateLimiter()
        # Wrong keys of others would otherwise lock out who has the right one.
        self._is_long = len(key.decode()) >= LONG

    def issue(self) -> str:
        """Return the value of a cookie that gives access for 30 days from now."""
        return self._signer.sign(_VERSION).decode()

    def is_valid_cookie(self, cookie: str) -> bool:
        """Return whether a cookie was issued under this key and has not expired."""
        try:
            return self._signer.unsign(cookie, max_age=COOKIE_SECONDS) == _VERSION
        except BadSignature:
            return False

    def stand_in(self, scope: Scope) -> ASGIApp | None:
        """Return the app that answers a request or a socket without access; None with access."""
        at_door = scope["type"] == "http" and scope["path"] == ROOM_PATH
        if at_door and scope["method"] == "POST":
            return self._answer
        refused = self._refuse(scope)
        if refused is not None and scope["type"] == "websocket":
            return WebSocketClose(POLICY_VIOLATION, "this server requires its room key")
        if refused is None and at_door and scope["method"] == "GET":
            return _go("/")
        return refused

    def _refuse(self, scope: Scope) -> Response | None:
        request = HTTPConnection(scope)
        if self.is_valid_cookie(request.cookies.get(COOKIE, "")):
            return None
        stated = request.headers.get(KEY_HEADER)
        if stated is not None:
            return self._refuse_header(stated.encode("latin-1"))
        is_page = scope["path"] in self._pages or scope["path"] == ROOM_PATH
        if scope.get("method") == "GET" and is_page and _takes_html(request.headers):
            query = scope["query_string"].decode("latin-1")
            return self._page(f"{scope['path']}?{query}" if query else scope["path"])
        return _plain(
            401,
            f"this server requires its room key: open / in a browser, or send {KEY_HEADER}",
            _CHALLENGE,
        )

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._join(Request(scope, receive))
        await response(scope, receive, send)

    async def _join(self, request: Request) -> Response:
        misplaced = _misplaced(request)
        if misplaced is not None:
            return misplaced
        body = await _read(request)
        if body is None:
            return _plain(
                413, f"the form is too long: at most {LONGEST_FORM} bytes", {"Connection": "close"}
            )
        try:
            form = parse_qs(body.decode("ascii"), errors="strict", max_num_fields=4)
        except ValueError:
            return _plain(400, "the form is not valid: open / in a browser and enter the key")
        address = form.get("next", ["/"])[0]
        wait_s = self._typed.wait_s()
        key = form.get("key", [""])[0].strip().encode()
        is_right = hmac.compare_digest(key, self._key)
        if wait_s and not (is_right and self._is_long):
            return self._page(address, wait_s=wait_s)
        if not is_right:
            self._typed.note(_digest(key))
            return self._page(address, wrong=True)
        response = _go(self._local(address))
        response.set_cookie(
            COOKIE,
            self.issue(),
            max_age=COOKIE_SECONDS,
            path="/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
        return response

    def _refuse_header(self, stated: bytes) -> Response | None:
        """Refuse a wrong key; the same wrong key repeated counts once, so it locks nobody out."""
        wait_s, digest = self._sent.wait_s(), _digest(stated)
        is_right = hmac.compare_digest(stated, self._key)
        if is_right and (self._is_long or not wait_s):
            return None
        if not self._sent.knows(digest):
            if wait_s:
                return _plain(
                    429, "too many wrong room keys: try again later", {"Retry-After": str(wait_s)}
                )
            self._sent.note(digest)
        return _plain(401, f"the room key in {KEY_HEADER} is wrong", _CHALLENGE)

    def _page(self, address: str, *, wrong: bool = False, wait_s: int = 0) -> Response:
        page = render_join(ROOM_PATH, self._local(address), wrong=wrong, wait_s=wait_s)
        if wait_s:
            return HTMLResponse(page, 429, headers={"Retry-After": str(wait_s)})
        return HTMLResponse(page, 401, headers=_CHALLENGE)

    def _local(self, address: str) -> str:
        """Return the address, with its query, of one of the pages; / for anything else."""
        path, _, query = address.partition("?")
        if path not in self._pages:
            return "/"
        return address if query and len(address) <= LONGEST_ADDRESS else path


def _misplaced(request: Request) -> Response | None:
    origin = request.headers.get("origin", "").partition("//")[2]
    if not origin or origin != request.headers.get("host"):
        return _plain(403, "the key is accepted only from this server's own page")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return None if kind == _FORM else _plain(415, f"send the form as {_FORM}")


async def _read(request: Request) -> bytes | None:
    """Return the body; None if it is too long or the client disconnected."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LONGEST_FORM:
                return None
    except ClientDisconnect:
        return None
    return bytes(body)


def _takes_html(headers: Headers) -> bool:
    return "text/html" in headers.get("accept", "").lower()


def _go(address: str) -> Response:
    return RedirectResponse(address, status_code=303)


def _plain(status: int, reason: str, headers: dict[str, str] | None = None) -> Response:
    return PlainTextResponse(reason, status, headers=headers)


def _digest(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()
