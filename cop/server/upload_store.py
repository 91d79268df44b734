"""Files dropped on pages wait on disk; Streamlit, which keeps what it gets in memory, gets none.

The content is taken out of the request into a temporary file without a name. Streamlit checks the
rest of the request as ever, and what it then keeps for the session is the file on disk.
"""

from typing import Final

from python_multipart.exceptions import FormParserError
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from cop.ingest.upload.waiting import WaitingFile
from cop.server.allowlist import STREAMLIT_UPLOAD

_MIB: Final = 1 << 20
_FRAME_BYTES: Final = 1 << 16
_OK: Final = range(200, 300)
_BOUNDARY: Final = b"cop-waiting-file"


def is_upload(scope: Scope) -> bool:
    """Return whether a request brings a file."""
    if scope["type"] != "http" or scope["method"] != "PUT":
        return False
    return str(scope["path"]).startswith(STREAMLIT_UPLOAD)


def find_manager() -> MemoryUploadedFileManager | None:
    """Return what keeps the files of sessions; None before Streamlit runs."""
    manager = Runtime.instance().uploaded_file_mgr if Runtime.exists() else None
    return manager if isinstance(manager, MemoryUploadedFileManager) else None


class UploadStore:
    """Takes the content of a file out of its request, and keeps it beside what Streamlit takes."""

    def __init__(self, app: ASGIApp, *, most_mb: int) -> None:
        """Take files of up to ``most_mb`` (2^20 bytes) for ``app``."""
        self._app, self._most = app, most_mb * _MIB

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one file; other requests pass."""
        if not is_upload(scope):
            await self._app(scope, receive, send)
            return
        if int(Headers(scope=scope)["content-length"]) > self._most + _FRAME_BYTES:
            await PlainTextResponse("File too large", 413)(scope, receive, send)
            return
        upload = await _read_file(scope, receive)
        if upload is None:
            await PlainTextResponse("send one file as a form", 400)(scope, receive, send)
            return
        waiting = WaitingFile.of(upload.file, upload.size or 0)
        body = _write_body(upload)
        is_sent = False

        async def receive_rest() -> Message:
            nonlocal is_sent
            if is_sent:
                return await receive()
            is_sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send_kept(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in _OK:
                _keep(scope["path"], waiting)
            await send(message)

        await self._app(_restate(scope, len(body)), receive_rest, send_kept)


async def _read_file(scope: Scope, receive: Receive) -> UploadFile | None:
    """Read the one file of a form onto the disk; None where there is none, or more."""
    headers = Headers(scope=scope)
    if not headers.get("content-type", "").startswith("multipart/form-data"):
        return None
    stream = Request(scope, receive).stream()
    try:
        form = await MultiPartParser(headers, stream, max_files=1, max_fields=0).parse()
    except (MultiPartException, FormParserError):
        return None
    return next((one for one in form.values() if isinstance(one, UploadFile)), None)


def _write_body(upload: UploadFile) -> bytes:
    """Write the form anew, with the name and type of the file and nothing in it."""
    head = b"".join(b"%b: %b\r\n" % pair for pair in upload.headers.raw)
    return b"--%b\r\n%b\r\n\r\n--%b--\r\n" % (_BOUNDARY, head, _BOUNDARY)


def _restate(scope: Scope, length: int) -> Scope:
    own = {
        b"content-type": b"multipart/form-data; boundary=%b" % _BOUNDARY,
        b"content-length": b"%d" % length,
    }
    others = [(name, value) for name, value in scope["headers"] if name not in own]
    return {**scope, "headers": [*others, *own.items()]}


def _keep(path: str, waiting: WaitingFile) -> None:
    """Put the file in the place of the empty one that Streamlit keeps."""
    session, file_id = path.split("/")[-2:]
    manager = find_manager()
    files = manager.file_storage.get(session, {}) if manager else {}
    if file_id in files:
        files[file_id] = files[file_id]._replace(data=waiting)
