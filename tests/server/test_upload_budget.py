"""The bytes of files that wait: what would be too much is refused before it is read."""

from collections import defaultdict

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from cop.server.allowlist import STREAMLIT_UPLOAD
from cop.server.upload_budget import UploadBudget

pytestmark = pytest.mark.trust

MEGABYTE = 1_000_000


class Waiting:
    """A Streamlit that keeps what comes in, as its own does."""

    def __init__(self) -> None:
        self.uploaded_file_mgr = MemoryUploadedFileManager("/upload")

    async def take(self, request: Request) -> Response:
        parts = request.path_params
        data = await request.body()
        record = UploadedFileRec(file_id=parts["file"], name="a.csv", type="text/csv", data=data)
        self.uploaded_file_mgr.add_file(parts["session"], record)
        return PlainTextResponse("", 204)


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> Waiting:
    waiting = Waiting()
    monkeypatch.setattr(Runtime, "_instance", waiting)
    return waiting


@pytest.fixture
def client(waiting: Waiting) -> TestClient:
    """An application that lets 2 MB wait in a session and 3 MB in all."""
    routes = [Route(STREAMLIT_UPLOAD + "{session}/{file}", waiting.take, methods=["PUT"])]
    budget = Middleware(UploadBudget, session_mb=2, all_mb=3)
    return TestClient(Starlette(routes=routes, middleware=[budget]))


def put(client: TestClient, session: str, file: str, size: int) -> tuple[int, str]:
    answer = client.put(f"{STREAMLIT_UPLOAD}{session}/{file}", content=b"x" * size)
    return answer.status_code, answer.text


def test_a_session_and_all_of_them_have_a_budget(client: TestClient, waiting: Waiting) -> None:
    assert put(client, "one", "a", MEGABYTE)[0] == 204
    assert put(client, "one", "b", MEGABYTE)[0] == 204
    status, words = put(client, "one", "c", 1)
    assert status == 413
    assert words.startswith("too many uploaded files wait: at most 2 MB in one session; publish")
    assert put(client, "two", "a", MEGABYTE)[0] == 204
    status, words = put(client, "three", "a", 1)
    assert (status, "at most 3 MB in all sessions" in words) == (413, True)
    waiting.uploaded_file_mgr.remove_session_files("one")
    assert put(client, "three", "a", 1)[0] == 204


def test_a_file_of_no_stated_length_is_refused(client: TestClient) -> None:
    address = STREAMLIT_UPLOAD + "one/a"
    sent = client.put(address, content=iter([b"x" * 10]))
    assert (sent.status_code, sent.text) == (411, "state the length of the file")
    wrong = client.put(address, content=b"", headers={"Content-Length": "9" * 5_000})
    assert wrong.status_code == 411


def test_what_is_refused_is_not_counted(client: TestClient) -> None:
    for _ in range(5):
        assert put(client, "one", "a", 2 * MEGABYTE + 1)[0] == 413
    assert put(client, "one", "a", 2 * MEGABYTE)[0] == 204


def test_streamlit_keeps_files_where_they_are_counted() -> None:
    manager = MemoryUploadedFileManager("/upload")
    assert isinstance(manager.file_storage, defaultdict)
