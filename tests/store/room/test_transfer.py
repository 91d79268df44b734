"""Tests of rows that go from one kind of room to the other: none is lost, none is changed."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cop.settings import StoreSettings
from cop.store.room.alert import Alerts
from cop.store.room.annotation import Annotations
from cop.store.room.board import Journal
from cop.store.room.examination import examine_room
from cop.store.room.picture import SavedPictures
from cop.store.room.relational import ROOM_FILE, RelationalStore
from cop.store.room.transfer import copy_rows, file_settings, list_tables, write_room_file
from tests.support.filled import dump_room, fill_room

pytestmark = pytest.mark.scale


def copy_all(source: StoreSettings, target: StoreSettings) -> None:
    with (
        closing(RelationalStore(source)) as one,
        closing(RelationalStore(target)) as other,
        one.reading() as here,
        other.writing() as there,
    ):
        copy_rows(here, there)


def ordered(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    return {name: sorted(rows, key=repr) for name, rows in dump_room(file).items()}


def test_every_row_of_every_table_goes_both_ways(
    filed: StoreSettings, shared: StoreSettings, tmp_path: Path
) -> None:
    fill_room(filed)
    before = ordered(filed.data / ROOM_FILE)
    assert {*before} == {table.name for table in list_tables()}
    assert all(before.values())
    copy_all(filed, shared)
    back = file_settings(shared, tmp_path)
    write_room_file(shared, tmp_path / ROOM_FILE)
    assert ordered(back.data / ROOM_FILE) == before
    assert examine_room(back.data / ROOM_FILE).is_well


def test_what_was_copied_is_read_as_it_was(filed: StoreSettings, shared: StoreSettings) -> None:
    fill_room(filed)
    copy_all(filed, shared)
    for kind in (SavedPictures, Annotations, Alerts):
        with closing(kind(filed)) as one, closing(kind(shared)) as other:
            assert one.list() == other.list() != ()
    with closing(Journal(filed)) as one, closing(Journal(shared)) as other:
        assert one.board() == other.board()
        assert one.stored_entries() == other.stored_entries()


def test_rows_that_are_there_make_way(filed: StoreSettings, shared: StoreSettings) -> None:
    fill_room(filed)
    fill_room(shared, person="Blake")
    copy_all(filed, shared)
    copy_all(filed, shared)
    with closing(SavedPictures(shared)) as pictures:
        assert [each.name for each in pictures.list()] == ["Brief of Avery"]


def test_a_copy_is_of_one_moment(shared: StoreSettings, tmp_path: Path) -> None:
    """What is written while it is made is not in it, and does not wait for it."""
    fill_room(shared)
    (tmp_path / "copy").mkdir()
    with closing(RelationalStore(shared)) as store, store.writing():
        write_room_file(shared, tmp_path / "copy" / ROOM_FILE)
        assert len(dump_room(tmp_path / "copy" / ROOM_FILE)["picture"]) == 1


def test_a_file_of_another_name_is_no_copy(shared: StoreSettings, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="named room"):
        write_room_file(shared, tmp_path / "other.sqlite")
