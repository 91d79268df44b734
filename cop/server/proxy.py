"""Proxies in front of the server: what they state counts from their own addresses alone."""

from collections.abc import Iterable
from typing import Any, Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from cop.access.certificate import CERTIFICATE_HEADERS

LOCAL_PROXY: Final = "127.0.0.1"
"""A proxy on the same machine may say that it speaks TLS, and for whom; not who they are."""


class ProxyHeaders:
    """Takes out what only a trusted proxy may state, then applies X-Forwarded-For and -Proto."""

    def __init__(self, app: ASGIApp, *, trusted: Iterable[str] = ()) -> None:
        """Trust the ``trusted`` addresses to have checked certificates."""
        self._trusted = frozenset(trusted)
        # uvicorn describes requests by types of its own.
        inner: Any = app
        self._inner: Any = ProxyHeadersMiddleware(inner, [LOCAL_PROXY, *self._trusted])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on as from whom it is."""
        if scope["type"] != "lifespan":
            peer = scope["client"][0] if scope.get("client") else None
            if peer not in self._trusted:
                headers = MutableHeaders(scope=scope)
                for name in CERTIFICATE_HEADERS:
                    del headers[name]
        await self._inner(scope, receive, send)
