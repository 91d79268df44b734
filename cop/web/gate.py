"""The gate before every route: closed unless opened here, local hosts only, strict headers."""

import base64
import hashlib
import re
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STREAMLIT_PATHS = (
    "/",
    "/favicon.png",
    "/manifest.json",
    "/_stcore/health",
    "/_stcore/host-config",
)
STREAMLIT_PREFIXES = ("/static/", "/media/", "/_stcore/bidi-components/")
STREAMLIT_SOCKET = "/_stcore/stream"
METHODS = ("GET", "HEAD")
POSTED = ("POST",)
METHOD_NOT_ALLOWED = 405
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def build_policy(index_html: str) -> str:
    """Give the content security policy; Streamlit's inline script is allowed by its hash."""
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
    """Give the headers that every answer carries; ``index`` is Streamlit's own page."""
    return {
        "Content-Security-Policy": build_policy(index.read_text(encoding="utf-8")),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


class Gate:
    """Lets through what was opened on purpose, and nothing else."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        headers: dict[str, str],
        paths: Iterable[str],
        prefixes: Iterable[str],
        posted: Iterable[str] = (),
    ) -> None:
        """Open the exact ``paths`` and all below the ``prefixes``; ``posted`` to POST alone."""
        self.app = app
        self.headers = headers
        self.paths = {*STREAMLIT_PATHS, *paths}
        self.prefixes = (*STREAMLIT_PREFIXES, *prefixes)
        self.posted = frozenset(posted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer why not."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        if refusal is None:
            try:
                await self.app(scope, receive, send_with_headers)
            except Exception:
                if scope["type"] == "http" and not started:
                    failed = PlainTextResponse("the server failed; its log says why", 500)
                    await failed(scope, receive, send_with_headers)
                raise
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": refusal[1]})
        else:
            status, reason = refusal
            methods = self._methods(scope["path"])
            allow = {"Allow": ", ".join(methods)} if status == METHOD_NOT_ALLOWED else None
            refused = PlainTextResponse(reason, status_code=status, headers=allow)
            await refused(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not _is_local(_without_port(host)):
            return 421, "this server answers local names only"
        path = scope["path"]
        if scope["type"] == "websocket":
            # Streamlit's own check asks a host on the internet for our address before it refuses.
            foreign = headers.get("origin", f"//{host}").partition("//")[2] != host
            return (403, "closed") if foreign or path != STREAMLIT_SOCKET else None
        if path not in self.paths | self.posted and not path.startswith(self.prefixes):
            return 404, "no such page"
        methods = self._methods(path)
        if scope["method"] not in methods:
            return METHOD_NOT_ALLOWED, f"open to {' and '.join(methods)} only"
        return None

    def _methods(self, path: str) -> tuple[str, ...]:
        return POSTED if path in self.posted else METHODS


def _is_local(name: str) -> bool:
    """A name of this machine: a rebound name of another site is none, whatever it resolves to."""
    try:
        return name == "localhost" or ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host
