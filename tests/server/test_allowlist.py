"""Tests of the gate: closed unless opened, local names only, headers on every answer."""

from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocket

from cop.server.allowlist import STREAMLIT_SOCKET, RouteAllowlist, build_headers, build_policy
from tests.server.conftest import BASE, gated
from tests.support.access import Member, add_people, serving_people
from tests.support.http import open_answer

pytestmark = pytest.mark.picture

HEADERS = {
    "content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy",
    "permissions-policy", "cross-origin-opener-policy", "cross-origin-resource-policy",
}  # fmt: skip


async def answer(_request: Request) -> Response:
    return PlainTextResponse("here", headers={"X-Frame-Options": "ALLOW"})


async def remember(_request: Request) -> Response:
    response = PlainTextResponse("here")
    response.set_cookie("xsrf", "1", samesite="lax")
    response.set_cookie("own", "2", secure=True)
    return response


async def fail(_request: Request) -> Response:
    raise RuntimeError("secret detail")


async def talk(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


@pytest.fixture
def gate() -> TestClient:
    routes = [
        Route("/healthz", answer, methods=["GET", "POST"]),
        Route("/tiles/boom", fail),
        Route("/secret", answer),
        Route("/_stcore/upload_file/{path:path}", answer, methods=["PUT", "DELETE"]),
        WebSocketRoute(STREAMLIT_SOCKET, talk),
        WebSocketRoute("/other", talk),
    ]
    return TestClient(gated(routes), base_url=BASE, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/healthz", 200),
        ("/secret", 404),
        ("/nothing", 404),
        ("/tiles/nothing", 404),
        ("/tiles/boom", 500),
        ("/_stcore/metrics", 404),
        ("/_stcore/upload_file/x", 405),
        ("/healthz/", 404),
        ("/HEALTHZ", 404),
        ("/component/x", 404),
        ("/app/static/x", 404),
    ],
)
def test_only_what_was_opened_and_headers_always(gate: TestClient, path: str, status: int) -> None:
    response = gate.get(path)
    assert response.status_code == status
    assert set(response.headers) >= HEADERS
    assert response.headers["x-frame-options"] == "DENY"
    assert response.headers["cache-control"] == "no-store"
    assert "secret detail" not in response.text
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_files_are_taken_from_our_own_pages_only(gate: TestClient, method: str) -> None:
    path = "/_stcore/upload_file/session/file"
    assert gate.request(method, path, headers={"Origin": BASE}).status_code == 200
    for origin in ("http://evil.example", "null"):
        assert gate.request(method, path, headers={"Origin": origin}).status_code == 403
    assert gate.post(path).status_code == 405


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "X"])
def test_methods_are_closed(gate: TestClient, method: str) -> None:
    response = gate.request(method, "/healthz")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD"
    assert set(response.headers) >= HEADERS


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8501", "127.0.0.1:1", "127.0.0.2:8501", "[::1]:8501", "[::1]"],
)
def test_local_names_are_answered(gate: TestClient, host: str) -> None:
    assert gate.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8501",
        "localhost.evil.example",
        "127.0.0.1.nip.io",
        "evil.example@127.0.0.1",
        "192.168.1.7:8501",
        "0.0.0.0",  # noqa: S104 as an attacker would name it
        "",
        "::1x",
        "localhost:x",
        "2130706433",
    ],
)
def test_rebound_names_are_not(gate: TestClient, host: str) -> None:
    response = gate.get("/healthz", headers={"Host": host})
    assert response.status_code == 421
    assert set(response.headers) >= HEADERS


