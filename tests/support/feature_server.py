"""Servers on loopback that answer as others do: an ArcGIS FeatureServer, and whatever is given."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, dict[str, str], bytes]
Respond = Callable[[str, dict[str, str]], Answer]
LAYER = "/arcgis/rest/services/Posts/FeatureServer/0"
SEEN_MS = 1_767_225_600_000
"""2026-01-01T00:00:00Z."""


def answer_json(value: Any, status: int = 200) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(value).encode()


@contextmanager
def answering(respond: Respond) -> Iterator[str]:
    """Serve what ``respond`` returns for a path and its query; yield the base address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            status, headers, body = respond(parts.path, query)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def feature_server(n: int, *, page: int = 100, loses: int = 0) -> Respond:
    """Answer as a layer of ``n`` posts, ``page`` at once; it ``loses`` some of each page."""

    def respond(path: str, query: dict[str, str]) -> Answer:
        if path == LAYER:
            fields = [
                {"name": "OBJECTID", "type": "esriFieldTypeOID"},
                {"name": "name", "type": "esriFieldTypeString"},
                {"name": "seen", "type": "esriFieldTypeDate"},
            ]
            return answer_json({"maxRecordCount": page, "fields": fields})
        if path != f"{LAYER}/query":
            return answer_json({"error": {"code": 400, "message": "Invalid URL"}})
        ids = range(1, 2 * n, 2)
        if query.get("returnIdsOnly") == "true":
            return answer_json({"objectIdFieldName": "OBJECTID", "objectIds": list(ids)[::-1]})
        words = query["where"].split()
        low, high = int(words[4]), int(words[-1])
        features = [
            {
                "type": "Feature",
                "id": i,
                "geometry": {"type": "Point", "coordinates": [-110 - i / 1e4, 31.5]},
                "properties": {"OBJECTID": i, "name": f"Post {i}", "seen": SEEN_MS},
            }
            for i in ids
            if low <= i <= high
        ]
        features = features[: min(page, len(features) - loses)]
        return answer_json({"type": "FeatureCollection", "features": features})

    return respond
