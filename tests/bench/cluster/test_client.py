"""Tests of the client of a bench that is signed in."""

import threading
from collections.abc import Iterator
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from cop.bench.cluster.client import Client
from cop.errors import StoreError

pytestmark = pytest.mark.scale


class Handler(BaseHTTPRequestHandler):
    """Signs in whoever knows the password, and answers the cookies that came."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.answer(303 if "password=right" in form else 200, b"", cookie="session=1; Path=/")

    def do_GET(self) -> None:
        if self.path == "/hang-up":
            self.close_connection = True
            return
        packed = self.headers["Accept-Encoding"] == "gzip"
        body = b'{"version": 7}' if "summary" in self.path else str(self.headers["Cookie"]).encode()
        self.answer(200, b"packed" if packed else body, cookie="server=2; HttpOnly")

    def answer(self, status: int, body: bytes, *, cookie: str) -> None:
        self.send_response(status)
        for name, value in (
            ("Content-Length", str(len(body))),
            ("Set-Cookie", cookie),
            ("ETag", '"a"'),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_cookies_that_are_given_are_sent_from_then_on(address: str) -> None:
    with Client(address) as client:
        client.sign_in("right")
        assert client.ask("/").body == b"session=1"
        assert client.ask("/") == (200, b"session=1; server=2", '"a"')
        assert client.ask("/", packed=True).body == b"packed"
        assert client.version() == 7


def test_after_a_fault_the_client_connects_anew(address: str) -> None:
    with Client(address) as client:
        with pytest.raises((OSError, HTTPException)):
            client.ask("/hang-up")
        assert client.ask("/").status == 200


def test_a_refused_sign_in_is_an_error(address: str) -> None:
    with Client(address) as client, pytest.raises(StoreError, match="signing in at http"):
        client.sign_in("wrong")
