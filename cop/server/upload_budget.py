"""Files dropped on pages: how many bytes may wait on disk, in one session and in all."""

from collections import Counter
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cop.ingest.upload.waiting import WaitingFile
from cop.server.upload_store import find_manager, is_upload

_MEGABYTE: Final = 1_000_000
_MOST_DIGITS: Final = 15
_AGAIN: Final = "publish or remove some, then upload again"


class UploadBudget:
    """Refuses a file that would be too much beside those that wait and those that come in."""

    def __init__(self, app: ASGIApp, *, session_mb: int, all_mb: int) -> None:
        """Let up to ``session_mb`` wait in a session of ``app``, and ``all_mb`` in all."""
        self._app, self._session_mb, self._all_mb = app, session_mb, all_mb
        self._stated, self._received = Counter[str](), 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a file on, or refuse it before it is read; other requests pass."""
        if not is_upload(scope):
            await self._app(scope, receive, send)
            return
        session = scope["path"].split("/")[-2]
        length = Headers(scope=scope).get("content-length", "")
        refused = self._refuse(session, length)
        if refused is not None:
            await refused(scope, receive, send)
            return
        received, is_over = 0, False

        async def receive_counted() -> Message:
            nonlocal received, is_over
            message = await receive()
            size = len(message.get("body", b""))
            received += size
            self._received += size
            is_over = is_over or self._stored() + self._received > self._all_mb * _MEGABYTE
            return {"type": "http.disconnect"} if is_over else message

        async def send_unless_over(message: Message) -> None:
            if not is_over:
                await send(message)

        self._stated[session] += int(length)
        try:
            await self._app(scope, receive_counted, send_unless_over)
        except ClientDisconnect:
            # Who went away is sent nothing.
            pass
        finally:
            self._received -= received
            self._stated[session] -= int(length)
            self._stated += Counter()
        if is_over:
            await self._too_much(self._all_mb, "in all sessions")(scope, receive, send)

    def _refuse(self, session: str, length: str) -> Response | None:
        if not (length.isascii() and length.isdigit() and len(length) <= _MOST_DIGITS):
            return PlainTextResponse("state the length of the file", 411)
        waiting = self._stored(session) + self._stated[session]
        if waiting + int(length) > self._session_mb * _MEGABYTE:
            return self._too_much(self._session_mb, "in one session")
        if self._stored() + self._received + int(length) > self._all_mb * _MEGABYTE:
            return self._too_much(self._all_mb, "in all sessions")
        return None

    def _too_much(self, most_mb: int, where: str) -> Response:
        words = f"too many uploaded files wait: at most {most_mb} MB {where}; {_AGAIN}"
        return PlainTextResponse(words, 413, headers={"Connection": "close"})

    def _stored(self, session: str | None = None) -> int:
        """Return the bytes that wait, of one session or of all."""
        manager = find_manager()
        stored = dict(manager.file_storage) if manager else {}
        folders = stored.values() if session is None else [stored.get(session, {})]
        contents = [file.data for folder in folders for file in [*folder.values()]]
        return sum(one.size if isinstance(one, WaitingFile) else len(one) for one in contents)
