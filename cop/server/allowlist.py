"""The allow-list in front of every route: all else is closed; strict headers on every answer."""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from pathlib import Path

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


def build_headers(index: Path) -> dict[str, str]:
    """Return the headers that every answer carries; ``index`` is Streamlit's own page."""
    return {
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
        sockets: Iterable[str] = (),
        gate: AccessGate | None = None,
        answers: Callable[[str], bool] = answers_local,
    ) -> None:
        """Open the exact ``paths`` and all below the ``prefixes``; ``posted`` to POST alone,
        ``sockets`` to web sockets of this server's pages.

        The ``gate`` asks first who a request is of; ``answers`` tests whether a host is ours.
        """
        self.app = app
        self.headers = headers
        self.paths = {*STREAMLIT_PATHS, *paths}
        self.prefixes = (*STREAMLIT_PREFIXES, STREAMLIT_UPLOAD, *prefixes)
        self.posted = frozenset(posted)
        self.sockets = {STREAMLIT_SOCKET, *sockets}
        self.gate = gate
        self.answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer with the reason for refusing it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        app, own_headers = await self._choose(scope)
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in (self.headers | own_headers).items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await app(scope, receive, send_with_headers)
        except Exception:
            if scope["type"] == "http" and not started:
                failed = PlainTextResponse("server error: see the server's log", 500)
                await failed(scope, receive, send_with_headers)
            raise

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
        return app, {}

    def _open(self, scope: Scope, host: str) -> ASGIApp:
        path = scope["path"]
        if scope["type"] == "websocket":
            # Streamlit's own check asks a host on the internet for our address before it refuses.
            closed = _is_foreign(scope, host) or path not in self.sockets
            return WebSocketClose(POLICY_VIOLATION, "closed") if closed else self.app
        if path not in self.paths | self.posted and not path.startswith(self.prefixes):
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
        return POSTED if path in self.posted else METHODS


def _is_foreign(scope: Scope, host: str) -> bool:
    """Return whether a page of another site sent the request."""
    origin = Headers(scope=scope).get("origin", f"//{host}")
    return origin.partition("//")[2] != host


def _refusing(scope: Scope, status: int, reason: str) -> ASGIApp:
    if scope["type"] == "websocket":
        return WebSocketClose(POLICY_VIOLATION, reason)
    return PlainTextResponse(reason, status_code=status)
