"""Tests of the program's own files: packed once, answered from memory, as the app gave them."""

import gzip
from collections import Counter
from collections.abc import Iterator
from typing import Final

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from cop.server.packed_file import PackedFiles

pytestmark = pytest.mark.scale

LONG: Final = "export const x = 1;\n" * 500
SHORT: Final = "export {};"
VERSIONED: Final = "/_stcore/bidi-components/cop.map-0123456789ab/map.js"
asked: Counter[str] = Counter()


async def answer(request: Request) -> Response:
    path = request.url.path
    asked[path] += 1
    if path.endswith("gone.js"):
        return PlainTextResponse("not found", 404)
    headers = {"Cache-Control": "public", "ETag": '"e"'}
    if "if-none-match" in request.headers:
        return Response(status_code=304, headers=headers)
    if path.endswith(".woff2"):
        return Response(LONG.encode(), media_type="font/woff2", headers=headers)
    content = SHORT if path.endswith("short.js") else LONG
    return Response(content, media_type="text/javascript", headers=headers)


@pytest.fixture
def client() -> Iterator[TestClient]:
    asked.clear()
    app = Starlette(routes=[Route("/{path:path}", answer)], middleware=[Middleware(PackedFiles)])
    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize("path", ["/static/js/a.js", "/assets/deck/index.js", VERSIONED])
def test_a_file_is_packed_once_and_whole(client: TestClient, path: str) -> None:
    for _ in range(3):
        with client.stream("GET", path) as found:
            raw = b"".join(found.iter_raw())
        assert found.headers["content-encoding"] == "gzip"
        assert int(found.headers["content-length"]) == len(raw) < len(LONG) / 5
        assert found.headers["vary"] == "Accept-Encoding"
        assert found.headers["etag"] == '"e"'
        assert gzip.decompress(raw).decode() == LONG
    assert asked[path] == 1


def test_only_an_address_that_names_its_content_is_kept_for_good(client: TestClient) -> None:
    paths = (VERSIONED, "/_stcore/bidi-components/cop.map/map.js", "/static/js/a.js")
    found = [client.get(path).headers["cache-control"] for path in paths]
    assert found == ["private, max-age=31536000, immutable", "public", "public"]


@pytest.mark.parametrize("path", ["/static/short.js", "/static/font.woff2"])
def test_what_would_win_nothing_is_answered_as_it_is(client: TestClient, path: str) -> None:
    for _ in range(2):
        found = client.get(path)
        assert "content-encoding" not in found.headers
        assert found.text == (SHORT if path.endswith("short.js") else LONG)
    assert asked[path] == 1


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/static/a.js", {"Accept-Encoding": "identity"}),
        ("/static/a.js", {"If-None-Match": '"e"'}),
        ("/static/a.js", {"Range": "bytes=0-9"}),
        ("/static/a.js?v=1", {}),
        ("/api/a.js", {}),
        ("/static/gone.js", {}),
    ],
)
def test_everything_else_is_asked_of_the_app_each_time(
    client: TestClient, path: str, headers: dict[str, str]
) -> None:
    for _ in range(2):
        found = client.get(path, headers=headers)
        assert "content-encoding" not in found.headers
    assert asked[path.partition("?")[0]] == 2
    assert found.status_code == (
        404 if "gone" in path else 304 if "If-None-Match" in headers else 200
    )
