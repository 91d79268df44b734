"""Tests of the load balancer's file, with HAProxy before servers that name themselves."""

import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cop.bench.cluster.proxy import Proxy, proxying
from tests.support.cluster import LOCAL, THIS_MACHINE
from tests.support.command import free_port

pytestmark = [pytest.mark.scale, pytest.mark.full]


class QuietServer(ThreadingHTTPServer):
    """Says nothing of connections that the proxy ends."""

    def handle_error(self, *_: Any) -> None:
        pass


class Server:
    """Answers its own number and what it was asked; hangs up on what it is told to."""

    def __init__(self, number: int) -> None:
        self.number, self.asked = number, Counter[str]()
        self.is_sound, self.hangs_up = True, False
        own = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                if self.path == "/healthz":
                    assert self.headers["Host"] == "localhost"
                    self.answer(HTTPStatus.OK if own.is_sound else HTTPStatus.SERVICE_UNAVAILABLE)
                    return
                own.asked[f"{self.command} {self.path}"] += 1
                if own.hangs_up:
                    self.close_connection = True
                    return
                self.answer(HTTPStatus.OK)

            do_POST = do_GET

            def answer(self, status: HTTPStatus) -> None:
                stated = ("X-Forwarded-For", "X-Forwarded-Proto", "Cookie")
                words = [str(own.number), *(str(self.headers[name]) for name in stated)]
                body = "|".join(words).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = QuietServer((LOCAL, free_port()), Handler)
        self.host = f"{LOCAL}:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self.hangs_up = True
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def proxied(folder: Path) -> Iterator[tuple[Proxy, list[Server]]]:
    servers = [Server(number) for number in (1, 2, 3)]
    hosts = [server.host for server in servers]
    try:
        with proxying(THIS_MACHINE, hosts, folder, port=free_port()) as proxy:
            yield proxy, servers
    finally:
        for server in servers:
            server.end()


def ask(
    proxy: Proxy, path: str, *, method: str = "GET", cookie: str = "", **headers: str
) -> tuple[int, list[str], str]:
    """The status, what the server said, and the cookie that the proxy set."""
    trusted = ssl.create_default_context(cafile=proxy.certificate)
    place = proxy.address.removeprefix("https://")
    stated = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(HTTPSConnection(place, timeout=60, context=trusted)) as connection:
        connection.request(method, path, headers=stated | ({"Cookie": cookie} if cookie else {}))
        answer = connection.getresponse()
        said = answer.read().decode().split("|")
    return answer.status, said, answer.headers.get("Set-Cookie") or ""


def test_a_browser_stays_with_its_server_until_that_ends(tmp_path: Path) -> None:
    with proxied(tmp_path) as (proxy, servers):
        _, said, stated = ask(proxy, "/")
        cookie, _, attributes = stated.partition(";")
        assert {"HttpOnly", "Secure", "SameSite=Lax"} <= {*attributes.replace(" ", "").split(";")}
        own = servers[int(said[0]) - 1]
        assert cookie == f"COP_SERVER=server{own.number}"
        for _ in range(6):
            status, said, again = ask(proxy, "/", cookie=cookie)
            # The server is not told of the proxy's cookie.
            assert (status, said[0], said[3], again) == (200, str(own.number), "None", "")
        own.end()
        status, said, stated = ask(proxy, "/", cookie=cookie)
        assert status == 200
        assert said[0] != str(own.number)
        assert stated.startswith(f"COP_SERVER=server{said[0]};")
        assert sum(proxy.count_answered().values()) >= 8


def test_what_reads_is_asked_of_another_server_and_what_writes_is_not_sent_twice(
    tmp_path: Path,
) -> None:
    with proxied(tmp_path) as (proxy, servers):
        own = servers[0]
        own.hangs_up = True
        status, said, _ = ask(proxy, "/read", cookie="COP_SERVER=server1")
        assert status == 200
        assert said[0] in ("2", "3")
        assert own.asked["GET /read"] >= 1
        # Whoever hung up is out until it has answered its check again.
        proxy.await_all()
        status, _, _ = ask(proxy, "/write", method="POST", cookie="COP_SERVER=server1")
        assert status == HTTPStatus.BAD_GATEWAY
        assert sum(server.asked["POST /write"] for server in servers) == 1


def test_a_server_that_is_not_sound_is_left_alone(tmp_path: Path) -> None:
    with proxied(tmp_path) as (proxy, servers):
        servers[0].is_sound = False
        asked = None
        while asked not in ("2", "3"):
            # What is under way when its server is left ends.
            with suppress(OSError, HTTPException):
                asked = ask(proxy, "/", cookie="COP_SERVER=server1")[1][0]
        servers[0].is_sound = True
        proxy.await_all()
        assert ask(proxy, "/", cookie="COP_SERVER=server1")[1][0] == "1"


def test_servers_are_told_who_asks_by_the_proxy_alone(tmp_path: Path) -> None:
    with proxied(tmp_path) as (proxy, _):
        _, said, _ = ask(proxy, "/", X_Forwarded_For="192.0.2.66", X_Forwarded_Proto="http")
        assert said[1:3] == [LOCAL, "https"]
        plain = HTTPConnection(proxy.address.removeprefix("https://"), timeout=60)
        with closing(plain), pytest.raises((OSError, HTTPException)):
            plain.request("GET", "/")
            plain.getresponse()
