"""An attack on a running server's board and pages: random messages, frames and addresses.

After each hundred of them every page has to be drawn without a fault. What is random comes from one
seed, so that a fault can be had again. ``attack_board`` is all that a caller needs.
"""

import json
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from cop.model.board import BOARD_SOCKET
from tests.attack.address import draw_pairs
from tests.attack.frame import PAGES, draw_frame, encode_address
from tests.attack.message import draw_message
from tests.attack.page import draw_page, open_page_socket
from tests.attack.tally import REFUSED, TAKEN, Tally
from tests.support.http import Caller

PER_ROUND = 100
_KINDS = ("message", "frame", "frame", "address", *["route"] * 5)
_ANSWER_SECONDS = 60
_FRAME_SECONDS = 1
_ROUTES = (
    "/api/summary", "/api/layers", "/tiles/events/6/12/25.mvt", "/api/values", "/api/search",
    "/api/position", "/api/annotations", "/api/impact", "/api/alerts", "/tiles/gone/0/0/0.mvt",
    "/api/sight",
    "/Wall", "/", "/Compare", "/_stcore/upload_file/x/y", "/api/events/gone", "/api/draft/gone",
)  # fmt: skip


Ended = Iterator[tuple[str, str | None]]
"""How each of some attempts ended, and what was wrong with that."""


@dataclass
class BoardReport:
    """What was tried by kind, how it ended, and what was wrong."""

    seed: int
    tallies: dict[str, Tally] = field(default_factory=dict)

    @property
    def faults(self) -> list[str]:
        """What was wrong, of any kind."""
        return [fault for one in self.tallies.values() for fault in one.wrong]

    def tally(self, kind: str) -> Tally:
        """The attempts of a kind."""
        return self.tallies.setdefault(kind, Tally(kind))


def attack_board(base: str, *, rounds: int, seed: int | None = None) -> BoardReport:
    """Send a hundred messages, frames and addresses a round to a server, and draw every page."""
    report = BoardReport(seed=secrets.randbelow(2**32) if seed is None else seed)
    random = Random(report.seed)  # noqa: S311 no secret
    for _ in range(rounds):
        left = PER_ROUND
        while left > 0:
            kind = random.choice(_KINDS)
            left -= _count(report.tally(kind), _TRIES[kind](base, random))
        for name in PAGES:
            _count(report.tally("page"), _draw_page(base, name))
    return report


def _count(tally: Tally, ended: Ended) -> int:
    """Count how some attempts ended; return how many."""
    before, since = tally.tried, time.monotonic()
    for outcome, fault in ended:
        now = time.monotonic()
        tally.add(outcome, fault=fault, seconds=now - since)
        since = now
    return tally.tried - before


def _send_messages(base: str, random: Random) -> Ended:
    """Present, and send messages until the socket is closed for one of them, ten at most."""
    with connect(
        base.replace("http", "ws", 1) + BOARD_SOCKET,
        origin=base,  # type: ignore[arg-type]
        compression=None,
    ) as socket:
        sent = 0
        try:
            if random.random() < 0.9:
                socket.send(json.dumps({"key": f"{random.getrandbits(128):032x}", "name": "Chief"}))
                socket.send(json.dumps({"take": True}))
            while sent < 10:
                sent += 1
                socket.send(draw_message(random))
            socket.send("the end")
            while True:
                socket.recv(timeout=_ANSWER_SECONDS)
        except ConnectionClosed as end:
            yield from ((TAKEN, None) for _ in range(sent - 1))
            is_told = end.rcvd is not None and end.rcvd.reason
            yield REFUSED, None if is_told else f"the socket was closed without a reason: {end}"
        except TimeoutError:
            yield TAKEN, "the board did not answer"


def _send_frame(base: str, random: Random) -> Ended:
    """Send a frame to a page's socket: it is read, passed over, or ends the connection."""
    with open_page_socket(base) as socket:
        socket.send(draw_frame(random))
        try:
            socket.recv(timeout=_FRAME_SECONDS)
        except TimeoutError:
            yield TAKEN, None
        except ConnectionClosed:
            yield REFUSED, None
        else:
            yield TAKEN, None


def _open_address(base: str, random: Random) -> Ended:
    """Draw a page under a random address: it degrades, or says in one error what is wrong."""
    name, pairs = random.choice(PAGES), draw_pairs(random)
    faults = draw_page(base, name, encode_address(pairs))
    wrong = [fault for fault in faults if not fault.startswith("error: ")]
    yield REFUSED if faults else TAKEN, f"/{name} {pairs}: {wrong}" if wrong else None


def _ask_route(base: str, random: Random) -> Ended:
    route, pairs = random.choice(_ROUTES), draw_pairs(random)
    caller = Caller(base)
    try:
        status = caller.ask(f"{route}?{encode_address(pairs)}").status
    finally:
        caller.close()
    fault = f"{route} {pairs}: {status}" if status >= 500 else None
    yield REFUSED if status >= 400 else TAKEN, fault


def _draw_page(base: str, name: str) -> Ended:
    """Draw a page as anyone opens it: without a fault, whatever was sent before."""
    faults = draw_page(base, name)
    yield TAKEN, f"/{name}: {faults}" if faults else None


_TRIES: dict[str, Callable[[str, Random], Ended]] = {
    "message": _send_messages,
    "frame": _send_frame,
    "address": _open_address,
    "route": _ask_route,
}
