"""Somebody who is signed in, and asks over a connection that is kept."""

import json
import ssl
import time
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Final, NamedTuple, Self
from urllib.parse import urlencode, urlsplit

from cop.errors import StoreError

LOGIN: Final = "watch"
_TIMEOUT_S: Final = 60
_QUIET_S: Final = 3
"""A server hangs up after five quiet seconds."""
_OK, _SEE_OTHER = 200, 303


class Answered(NamedTuple):
    """The status, the body as it came and the tag of an answer."""

    status: int
    body: bytes
    tag: str


class Client:
    """Asks one address, with the cookies that it is given; after a fault it connects anew."""

    def __init__(self, address: str, *, certificate: Path | None = None) -> None:
        """Ask ``address``, whose ``certificate`` is the one to trust where it has TLS."""
        self._address = address
        self.cookies: dict[str, str] = {}
        self._used = 0.0
        parts = urlsplit(address)
        host, port = str(parts.hostname), parts.port
        self._connection: HTTPConnection
        if certificate is None:
            self._connection = HTTPConnection(host, port, timeout=_TIMEOUT_S)
        else:
            trusted = ssl.create_default_context(cafile=certificate)
            self._connection = HTTPSConnection(host, port, timeout=_TIMEOUT_S, context=trusted)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        self._connection.close()

    def sign_in(self, password: str) -> None:
        """Sign in by the form; StoreError if that is refused."""
        form = {"login": LOGIN, "password": password, "next": "/"}
        headers = {"Origin": self._address, "Content-Type": "application/x-www-form-urlencoded"}
        answer = self._send("POST", "/sign-in", urlencode(form), headers)
        if answer.status != _SEE_OTHER:
            raise StoreError(
                f"signing in at {self._address}: {answer.status} {answer.body[:300]!r}"
            )

    def ask(self, path: str, *, packed: bool = False) -> Answered:
        """Ask for a path; OSError or HTTPException where no whole answer comes.

        With ``packed`` the body is as it is on its way.
        """
        return self._send("GET", path, None, {"Accept-Encoding": "gzip"} if packed else {})

    def version(self) -> int:
        """Return the version that is answered now; StoreError where none is."""
        answer = self.ask("/api/summary?by=year")
        if answer.status != _OK:
            raise StoreError(f"{self._address}: {answer.status} {answer.body[:300]!r}")
        return int(json.loads(answer.body)["version"])

    def _send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answered:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if time.monotonic() - self._used > _QUIET_S:
            self._connection.close()
        self._used = time.monotonic()
        try:
            self._connection.request(method, path, body, {**headers, "Cookie": cookies})
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, HTTPException):
            self._connection.close()
            raise
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answered(answer.status, content, answer.headers.get("ETag", ""))
