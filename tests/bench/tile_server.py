"""Small servers of tiles in this process, as ours and tipg answer, for the bench to ask."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import mapbox_vector_tile

Answer = Callable[[str], tuple[int, bytes]]
"""The status and the body for a path."""


def encode_events(numbers: list[int] | None, *, features: int = 0) -> bytes:
    """A packed tile of features that count so many events each, or of features without a count."""
    properties = [{"n": n} for n in numbers] if numbers else [{} for _ in range(features)]
    points = [{"geometry": "POINT(1 1)", "properties": own} for own in properties]
    return gzip.compress(mapbox_vector_tile.encode([{"name": "events", "features": points}]))


@contextmanager
def serve_tiles(answer: Answer) -> Iterator[tuple[str, list[str]]]:
    """Yield the address of a server and the list of paths that it was asked for."""
    asked: list[str] = []

    class TileHandler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked.append(self.path)
            status, body = answer(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), TileHandler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", asked
        finally:
            server.shutdown()
            thread.join()
