"""Tests of the room: each store is opened when it is first asked for."""

import pytest

from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.room.relational import ROOM_FILE
from cop.store.room.room import Room

pytestmark = pytest.mark.store


def test_nothing_is_opened_before_it_is_asked_for(settings: StoreSettings) -> None:
    room = Room(settings)
    room.close()
    assert not settings.data.exists()


def test_a_store_is_opened_once(settings: StoreSettings) -> None:
    settings.data.mkdir()
    room = Room(settings)
    assert room.alerts is room.alerts
    assert (settings.data / ROOM_FILE).is_file()
    assert room.alerts.list() == ()
    assert room.pictures.list() == ()
    assert room.annotations.list() == ()
    assert room.journal.board().revision == 0
    assert room.decisions.history("real", "TCA-0001") == ()
    room.close()


def fail(_room: Room) -> int:
    raise StoreError("disk I/O error")


@pytest.mark.trust
def test_what_cannot_be_read_is_said_until_it_can(settings: StoreSettings) -> None:
    settings.data.mkdir()
    room = Room(settings)
    assert room.attempt("alerts", fail, 7) == 7
    assert room.attempt("annotations", lambda room: len(room.annotations.list()), 7) == 0
    assert room.caveats == ("room: alerts cannot be read and are not shown: disk I/O error",)
    assert room.briefs == ("room: alerts cannot be read and are not shown",)
    assert room.attempt("alerts", lambda room: len(room.alerts.list()), 7) == 0
    assert room.caveats == ()
    room.close()


@pytest.mark.trust
def test_a_room_that_cannot_be_opened_is_said_and_tried_again(settings: StoreSettings) -> None:
    room = Room(settings)
    assert room.attempt("Pictures", lambda room: room.pictures.list(), ()) == ()
    (caveat,) = room.caveats
    assert "Pictures cannot be read" in caveat
    settings.data.mkdir()
    assert room.attempt("Pictures", lambda room: room.pictures.list(), ()) == ()
    assert room.caveats == ()
    room.close()
