"""Files that are dropped wait on disk: what Streamlit keeps of them takes no memory."""

import gc
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from cop.bench.memory import read_rss_mb
from cop.ingest.upload.waiting import WaitingFile
from cop.server.allowlist import STREAMLIT_UPLOAD
from cop.server.upload_store import UploadStore
from tests.support.command import find_pid, serving
from tests.support.dropped import opened_page

pytestmark = pytest.mark.trust

CONTENT = b"lat,lon\n" * 500_000
MOST_GROWTH_MB = 200
FORM = "multipart/form-data"
OF_CONTENT = [("csv", "a.csv", CONTENT), ("text", "Őrség 1.csv", b""), ("csv", "b.csv", b"x")]


class Keeper:
    """A Streamlit that keeps what comes in, as its own does; ``refuses`` is what it does not."""

    def __init__(self) -> None:
        self.uploaded_file_mgr = MemoryUploadedFileManager("/upload")
        self.seen: list[tuple[str, bytes]] = []
        self.refuses = False

    async def take(self, request: Request) -> Response:
        if self.refuses:
            raise HTTPException(400, "Invalid session_id")
        parts = request.path_params
        (upload,) = [one for one in (await request.form()).values() if isinstance(one, UploadFile)]
        data = await upload.read()
        await upload.close()
        assert upload.filename is not None
        self.seen.append((upload.filename, data))
        record = UploadedFileRec(
            file_id=parts["file"], name=upload.filename, type=upload.content_type or "", data=data
        )
        self.uploaded_file_mgr.add_file(parts["session"], record)
        return PlainTextResponse("", 204)

    def content(self, session: str, file: str) -> bytes:
        data = self.uploaded_file_mgr.get_files(session, [file])[0].data
        assert isinstance(data, WaitingFile)
        data.file.seek(0)
        content = data.file.read()
        assert data.size == len(content)
        return content


@pytest.fixture
def keeper(monkeypatch: pytest.MonkeyPatch) -> Keeper:
    keeper = Keeper()
    monkeypatch.setattr(Runtime, "_instance", keeper)
    return keeper


@pytest.fixture
def put(keeper: Keeper) -> Callable[..., Response]:
    """Sends a file to an application that takes 4 MB."""
    routes = [Route(STREAMLIT_UPLOAD + "{session}/{file}", keeper.take, methods=["PUT"])]
    client = TestClient(Starlette(routes=routes, middleware=[Middleware(UploadStore, most_mb=4)]))

    def send(file: str, **form: object) -> Response:
        return client.put(f"{STREAMLIT_UPLOAD}one/{file}", **form)

    return send


def test_what_streamlit_keeps_is_the_file_on_disk(
    put: Callable[..., Response], keeper: Keeper
) -> None:
    for number, (_, name, content) in enumerate(OF_CONTENT):
        assert put(str(number), files={"file": (name, content, "text/csv")}).status_code == 204
        assert keeper.content("one", str(number)) == content
    assert keeper.seen == [(name, b"") for _, name, _ in OF_CONTENT]
    manager = keeper.uploaded_file_mgr
    files = [record.data.file for record in manager.get_files("one", ["0", "1", "2"])]
    manager.remove_file("one", "0")
    gc.collect()
    assert [file.closed for file in files] == [True, False, False]
    manager.remove_session_files("one")
    gc.collect()
    assert all(file.closed for file in files)


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"files": {"file": ("a.csv", b"x" * 5_000_000)}}, 413),
        ({"content": b"x" * 100}, 400),
        ({"content": b"x" * 100, "headers": {"Content-Type": FORM}}, 400),
        ({"content": b"--b\r\nx", "headers": {"Content-Type": f"{FORM}; boundary=b"}}, 400),
        ({"files": [("a", ("a.csv", b"1")), ("b", ("b.csv", b"2"))]}, 400),
        ({"files": {"file": ("a.csv", b"1")}, "data": {"more": "x"}}, 400),
        ({"data": {"file": "x"}}, 400),
    ],
)  # fmt: skip
def test_what_is_not_one_file_is_refused(
    put: Callable[..., Response], keeper: Keeper, form: dict[str, object], status: int
) -> None:
    assert put("a", **form).status_code == status
    assert keeper.seen == []
    assert keeper.uploaded_file_mgr.get_files("one", ["a"]) == []


def test_what_streamlit_refuses_is_not_kept(put: Callable[..., Response], keeper: Keeper) -> None:
    keeper.refuses = True
    assert put("a", files={"file": ("a.csv", CONTENT)}).status_code == 400
    assert keeper.uploaded_file_mgr.file_storage == {}


@pytest.mark.full
def test_a_large_file_does_not_grow_the_server(bare_warehouse: Path, tmp_path: Path) -> None:
    big = tmp_path / "big.csv"
    big.write_bytes(b"lat,lon\n" + b"31.5,-111.25\n" * 20_000_000)
    with serving(bare_warehouse, tmp_path / "log.txt") as base, opened_page(base, "Upload") as page:
        before = read_rss_mb(find_pid(base))
        page.drop(big, big.name)
        assert read_rss_mb(find_pid(base)) - before < MOST_GROWTH_MB
