"""The program's own files as the browser gets them: packed once, then answered from memory.

Streamlit sends its scripts as they are, 3 MB for the first page, and packs the map's anew for each
browser. What is below these addresses is the same for everyone as long as the program runs.
"""

import gzip
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from cachetools import LRUCache
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PREFIXES: Final = ("/static/", "/assets/", "/_stcore/bidi-components/")
_VERSIONED: Final = re.compile(r"/_stcore/bidi-components/[a-z.]+-[0-9a-f]{12}/")
"""The addresses of our components name their content (cop.ui.component.asset)."""
_FOR_GOOD: Final = "private, max-age=31536000, immutable"
_TEXTS: Final = ("text/", "application/javascript", "application/json", "image/svg+xml")
_MOST_BYTES: Final = 64_000_000
_PACKET_BYTES: Final = 1_400
_OK: Final = 200
_CONDITIONS: Final = ("range", "if-none-match", "if-modified-since")


@dataclass(frozen=True, kw_only=True)
class _PackedFile:
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


class PackedFiles:
    """ASGI middleware that answers with files, packed where that pays, which the app gave once."""

    def __init__(self, app: ASGIApp, *, prefixes: Collection[str] = PREFIXES) -> None:
        """Answer for what lies below ``prefixes``; everything else goes on to ``app``."""
        self._app, self._prefixes = app, tuple(prefixes)
        self._files: LRUCache[str, _PackedFile] = LRUCache(
            _MOST_BYTES, getsizeof=lambda file: len(file.body)
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not self._is_for_files(scope):
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        file = self._files.get(path)
        if file is None:
            answer = _Answer()
            await self._app(_unpacked(scope), receive, answer.take)
            if answer.status != _OK:
                await answer.pass_on(send)
                return
            file = await answer.pack(is_versioned=_VERSIONED.match(path) is not None)
            if len(file.body) < _MOST_BYTES:
                self._files[path] = file
        await send({"type": "http.response.start", "status": _OK, "headers": [*file.headers]})
        await send({"type": "http.response.body", "body": file.body})

    def _is_for_files(self, scope: Scope) -> bool:
        if scope["type"] != "http" or scope["method"] != "GET":
            return False
        if not scope["path"].startswith(self._prefixes) or scope["query_string"]:
            return False
        headers = Headers(scope=scope)
        takes_gzip = "gzip" in headers.get("accept-encoding", "")
        return takes_gzip and not any(name in headers for name in _CONDITIONS)


class _Answer:
    """What the app within answered, as a whole."""

    def __init__(self) -> None:
        self._messages: list[Message] = []

    async def take(self, message: Message) -> None:
        self._messages.append(message)

    @property
    def status(self) -> int:
        return int(self._messages[0]["status"]) if self._messages else 0

    async def pass_on(self, send: Send) -> None:
        for message in self._messages:
            await send(message)

    async def pack(self, *, is_versioned: bool) -> _PackedFile:
        headers = MutableHeaders(raw=[*self._messages[0]["headers"]])
        body = b"".join(message.get("body", b"") for message in self._messages[1:])
        is_text = headers.get("content-type", "").startswith(_TEXTS)
        if is_text and "content-encoding" not in headers and len(body) > _PACKET_BYTES:
            body = await run_in_threadpool(gzip.compress, body, mtime=0)
            headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(len(body))
        headers.add_vary_header("Accept-Encoding")
        if is_versioned:
            headers["Cache-Control"] = _FOR_GOOD
        return _PackedFile(headers=tuple(headers.raw), body=body)


def _unpacked(scope: Scope) -> Scope:
    """Return the same request of who takes no packed answer."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
    return {**scope, "headers": headers}
