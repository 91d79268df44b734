"""Tests of the keyed hash of the address that a layer was brought from."""

import sqlite3
import stat
from contextlib import closing

import pytest

from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.room.relational import ROOM_FILE
from cop.store.room.uploader import KEY_FILE, forget_origin, list_origins, note_origin
from tests.support.either import only_sqlite

pytestmark = pytest.mark.store


HERE, THERE = "192.0.2.7", "192.0.2.8"


@pytest.fixture
def folder(either: StoreSettings) -> StoreSettings:
    return either


def test_layers_are_listed_by_the_address_they_were_brought_from_last(
    folder: StoreSettings,
) -> None:
    note_origin(folder, "a", HERE)
    note_origin(folder, "b", HERE)
    note_origin(folder, "b", THERE)
    assert list_origins(folder, HERE) == {"a"}
    assert list_origins(folder, THERE) == {"b"}
    forget_origin(folder, "a")
    forget_origin(folder, "absent")
    assert list_origins(folder, HERE) == set()


@only_sqlite
def test_no_address_is_stored_and_the_key_is_private(folder: StoreSettings) -> None:
    note_origin(folder, "a", HERE)
    key = folder.data / KEY_FILE
    assert len(key.read_bytes()) == 32
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    with closing(sqlite3.connect(folder.data / ROOM_FILE)) as opened:
        ((near,),) = opened.execute("SELECT near FROM layer_near")
    assert HERE not in near
    assert len(near) == 64


def test_another_key_finds_nothing(folder: StoreSettings) -> None:
    note_origin(folder, "a", HERE)
    (folder.data / KEY_FILE).unlink()
    assert list_origins(folder, HERE) == set()


def test_a_key_that_cannot_be_read_is_named(folder: StoreSettings) -> None:
    (folder.data / KEY_FILE).mkdir()
    with pytest.raises(StoreError, match=rf"{KEY_FILE}: cannot be read"):
        note_origin(folder, "a", HERE)
