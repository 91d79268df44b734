"""Requests to the servers that the operator allowed: to no other, within a size and a time."""

import json
import time
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError

from cop.errors import InputFileError
from cop.settings import SourceSettings

_MOST_REDIRECTS: Final = 3
_CHUNK: Final = 1 << 16
_WAIT_S: Final = 30.0
_ACCEPT: Final = "application/geo+json, application/json"
_AGENT: Final = "cop"
_MOST_SHOWN: Final = 120


class RemoteServer:
    """One server, asked for JSON until what was read is too much or took too long."""

    def __init__(self, address: str, settings: SourceSettings) -> None:
        """Ask the server of an address; InputFileError if the operator did not allow its host."""
        self._origin = check_origin(address, settings.source_hosts)
        self._left_bytes = settings.source_mb * 1_000_000
        self._most_mb, self._most_s = settings.source_mb, settings.source_seconds
        self._end = time.monotonic() + settings.source_seconds
        self._session = requests.Session()
        # No proxy, password or certificate of this machine's user goes with a request.
        self._session.trust_env = False
        self._session.headers.update({"Accept": _ACCEPT, "User-Agent": _AGENT})

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def read_json(self, address: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return the JSON object at an address of this server; InputFileError if there is none."""
        try:
            content = self._read(address, query)
        except (requests.RequestException, HTTPError, OSError, UnicodeError) as fault:
            raise InputFileError(
                f"{_show(address)}: cannot be read ({type(fault).__name__}): check the address"
            ) from fault
        try:
            found = json.loads(content)
        except (ValueError, RecursionError) as fault:
            raise InputFileError(f"{_show(address)}: the answer is no JSON") from fault
        if not isinstance(found, dict):
            raise InputFileError(f"{_show(address)}: the answer is no JSON object")
        return found

    def _read(self, address: str, query: Mapping[str, str] | None) -> bytes:
        for _ in range(_MOST_REDIRECTS + 1):
            self._check(address)
            with self._session.get(
                address, params=query, stream=True, timeout=_WAIT_S, allow_redirects=False
            ) as answer:
                if not answer.is_redirect:
                    return self._take(address, answer)
                address, query = urljoin(answer.url, answer.headers["location"]), None
        raise InputFileError(
            f"{_show(address)}: it is redirected more than {_MOST_REDIRECTS} times"
        )

    def _check(self, address: str) -> None:
        """Refuse an address of another server, which an answer may name."""
        if _origin(address) != self._origin:
            raise InputFileError(
                f"{_show(address)}: an answer leads to another server than {self._origin}"
            )

    def _take(self, address: str, answer: requests.Response) -> bytes:
        if answer.status_code != requests.codes.ok:
            raise InputFileError(f"{_show(address)}: the server answers {answer.status_code}")
        content = bytearray()
        # It returns what has come: a server that sends a byte at a time meets the end below.
        while chunk := answer.raw.read1(_CHUNK, decode_content=True):
            content += chunk
            self._left_bytes -= len(chunk)
            if self._left_bytes < 0:
                raise InputFileError(
                    f"{_show(address)}: more than {self._most_mb} MB: ask for less, or raise "
                    "COP_SOURCE_MB"
                )
            if time.monotonic() > self._end:
                raise InputFileError(
                    f"{_show(address)}: not read within {self._most_s} s: ask for less, or raise "
                    "COP_SOURCE_SECONDS"
                )
        return bytes(content)


def check_origin(address: str, hosts: tuple[str, ...]) -> str:
    """Return scheme, host and port of an address whose host is allowed, else InputFileError.

    Other schemes than https are for this machine alone.
    """
    origin = _origin(address)
    parts = urlsplit(address)
    named = {parts.netloc.lower(), (parts.hostname or "").lower()}
    if not origin or named.isdisjoint(hosts):
        allowed = ", ".join(hosts) or "none"
        raise InputFileError(
            f"{_show(address)}: the operator allows to read from {allowed}: name the host in "
            "COP_SOURCE_HOSTS"
        )
    if parts.scheme != "https" and not _is_loopback(parts.hostname or ""):
        raise InputFileError(f"{_show(address)}: use https; http is for this machine alone")
    return origin


def _origin(address: str) -> str:
    """Return scheme, host and port; empty for what is no plain address."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return ""
    usual = 443 if parts.scheme == "https" else 80
    return f"{parts.scheme}://{parts.hostname.lower()}:{port or usual}"


def _is_loopback(name: str) -> bool:
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def _show(address: str) -> str:
    """Return an address without its query, which may hold a token."""
    return address.partition("?")[0][:_MOST_SHOWN]
