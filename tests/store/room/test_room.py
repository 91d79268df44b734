"""Tests of the room: each store is opened when it is first asked for."""

import pytest

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
