"""A page that files are dropped on, without a browser: by Streamlit's own socket and address."""

import http.client
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

_COOKIE = "_streamlit_xsrf"
_HANG_S = 120
_BOUNDARY = "cop-dropped-file"
Dropped = tuple[str, int, FileURLs]


class Page:
    """One open page of a server: what its last run said, and the files that lie on it."""

    def __init__(self, base: str, name: str, socket: ClientConnection, token: str) -> None:
        self.base, self.name, self.socket, self.token = base, name, socket, token
        self.session = self.uploader = ""
        self.said: list[str] = []
        self.errors: list[str] = []

    def run(self, files: list[Dropped] = []) -> None:  # noqa: B006 never changed
        """Run the page with files on it, to the end of the script."""
        asked = BackMsg()
        asked.rerun_script.page_name = self.name
        if files:
            state = WidgetState(id=self.uploader)
            for name, size, urls in files:
                state.file_uploader_state_value.uploaded_file_info.add(
                    name=name, size=size, file_id=urls.file_id, file_urls=urls
                )
            asked.rerun_script.widget_states.widgets.append(state)
        self.socket.send(asked.SerializeToString())
        self.said, self.errors = [], []
        while True:
            told = self._hear()
            if told.WhichOneof("type") == "script_finished":
                if told.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    self.said, self.errors = [], []
                    continue
                return

    def drop(self, path: Path, name: str) -> Dropped:
        """Send a file as the page does when it is dropped; it is on the page at the next run."""
        asked = BackMsg()
        asked.file_urls_request.request_id = "1"
        asked.file_urls_request.file_names.append(name)
        asked.file_urls_request.session_id = self.session
        self.socket.send(asked.SerializeToString())
        told = self._hear()
        while told.WhichOneof("type") != "file_urls_response":
            told = self._hear()
        (urls,) = told.file_urls_response.file_urls
        assert self._ask("PUT", urls.upload_url, path, name) == 204
        return name, path.stat().st_size, urls

    def take_away(self, dropped: Dropped) -> None:
        """Delete a file as the page does when its cross is pressed."""
        assert self._ask("DELETE", dropped[2].delete_url) == 204

    def _hear(self) -> ForwardMsg:
        told = ForwardMsg.FromString(self.socket.recv(timeout=_HANG_S))  # type: ignore[arg-type]
        if told.WhichOneof("type") == "new_session":
            self.session = told.new_session.initialize.session_id
        elif told.WhichOneof("type") == "delta":
            self._read(told.delta.new_element)
        return told

    def _read(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        if kind == "file_uploader":
            self.uploader = element.file_uploader.id
        elif kind == "alert":
            (self.errors if element.alert.format == 1 else self.said).append(element.alert.body)
        elif kind in ("html", "markdown"):
            self.said.append(getattr(element, kind).body)

    def _ask(self, method: str, address: str, path: Path | None = None, name: str = "") -> int:
        """Send a file in pieces, so that this process does not hold it either."""
        parts = urlsplit(self.base)
        quoted = name.replace('"', "%22")
        head = (
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; '
            f'filename="{quoted}"\r\nContent-Type: application/octet-stream\r\n\r\n'
        ).encode()
        tail = f"\r\n--{_BOUNDARY}--\r\n".encode()
        size = 0 if path is None else len(head) + path.stat().st_size + len(tail)
        link = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_HANG_S)
        link.putrequest(method, address)
        for header, value in {
            "Cookie": f"{_COOKIE}={self.token}",
            "X-Xsrftoken": self.token,
            "Origin": self.base,
            "Sec-Fetch-Site": "same-origin",
            "Content-Type": f"multipart/form-data; boundary={_BOUNDARY}",
            "Content-Length": str(size),
        }.items():
            link.putheader(header, value)
        link.endheaders()
        if path is not None:
            link.send(head)
            with path.open("rb") as file:
                while piece := file.read(1 << 20):
                    link.send(piece)
            link.send(tail)
        answer = link.getresponse()
        answer.read()
        link.close()
        return answer.status


@contextmanager
def opened_page(base: str, name: str) -> Iterator[Page]:
    """Open a page of a server and run it once."""
    with urllib.request.urlopen(f"{base}/_stcore/health", timeout=_HANG_S) as answer:  # noqa: S310 http
        cookie = answer.headers["Set-Cookie"].split(";")[0]
    token = cookie.partition("=")[2].strip('"')
    assert cookie.startswith(_COOKIE)
    with connect(
        f"{base.replace('http', 'ws', 1)}/_stcore/stream",
        origin=Origin(base),
        subprotocols=[Subprotocol("streamlit"), Subprotocol(token)],
        additional_headers={"Cookie": cookie},
        max_size=None,
    ) as socket:
        page = Page(base, name, socket, token)
        page.run()
        yield page
