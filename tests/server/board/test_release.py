"""Messages about the board are written for who gets them."""

import json

import pytest

from cop.model.board import Board, Entry, LiveLayer
from cop.query.service import QueryService
from cop.server.board.release import BoardRelease

pytestmark = pytest.mark.access

WANTED = [("records", "real"), ("sector", "TCA")]


def test_messages_have_the_addresses_of_their_filters_tiles(service: QueryService) -> None:
    told = BoardRelease(service)
    board = Board(revision=3, wanted=WANTED, layers=[LiveLayer(id="events", opacity=1)])
    whole = json.loads(told.encode_board(board, None))
    assert whole["board"]["layers"] == [{"id": "events", "opacity": 1.0, "measure": None}]
    assert "sector=TCA" in whole["tiles"]["events"]
    one = json.loads(told.encode(Entry(revision=4, at=1.5, change={"wanted": WANTED}), None))
    assert one == {
        "revision": 4,
        "at": 1.5,
        "change": {"wanted": [[*pair] for pair in WANTED]},
        "tiles": whole["tiles"],
    }
    moved = json.loads(told.encode(Entry(revision=5, at=2, change={"sent_ms": 1}), None))
    assert "tiles" not in moved
