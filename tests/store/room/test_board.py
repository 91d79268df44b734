"""Tests of the board's journal: revisions in order, one presenter, who is connected."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from cop.errors import BoardError
from cop.model.board import Board, BoardPosition, LiveCamera, Move, Person
from cop.settings import StoreSettings
from cop.store.room import board as module
from cop.store.room.board import Journal

pytestmark = pytest.mark.store


ANA, BEN = Person(id="a" * 16, name="Ana"), Person(id="b" * 16, name="Ben")
LOOK = Move(camera=LiveCamera(lon=-110.0, lat=31.5, zoom=8))


@pytest.fixture
def journal(either: StoreSettings) -> Iterator[Journal]:
    with closing(Journal(either)) as journal:
        yield journal


def test_an_empty_board_is_revision_0(journal: Journal) -> None:
    assert journal.board() == Board()
    assert journal.entries(0) == []


def test_each_change_is_the_next_revision(journal: Journal) -> None:
    journal.take(ANA)
    journal.move(ANA, LOOK)
    journal.move(ANA, Move(pointer=BoardPosition(lon=1, lat=2)))
    board = journal.board()
    assert (board.revision, board.presenter, board.camera) == (3, ANA, LOOK.camera)
    assert board.pointer == BoardPosition(lon=1, lat=2)
    entries = journal.entries(1)
    assert entries is not None
    assert [entry.revision for entry in entries] == [2, 3]
    assert entries[1].change == {"pointer": {"lon": 1.0, "lat": 2.0}}


def test_who_does_not_present_changes_nothing(journal: Journal) -> None:
    with pytest.raises(BoardError, match="nobody presents: take the board first"):
        journal.move(ANA, LOOK)
    journal.take(ANA)
    for change in (lambda: journal.move(BEN, LOOK), lambda: journal.release(BEN)):
        with pytest.raises(BoardError, match="Ana presents: take over first"):
            change()
    assert journal.board().revision == 1


def test_taking_over_removes_the_pointer_and_keeps_the_view(journal: Journal) -> None:
    journal.take(ANA)
    journal.move(ANA, LOOK)
    journal.move(ANA, Move(pointer=BoardPosition(lon=1, lat=2)))
    since = journal.board().since
    journal.take(ANA)
    assert journal.board().revision == 3, "she presents already"
    journal.take(BEN)
    board = journal.board()
    assert (board.presenter, board.pointer, board.camera) == (BEN, None, LOOK.camera)
    assert since is not None
    assert board.since is not None
    assert board.since >= since


def test_a_released_board_shows_what_it_showed(journal: Journal) -> None:
    journal.take(ANA)
    journal.move(ANA, LOOK)
    journal.release(ANA)
    board = journal.board()
    assert (board.presenter, board.since, board.camera) == (None, None, LOOK.camera)


def test_old_revisions_are_swept_and_cannot_be_caught_up_on(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STORED_REVISIONS", 5)
    journal.take(ANA)
    for _ in range(module._SWEEP - 1):
        journal.move(ANA, LOOK)
    assert journal.board().revision == module._SWEEP
    assert journal.entries(0) is None
    caught_up = journal.entries(module._SWEEP - 5)
    assert caught_up is not None
    assert len(caught_up) == 5
    assert journal.entries(module._SWEEP + 1) is None, "of another board"


def test_people_are_those_of_all_servers_walls_first(journal: Journal) -> None:
    wall = Person(id="c" * 16, name="Wall", role="wall")
    journal.attend("one", [BEN, ANA])
    journal.attend("two", [wall])
    assert journal.people() == [wall, ANA, BEN]
    journal.attend("one", [ANA])
    assert journal.people() == [wall, ANA]
    journal.attend("one", [])
    journal.attend("two", [])
    assert journal.people() == []
