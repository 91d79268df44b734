"""Tests of mending: damage is set aside and said, what is sound goes on, and nobody stops."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from cop.settings import StoreSettings
from cop.store.room.damage import DAMAGE_FILE, read_damages
from cop.store.room.examination import examine_room
from cop.store.room.mending import mend_room, open_room
from cop.store.room.picture import SavedPictures
from cop.store.room.relational import ROOM_FILE, RelationalStore
from cop.store.room.room import Room
from cop.store.room.seal import SEAL_TABLE
from tests.attack.flip import NOTICED, UNREAD
from tests.attack.flip_room import flip_room
from tests.support.filled import dump_room, fill_room, write_raw

pytestmark = pytest.mark.trust

Dump = dict[str, list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A room that two people filled. Read it only."""
    folder = tmp_path_factory.mktemp("whole")
    for person in ("Avery", "Blake"):
        fill_room(StoreSettings(data=folder), person=person)
    open_room(StoreSettings(data=folder))
    return folder


@pytest.fixture
def room(whole: Path, tmp_path: Path) -> Iterator[StoreSettings]:
    yield StoreSettings(data=shutil.copytree(whole, tmp_path / "room"))


def file_of(settings: StoreSettings) -> Path:
    return settings.data / ROOM_FILE


def damage_text(settings: StoreSettings, old: bytes, new: bytes) -> None:
    content = file_of(settings).read_bytes()
    assert old in content
    file_of(settings).write_bytes(content.replace(old, new))


def names(settings: StoreSettings) -> list[str]:
    with closing(SavedPictures(settings)) as pictures:
        return sorted(picture.name for picture in pictures.list())


def test_of_a_few_flips_each_is_noticed_or_harmless(whole: Path, tmp_path: Path) -> None:
    check_flips(whole, tmp_path, 6)


@pytest.mark.full
def test_of_60_flips_each_is_noticed_or_harmless(whole: Path, tmp_path: Path) -> None:
    check_flips(whole, tmp_path, 60)


def check_flips(whole: Path, folder: Path, n: int) -> None:
    outcomes = [one.outcome for one in flip_room(whole, folder, n, seed=15)]
    assert len(outcomes) == n
    assert {*outcomes} <= {NOTICED, UNREAD}


def test_a_row_that_changed_is_taken_out_and_the_rest_goes_on(room: StoreSettings) -> None:
    damage_text(room, b"Brief of Avery", b"Brief of Averx")
    damage = mend_room(room)
    assert damage is not None
    assert damage.lost == {"picture": 1, "picture_revision": 2}
    assert names(room) == ["Brief of Blake"]
    (aside,) = (room.data / "quarantine").glob("room-rows-*.json")
    assert "Brief of Averx" in aside.read_text()
    (caveat,) = Room(room).caveats
    assert caveat.startswith("room: 3 records missing since ")
    assert "(Pictures 1, revisions of Pictures 2): rows do not fit their seals" in caveat
    assert f"set aside in quarantine/{aside.name}; restore a backup to bring them back" in caveat
    assert mend_room(room) is None
    assert Room(room).caveats == (caveat,)


def test_a_text_that_is_no_utf8_any_more_is_taken_out(room: StoreSettings) -> None:
    damage_text(room, b"Brief of Avery", b"Brief of Ave\xf2y")
    assert mend_room(room) is not None
    assert names(room) == ["Brief of Blake"]


def test_a_seal_with_another_table_is_gone_with_its_row_at_once(room: StoreSettings) -> None:
    with closing(write_raw(file_of(room))) as opened, opened:
        opened.execute(f"UPDATE {SEAL_TABLE} SET of = 'pictuse' WHERE of = 'picture'")
    damage = mend_room(room)
    assert damage is not None
    assert damage.lost["picture"] == 2
    assert mend_room(room) is None
    assert examine_room(file_of(room)).is_well


