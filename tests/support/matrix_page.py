"""Pages and the board in the matrix: what a run sends to its browser, and what a socket tells."""

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from typing import Any, Final

from starlette.testclient import TestClient, WebSocketTestSession

from cop.model.board import BOARD_SOCKET
from tests.support.matrix import BASE, Reader, Reading, Table

WINDOW: Final = {"records": "real", "from": "2026-03-01", "to": "2026-06-01"}
"""Where all events, alerts and decisions of the room are."""
OPENED: Final[dict[str, dict[str, Any]]] = {"Picture": {"events-in-view": True}}
"""Controls of pages that show more of them."""


WHOLE: Final = {"Picture": ("event",), "Pictures": ("picture",)}
"""Pages with all records of some kinds: the Picture by the file of its table."""


def open_page(reader: Reader, name: str, moment: Mapping[str, str]) -> bytes:
    """Run a page at a moment; on the Picture the table of events is open, and its file built."""
    address = dict(moment)
    if name == "Changes" and not address:
        address["since"] = reader.then
    if name == "Compare":
        sides = reader.random.sample(sorted(reader.room.shown), 2)
        address |= dict(zip(("left", "right"), sides, strict=True))
    return reader.table.runs.open(
        reader.table.context, name,
        cookies=reader.cookies, address=WINDOW | address, opened=OPENED.get(name, {}),
    )  # fmt: skip


def _page(name: str) -> Callable[[Reader], Reading]:
    """Return the reader of a page, now or as known earlier."""

    def read(reader: Reader) -> Reading:
        moment = {key: value for key, value in reader.moment().items() if key == "known_at"}
        content = open_page(reader, name, moment)
        # A side of the comparison is asked for by the name of a Picture, which names its layers.
        asked = reader.room.layers if name == "Compare" else ()
        if name == "Audit":
            # Who may audit has every entry, with the ids of what others looked at.
            asked = {**reader.room.pictures, **reader.room.layers}
        whole = reader.own(*WHOLE.get(name, ())) - {*reader.room.pictures}
        if "event" in WHOLE.get(name, ()):
            whole = reader.events(moment)
        return Reading(content, whole=frozenset(whole), asked=frozenset(asked))

    read.__name__ = f"read_page_{name.lower()}"
    return read


PAGES: Final = {
    name: _page(name)
    for name in (
        "Alerts", "Audit", "Changes", "Compare", "Coverage", "Data", "Forecast", "Handout",
        "Impact", "Patterns", "Picture", "Pictures", "Release", "Sectors", "Upload", "Wall",
    )
}  # fmt: skip
"""The reader of each page."""


def read_board(reader: Reader) -> Reading:
    """What who joins the board is welcomed with: it shows all uploaded layers."""
    key = f"{reader.random.getrandbits(128):032x}"
    with joined(reader.table.client, key, reader.headers) as opened:
        heard = hear(opened, lambda message: "board" in message)
    own = reader.own("layer") & reader.room.layers.keys()
    return Reading(heard.encode(), whole=frozenset(own))


@contextmanager
def joined(
    client: TestClient, key: str, headers: Mapping[str, str]
) -> Iterator[WebSocketTestSession]:
    """Join the board for as long as the block takes."""
    address = BASE.replace("http", "ws") + BOARD_SOCKET
    socket = client.websocket_connect(address, headers={"Origin": BASE, **headers})
    # The client cancels what it has just told to end.
    with suppress(CancelledError), socket as opened:
        opened.send_json({"key": key, "name": "Chief"})
        yield opened


def hear(opened: WebSocketTestSession, is_last: Callable[[dict[str, Any]], bool]) -> str:
    """Receive messages up to the first one that is the last to wait for, and return them all."""
    heard = ""
    while True:
        text = opened.receive_text()
        heard += text
        if is_last(json.loads(text)):
            return heard


def show_all(table: Table) -> None:
    """Put all uploaded layers on the board, by who may do everything."""
    assert table.own is not None
    layers = [{"id": name, "opacity": 1} for name in sorted(table.room.layers)]
    with joined(table.own.client, "f" * 32, {}) as opened:
        opened.send_json({"take": True, "move": {"layers": layers}})
        hear(opened, lambda message: "layers" in message.get("change", {}))