@pytest.mark.parametrize(
    ("path", "headers", "opens"),
    [
        (STREAMLIT_SOCKET, {}, True),
        (STREAMLIT_SOCKET, {"Origin": BASE}, True),
        (STREAMLIT_SOCKET, {"Origin": "http://evil.example"}, False),
        (STREAMLIT_SOCKET, {"Origin": "http://127.0.0.1:9999"}, False),
        (STREAMLIT_SOCKET, {"Origin": "http://127.0.0.1:8501.evil.example"}, False),
        (STREAMLIT_SOCKET, {"Origin": "null"}, False),
        (STREAMLIT_SOCKET, {"Origin": ""}, False),
        (STREAMLIT_SOCKET, {"Host": "evil.example", "Origin": "http://evil.example"}, False),
        ("/other", {}, False),
    ],
)
def test_a_socket_opens_to_our_own_pages_only(
    gate: TestClient, path: str, headers: dict[str, str], opens: bool
) -> None:
    headers = {"Host": BASE.removeprefix("http://"), **headers}
    if opens:
        with gate.websocket_connect(path, headers=headers) as socket:
            assert socket.receive_text() == "hello"
    else:
        with (
            pytest.raises(WebSocketDenialResponse) as refused,
            gate.websocket_connect(path, headers=headers),
        ):
            pass
        assert refused.value.status_code == 403
        assert set(refused.value.headers) >= HEADERS


def test_the_policy_allows_inline_scripts_by_hash_alone() -> None:
    policy = build_policy("<script>alert(1)</script><script src='x'></script>")
    assert "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='" in policy
    directives = dict(part.split(" ", 1) for part in policy.split("; "))
    assert directives["default-src"] == "'none'"
    assert "unsafe" not in directives["script-src"].replace("'wasm-unsafe-eval'", "")
    assert directives["connect-src"] == "'self'"
    assert "http" not in policy
    assert "*" not in policy


@pytest.mark.access
@pytest.mark.parametrize("is_secure", [False, True])
def test_where_there_is_tls_no_cookie_goes_without_it(is_secure: bool, tmp_path: Path) -> None:
    index = tmp_path / "index.html"
    index.write_text("")
    app = RouteAllowlist(
        Starlette(routes=[Route("/healthz", remember)]),
        headers=build_headers(index, is_secure=is_secure),
        paths=("/healthz",), prefixes=(), is_secure=is_secure,
    )  # fmt: skip
    answered = TestClient(app, base_url=BASE).get("/healthz")
    cookies = [cookie.lower() for cookie in answered.headers.get_list("set-cookie")]
    assert [cookie.count("; secure") for cookie in cookies] == [int(is_secure), 1]
    assert ("strict-transport-security" in answered.headers) is is_secure


@pytest.mark.access
def test_shown_every_answer_of_a_server_carries_the_headers(
    own_warehouse: Path, tmp_path: Path
) -> None:
    """Pages, files, errors, redirects and refusals, of sockets too, with a session and without."""
    add_people(own_warehouse, "ana")
    page = {"headers": {"Accept": "text/html"}}
    asked: tuple[tuple[str, dict[str, Any]], ...] = (
        ("/", page), ("/Data", page), ("/sign-in", {}), ("/healthz", {}), ("/api/summary", {}),
        ("/api/summary?by=sector", {}), ("/api/summary", {"method": "POST"}), ("/nothing", {}),
        ("/favicon.png", {}), ("/media/nothing", {}), ("/assets/rail.js", {}), ("/view-as", {}),
        ("/_stcore/upload_file/x/y", {"method": "PUT"}), ("/_stcore/host-config", {}),
        ("/tiles/events/1/0/0.mvt", {}), ("/%00", {}), ("/", {"headers": {"Host": "evil.example"}}),
    )  # fmt: skip
    with serving_people(own_warehouse, tmp_path) as base:
        member, nobody = Member(base, "ana"), Member(base, "nobody")
        signed_in = member.sign_in()
        answers = [who.ask(path, **more) for who in (member, nobody) for path, more in asked]
        sockets = [
            open_answer(base, STREAMLIT_SOCKET, origin=origin, headers=headers)
            for origin, headers in ((base, {}), ("http://evil.example", member.cookie))
        ]
    cookie = signed_in.headers["set-cookie"].lower()
    assert all(flag in cookie for flag in ("httponly", "samesite=lax", "path=/"))
    assert {answer.status for answer in answers} >= {200, 303, 400, 401, 403, 404, 405, 421}
    assert [answer.status for answer in sockets] == [403, 403]
    for answer in (signed_in, *answers, *sockets):
        assert answer.headers.keys() >= HEADERS | {"cache-control"}, answer
        assert "unsafe-eval" not in answer.headers["content-security-policy"].replace(
            "'wasm-unsafe-eval'", ""
        )
        assert "server" not in answer.headers
