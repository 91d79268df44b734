"""The allow-list in front of every route: all else is closed; strict headers on every answer."""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from cop.server.form import FORM_HEADERS
from cop.server.gate import UPLOAD_PREFIX, AccessGate
from cop.server.host import answers_local, without_port
from cop.server.shared_key import POLICY_VIOLATION

STREAMLIT_PATHS = (
    "/",
    "/favicon.png",
    "/manifest.json",
    "/_stcore/health",
    "/_stcore/host-config",
)
STREAMLIT_PREFIXES = ("/static/", "/media/", "/_stcore/bidi-components/")
STREAMLIT_UPLOAD = UPLOAD_PREFIX
"""Path of files dropped on a page; the id of that page's session follows."""
STREAMLIT_SOCKET = "/_stcore/stream"
METHODS = ("GET", "HEAD")
POSTED = ("POST",)
DROPPED = ("PUT", "DELETE")
METHOD_NOT_ALLOWED = 405
_REFUSED_SOCKET = 403
_DENIAL = "websocket.http.response"
"""The extension of ASGI by which a socket is refused with headers."""
_TLS_SECONDS = 31_536_000
"""How long a browser asks over TLS alone after an answer that says so: a year."""
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def build_policy(index_html: str) -> str:
    """Return the content security policy; Streamlit's inline script is allowed by its hash."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()}'"
        for body in _INLINE_SCRIPT.findall(index_html)
    )
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'wasm-unsafe-eval' {hashes}".rstrip(),
            "worker-src 'self' blob:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "manifest-src 'self'",
            "media-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def build_headers(index: Path, *, is_secure: bool = False) -> dict[str, str]:
    """Return the headers that every answer carries; ``index`` is Streamlit's own page.

    ``is_secure`` is said where browsers reach the server over TLS alone.
    """
    return {
        **({"Strict-Transport-Security": f"max-age={_TLS_SECONDS}"} if is_secure else {}),
        "Content-Security-Policy": build_policy(index.read_text(encoding="utf-8")),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


class RouteAllowlist:
    """Passes on requests for listed paths, and nothing else."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        headers: dict[str, str],
        paths: Iterable[str],
        prefixes: Iterable[str],
        posted: Iterable[str] = (),
        others: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
        sockets: Iterable[str] = (),
        gate: AccessGate | None = None,
        own_headers: Mapping[str, dict[str, str]] = MappingProxyType({}),
        answers: Callable[[str], bool] = answers_local,
        is_secure: bool = False,
    ) -> None:
        """Open the exact ``paths`` and all below the ``prefixes``; ``posted`` to POST alone,
        ``sockets`` to web sockets of this server's pages, all below ``others`` to their methods.
        ``own_headers`` of a path are in place of the usual ones.

        The ``gate`` asks first who a request is of; ``answers`` tests whether a host is ours.
        With ``is_secure`` every cookie is for TLS alone, Streamlit's too.
        """
        self.app = app
        self.headers = headers
        self.paths = {*STREAMLIT_PATHS, *paths}
        self.prefixes = (*STREAMLIT_PREFIXES, STREAMLIT_UPLOAD, *prefixes)
        self.posted = frozenset(posted)
        self.others = dict(others)
        self.own_headers = dict(own_headers)
        self.sockets = {STREAMLIT_SOCKET, *sockets}
        self.gate = gate
        self.answers = answers
        self.is_secure = is_secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer with the reason for refusing it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        app, own_headers = await self._choose(scope)
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "websocket.close" and not started:
                await self._refuse_socket(scope, send, message)
                return
            if message["type"] == "http.response.start":
                self._add_headers(message, own_headers)
            started = True
            await send(message)

        try:
            await app(scope, receive, send_with_headers)
        except Exception:
            if scope["type"] == "http" and not started:
                failed = PlainTextResponse("server error: see the server's log", 500)
                await failed(scope, receive, send_with_headers)
            raise

    def _add_headers(self, message: Message, own_headers: dict[str, str]) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in (self.headers | own_headers).items():
            headers[name] = value
        headers.setdefault("Cache-Control", "no-store")
        if self.is_secure:
            message["headers"] = [
                (name, _secure(value) if name.lower() == b"set-cookie" else value)
                for name, value in message["headers"]
            ]

    async def _refuse_socket(self, scope: Scope, send: Send, message: Message) -> None:
        """Refuse a socket that was never opened: by an answer with headers, where that is known."""
        if _DENIAL not in scope.get("extensions", {}):
            await send(message)
            return
        start: Message = {"type": f"{_DENIAL}.start", "status": _REFUSED_SOCKET, "headers": []}
        self._add_headers(start, {})
        await send(start)
        await send({"type": f"{_DENIAL}.body", "body": b""})

    async def _choose(self, scope: Scope) -> tuple[ASGIApp, dict[str, str]]:
        """Return the app that answers, and its own headers in place of the usual ones."""
        host = Headers(scope=scope).get("host", "")
        if not self.answers(without_port(host)):
            return _refusing(
                scope, 421, "unknown host name: this server answers only to its own names"
            ), {}
        asking = await self.gate.stand_in(scope) if self.gate else None
        if asking is not None:
            return asking, FORM_HEADERS
        app = self._open(scope, host)
        if self.gate and app is self.app and scope["type"] == "websocket":
            return self.gate.watch(app), {}
        return app, self.own_headers.get(scope["path"], {})

    def _open(self, scope: Scope, host: str) -> ASGIApp:
        path = scope["path"]
        if scope["type"] == "websocket":
            # Streamlit's own check asks a host on the internet for our address before it refuses.
            closed = _is_foreign(scope, host) or path not in self.sockets
            return WebSocketClose(POLICY_VIOLATION, "closed") if closed else self.app
        prefixes = (*self.prefixes, *self.others)
        if path not in self.paths | self.posted and not path.startswith(prefixes):
            return _refusing(scope, 404, "no such page")
        methods = self._methods(path)
        if scope["method"] not in methods:
            reason = f"method not allowed: use {' or '.join(methods)}"
            return PlainTextResponse(
                reason, METHOD_NOT_ALLOWED, headers={"Allow": ", ".join(methods)}
            )
        if methods == DROPPED and _is_foreign(scope, host):
            return PlainTextResponse("files are accepted only from this server's own pages", 403)
        return self.app

    def _methods(self, path: str) -> tuple[str, ...]:
        if path.startswith(STREAMLIT_UPLOAD):
            return DROPPED
        for prefix, methods in self.others.items():
            if path.startswith(prefix):
                return methods
        return POSTED if path in self.posted else METHODS


def _secure(cookie: bytes) -> bytes:
    flags = [flag.strip().lower() for flag in cookie.split(b";")[1:]]
    return cookie if b"secure" in flags else cookie + b"; Secure"


def _is_foreign(scope: Scope, host: str) -> bool:
    """Return whether a page of another site sent the request."""
    origin = Headers(scope=scope).get("origin", f"//{host}")
    return origin.partition("//")[2] != host


def _refusing(scope: Scope, status: int, reason: str) -> ASGIApp:
    if scope["type"] == "websocket":
        return WebSocketClose(POLICY_VIOLATION, reason)
    return PlainTextResponse(reason, status_code=status)
