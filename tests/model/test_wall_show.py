"""What walls play: what was sent last, unless somebody began to present after it."""

from datetime import UTC, datetime

import pytest

from cop.model.board import Board, Person
from cop.model.wall_show import WallShow, settle_show

pytestmark = pytest.mark.glance

SENT = datetime(2026, 11, 27, 12)
SHOW = WallShow(scenes=("abcdefgh23",), by="Avery", at=SENT)
STAMP = SENT.replace(tzinfo=UTC).timestamp()
ANYBODY = Person(id="a" * 16, name="Blake")


def test_what_was_sent_stays_until_it_is_taken_back() -> None:
    assert settle_show(None, Board()) is None
    assert settle_show(SHOW, Board()) == SHOW
    assert settle_show(WallShow(by="Avery", at=SENT), Board()) is None


def test_the_newer_act_counts() -> None:
    before = Board(presenter=ANYBODY, since=STAMP - 1)
    after = Board(presenter=ANYBODY, since=STAMP + 1)
    assert settle_show(SHOW, before) == SHOW
    assert settle_show(SHOW, after) is None
