"""What of a move is put on the board: what the warehouse lacks is refused or left out."""

import json

import pytest

from cop.query.service import QueryService
from tests.support.hub import HELLO, Connect, say

pytestmark = pytest.mark.trust


def test_a_filter_that_the_warehouse_lacks_is_not_put_on_the_board(
    service: QueryService, connect: Connect
) -> None:
    with connect() as socket:
        socket.send_text(json.dumps(HELLO))
        say(socket, take=True, move={"wanted": [["sector", "TCA"]]})
        refused = say(socket, move={"wanted": [["sector", "GONE-1"]]})
        words = "Not applied: sector GONE-1, which this warehouse does not have"
        assert refused == [f"Not put on the board. {words}."]
        (refused_year,) = say(socket, move={"wanted": [["to", "0001-01-01"]]})
        assert refused_year == "to='0001-01-01' is not within the years 1900 to 2199"
    assert service.warehouse.room.journal.board().wanted == [("sector", "TCA")]


def test_a_layer_that_is_gone_is_left_out_with_words(
    service: QueryService, connect: Connect
) -> None:
    layers = [
        {"id": "gone", "opacity": 1},
        {"id": "events", "opacity": 0.5, "measure": "beauty"},
    ]
    with connect() as socket:
        socket.send_text(json.dumps(HELLO))
        refused = say(socket, take=True, move={"layers": layers})
        assert refused == ["Not applied: layer gone, which this warehouse does not have"]
    (left,) = service.warehouse.room.journal.board().layers or []
    assert (left.id, left.opacity, left.measure) == ("events", 0.5, None)
