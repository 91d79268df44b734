"""An attack on a running server's board and pages: random messages, frames and addresses.

After each hundred of them every page has to be drawn without a fault. What is random comes from one
seed, so that a fault can be had again. ``attack_board`` is all that a caller needs.
"""

import json
import secrets
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from cop.model.board import BOARD_SOCKET
from tests.attack.address import draw_pairs
from tests.attack.frame import PAGES, draw_frame, encode_address
from tests.attack.message import draw_message
from tests.attack.page import draw_page, open_page_socket
from tests.support.http import Caller

PER_ROUND = 100
_KINDS = ("message", "frame", "frame", "address", "address", "route", "route", "route")
_ANSWER_SECONDS = 60
_ROUTES = (
    "/api/summary", "/api/layers", "/tiles/events/6/12/25.mvt", "/api/values", "/api/search",
    "/api/position", "/api/annotations", "/api/impact", "/api/alerts", "/tiles/gone/0/0/0.mvt",
    "/Wall", "/", "/Compare", "/_stcore/upload_file/x/y", "/api/events/gone", "/api/draft/gone",
)  # fmt: skip


@dataclass
class BoardReport:
    """What was tried, how it ended, and the faults of pages and answers; none is a success."""

    seed: int
    tried: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    pages: int = 0
    faults: list[str] = field(default_factory=list)


def attack_board(base: str, *, rounds: int, seed: int | None = None) -> BoardReport:
    """Send a hundred messages, frames and addresses a round to a server, and draw every page."""
    report = BoardReport(seed=secrets.randbelow(2**32) if seed is None else seed)
    random = Random(report.seed)  # noqa: S311 no secret
    for _ in range(rounds):
        left = PER_ROUND
        while left > 0:
            kind = random.choice(_KINDS)
            left -= _try(kind, base, random, report)
        _draw_pages(base, report)
    return report


def _try(kind: str, base: str, random: Random, report: BoardReport) -> int:
    """Try some of a kind over one connection; return how many."""
    if kind == "message":
        tried = _send_messages(base, random, report)
    elif kind == "frame":
        tried = _send_frame(base, random, report)
    elif kind == "address":
        tried = _open_address(base, random, report)
    else:
        tried = _ask_route(base, random, report)
    report.tried[kind] += tried
    return tried


def _send_messages(base: str, random: Random, report: BoardReport) -> int:
    """Present, and send messages until the socket is closed for one of them, ten at most."""
    tried = 0
    with connect(
        base.replace("http", "ws", 1) + BOARD_SOCKET,
        origin=base,  # type: ignore[arg-type]
        compression=None,
    ) as socket:
        try:
            if random.random() < 0.9:
                socket.send(json.dumps({"key": f"{random.getrandbits(128):032x}", "name": "Chief"}))
                socket.send(json.dumps({"take": True}))
            while tried < 10:
                tried += 1
                socket.send(draw_message(random))
            socket.send("the end")
            while True:
                socket.recv(timeout=_ANSWER_SECONDS)
        except ConnectionClosed as end:
            closed = end.rcvd
            report.ended[f"message {closed.code if closed else 'lost'}"] += 1
            if closed is None or not closed.reason:
                report.faults.append(f"the board's socket was closed without a reason: {end}")
        except TimeoutError:
            report.faults.append("the board did not answer")
    return tried


def _send_frame(base: str, random: Random, report: BoardReport) -> int:
    with open_page_socket(base) as socket:
        socket.send(draw_frame(random))
        try:
            socket.recv(timeout=1)
            report.ended["frame read"] += 1
        except TimeoutError:
            report.ended["frame without an answer"] += 1
        except ConnectionClosed as end:
            report.ended[f"frame {end.rcvd.code if end.rcvd else 'lost'}"] += 1
    return 1


def _open_address(base: str, random: Random, report: BoardReport) -> int:
    """Draw a page under a random address: it degrades, or says in one error what is wrong."""
    name, pairs = random.choice(PAGES), draw_pairs(random)
    faults = draw_page(base, name, encode_address(pairs))
    report.ended["address with an error" if faults else "address drawn"] += 1
    report.faults += [
        f"/{name} {pairs}: {fault}" for fault in faults if not fault.startswith("error: ")
    ]
    return 1


def _ask_route(base: str, random: Random, report: BoardReport) -> int:
    route, pairs = random.choice(_ROUTES), draw_pairs(random)
    caller = Caller(base)
    try:
        status = caller.ask(f"{route}?{encode_address(pairs)}").status
    finally:
        caller.close()
    report.ended[f"route {status}"] += 1
    if status >= 500:
        report.faults.append(f"{route} {pairs}: {status}")
    return 1


def _draw_pages(base: str, report: BoardReport) -> None:
    for name in PAGES:
        report.pages += 1
        report.faults += [f"/{name}: {fault}" for fault in draw_page(base, name)]
