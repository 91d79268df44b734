"""Raw HTTP, so that no client tidies up the path or the headers on the way."""

import json
import socket
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Caller:
    """One kept-alive connection to a server."""

    def __init__(self, base: str, *, source: str | None = None) -> None:
        """Call a server, from the address ``source`` of this machine if there is one."""
        parts = urlsplit(base)
        self.host, self.port = str(parts.hostname), int(parts.port or 80)
        own = None if source is None else (source, 0)
        self._connection = HTTPConnection(self.host, self.port, timeout=60, source_address=own)

    def ask(
        self,
        path: str,
        pairs: list[tuple[str, str]] | None = None,
        *,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Ask for exactly that path; a header that comes several times is joined by commas."""
        target = path + ("?" + urlencode(pairs) if pairs else "")
        try:
            self._connection.request(method, target, body, headers or {})
            response = self._connection.getresponse()
        except ConnectionError:
            # The server hangs up after five quiet seconds.
            self._connection.close()
            self._connection.request(method, target, body, headers or {})
            response = self._connection.getresponse()
        answered = response.read()
        answers: dict[str, str] = {}
        for name, value in response.getheaders():
            before = answers.get(name.lower())
            answers[name.lower()] = value if before is None else f"{before}, {value}"
        return Answer(response.status, answers, answered)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def open_socket(
    base: str, path: str, *, host: str, origin: str | None, headers: dict[str, str] | None = None
) -> int:
    """Try a websocket handshake and give the status: 101 is a socket that opened."""
    return open_answer(base, path, host=host, origin=origin, headers=headers).status


def open_answer(
    base: str,
    path: str,
    *,
    host: str | None = None,
    origin: str | None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """Try a websocket handshake and give the answer to it, without a body."""
    parts = urlsplit(base)
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host or parts.netloc}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        *([f"Origin: {origin}"] if origin is not None else []),
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as wire:
        wire.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        head, *lines = wire.recv(4096).partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    found = dict(line.lower().split(": ", 1) for line in lines)
    return Answer(int(head.split(" ")[1]), found, b"")
