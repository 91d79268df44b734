"""Readers of the bench: of one server whether it goes back, of the proxy whether all is right."""

import json
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Final, NamedTuple, Self
from urllib.parse import urlencode

from cop.bench.cluster.client import Answered, Client
from cop.bench.load.stream import SOURCE

_SUMMARY: Final = "/api/summary?" + urlencode(
    {"by": "kind", "source": SOURCE, "records": "synthetic"}
)
_LOOK_S: Final = 0.25
_PAUSE_S: Final = 0.05
_OK, _NO_CONTENT = 200, 204


class KnownTile(NamedTuple):
    """Where a tile of one version is, and what it is."""

    path: str
    answer: Answered


class Fault(NamedTuple):
    """What was answered in place of what is due, and when, in seconds of the monotonic clock."""

    moment: float
    words: str


@dataclass
class Reader(ABC):
    """Asks again and again in a thread, until it is ended."""

    client: Client
    _ended: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        """Begin to ask."""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._ended.set()
        self._thread.join()

    @abstractmethod
    def ask(self) -> None:
        """Ask once."""

    @abstractmethod
    def fail(self, words: str) -> None:
        """Note that no answer came."""

    def _run(self) -> None:
        with self.client:
            while not self._ended.is_set():
                try:
                    self.ask()
                except (OSError, HTTPException) as fault:
                    self.fail(f"{type(fault).__name__}: {fault}")
                    time.sleep(_PAUSE_S)


@dataclass
class VersionReader(Reader):
    """Looks at one server: neither its version nor its number of events may ever fall."""

    reads: int = 0
    falls: list[str] = field(default_factory=list)
    version: int = 0
    total: int = 0

    def ask(self) -> None:
        """Compare with the answer before."""
        answer = self.client.ask(_SUMMARY)
        if answer.status == _OK:
            summary = json.loads(answer.body)
            version, total = int(summary["version"]), int(summary["total"])
            if version < self.version or total < self.total:
                self.falls.append(f"{self.version}, {self.total}: then {version}, {total}")
            self.version, self.total, self.reads = version, total, self.reads + 1
        self._ended.wait(_LOOK_S)

    def fail(self, words: str) -> None:
        """Do nothing: a server that is killed does not answer."""


@dataclass
class TileReader(Reader):
    """Asks the proxy for tiles whose bytes are known, one after the other."""

    tiles: Sequence[KnownTile] = ()
    took_ms: list[float] = field(default_factory=list)
    wrong: list[Fault] = field(default_factory=list)
    errors: list[Fault] = field(default_factory=list)
    _number: int = 0

    def ask(self) -> None:
        """Compare with what is due."""
        tile = self.tiles[self._number % len(self.tiles)]
        self._number += 1
        began = time.monotonic()
        answer = self.client.ask(tile.path, packed=True)
        ended = time.monotonic()
        self.took_ms.append(1000 * (ended - began))
        if answer.status not in (_OK, _NO_CONTENT):
            self.errors.append(Fault(ended, f"{answer.status} {answer.body[:200]!r}"))
        elif answer != tile.answer:
            self.wrong.append(Fault(ended, tile.path))
        self._ended.wait(_PAUSE_S)

    def fail(self, words: str) -> None:
        """Note that no answer came."""
        self.errors.append(Fault(time.monotonic(), words))


def read_tiles(clients: Sequence[Client], paths: Sequence[str]) -> tuple[list[KnownTile], int]:
    """Ask each client for every path; return what the first was given, and how many all agree on.

    Of a tile status, bytes and tag must be equal.
    """
    tiles, equal = list[KnownTile](), 0
    for path in paths:
        answers = [client.ask(path, packed=True) for client in clients]
        tiles.append(KnownTile(path, answers[0]))
        is_tile = answers[0].status in (_OK, _NO_CONTENT)
        equal += is_tile and all(answer == answers[0] for answer in answers)
    return tiles, equal