def test_a_picture_of_which_the_newest_revision_is_lost_shows_the_one_before(
    room: StoreSettings,
) -> None:
    with closing(write_raw(file_of(room))) as opened, opened:
        opened.execute("DROP TRIGGER seal_picture_revision_delete")
        opened.execute("DELETE FROM picture_revision WHERE number = 2 AND author = 'Avery'")
    damage = mend_room(room)
    assert damage is not None
    assert names(room) == ["Brief of Avery", "Brief of Blake"]


def test_a_file_that_is_no_database_is_set_aside_and_its_rows_salvaged(
    room: StoreSettings,
) -> None:
    before = dump_room(file_of(room))
    damage_text(room, b"SQLite format 3", b"SQLite\xffformat 3")
    damage = mend_room(room)
    assert damage is not None
    assert not damage.is_loss
    (aside,) = (room.data / "quarantine").rglob(ROOM_FILE)
    assert aside.read_bytes().startswith(b"SQLite\xffformat 3")
    after = dump_room(file_of(room))
    assert after | {"attendance": []} == before | {"attendance": []}


def test_a_schema_that_cannot_be_read_hides_no_row(room: StoreSettings) -> None:
    before = dump_room(file_of(room))
    damage_text(room, b"CREATE TRIGGER seal_picture_insert", b"CREATE TRIGGAR seal_picture_insert")
    assert mend_room(room) is not None
    assert dump_room(file_of(room)) | {"attendance": []} == before | {"attendance": []}


def test_what_was_only_in_the_log_is_salvaged_too(room: StoreSettings) -> None:
    with closing(sqlite3.connect(file_of(room))) as reader:
        reader.execute("SELECT count(*) FROM picture").fetchone()
        fill_room(room, person="Casey")
        damage_text(room, b"SQLite format 3", b"SQLite\xffformat 3")
        copy = shutil.copytree(room.data, room.data.with_name("copy"))
    other = StoreSettings(data=copy)
    assert mend_room(other) is not None
    assert names(other) == ["Brief of Avery", "Brief of Blake", "Brief of Casey"]


def test_whoever_has_the_file_open_goes_on_with_the_new_content(room: StoreSettings) -> None:
    count = text("SELECT count(*) FROM picture")
    with closing(RelationalStore(room)) as store:
        with store.reading() as connection:
            assert connection.execute(count).scalar_one() == 2
        content = file_of(room).read_bytes()
        place = content.index(b"CREATE TRIGGER seal_wall")
        # Closing what was opened beside SQLite would end its locks.
        handle = os.open(file_of(room), os.O_RDWR)
        os.pwrite(handle, b"CREATE TRIXXER", place)
        assert mend_room(room) is not None
        with store.writing() as connection:
            assert connection.execute(count).scalar_one() == 2
            connection.execute(text("UPDATE picture SET description = 'after'"))
    assert examine_room(file_of(room)).is_well
    os.close(handle)


@pytest.mark.parametrize("emptied", [False, True])
def test_a_missing_or_empty_file_is_told(room: StoreSettings, emptied: bool) -> None:
    file_of(room).unlink()
    if emptied:
        file_of(room).touch()
    opened = Room(room)
    assert opened.pictures.list() == ()
    (caveat,) = opened.caveats
    (brief,) = opened.briefs
    assert caveat.startswith(f"{brief}: {'it is empty' if emptied else 'its file'}")
    assert brief.startswith("room: records missing since ")
    opened.close()


def test_a_new_room_misses_nothing(tmp_path: Path) -> None:
    opened = Room(StoreSettings(data=tmp_path))
    assert opened.pictures.list() == ()
    assert opened.caveats == ()
    opened.close()


def test_a_list_of_losses_that_changed_is_a_loss(room: StoreSettings) -> None:
    damage_text(room, b"Brief of Avery", b"Brief of Averx")
    mend_room(room)
    listed = room.data / DAMAGE_FILE
    listed.write_text(listed.read_text().replace('"picture": 1', '"picture": 0'))
    (damage,) = read_damages(room.data)
    assert damage.unknown
    assert "room.json, cannot be read" in damage.caveat
