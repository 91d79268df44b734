"""Tests of the clients of the gate's bench, with a server that answers by its path."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from os import getpid

import pytest

from cop.bench.gate.load import BenchRequestError, LoadClients, read_cpu_s

pytestmark = pytest.mark.access


class Echo(BaseHTTPRequestHandler):
    """Answers with the path and the cookie; /missing is not there."""

    protocol_version = "HTTP/1.1"
    connected: set[tuple[str, int]]

    def do_GET(self) -> None:
        self.connected.add(self.client_address)
        body = f"{self.path} {self.headers.get('Cookie')}".encode()
        self.send_response(404 if self.path == "/missing" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_given: object) -> None:
        pass


@contextmanager
def echoing() -> Iterator[tuple[str, set[tuple[str, int]]]]:
    """Serve until the block is left; give the address, and who connected."""
    handler = type("OwnEcho", (Echo,), {"connected": set()})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", handler.connected
        server.shutdown()
        thread.join()


def test_clients_share_the_requests_over_kept_connections() -> None:
    with (
        echoing() as (address, connected),
        closing(LoadClients(address, getpid(), clients=3, headers={"Cookie": "a=b"})) as clients,
    ):
        block = clients.ask([f"/{number}" for number in range(30)])
        again = clients.ask([f"/{number}" for number in range(30)])
    assert len(connected) <= 3
    assert len({*block.digests}) == 30
    assert block.digests == again.digests
    assert len(block.took_ms) == 30
    assert all(0 < took <= 1000 * block.seconds for took in block.took_ms)


def test_a_request_that_is_refused_stops_the_bench() -> None:
    with (
        echoing() as (address, _),
        closing(LoadClients(address, getpid(), clients=2)) as clients,
        pytest.raises(BenchRequestError, match="/missing: answered 404"),
    ):
        clients.ask(["/one", "/missing", "/two"])


def test_the_processor_time_of_a_process_grows() -> None:
    before = read_cpu_s(getpid())
    while read_cpu_s(getpid()) == before:
        sum(range(10_000))
    assert read_cpu_s(getpid()) > before
