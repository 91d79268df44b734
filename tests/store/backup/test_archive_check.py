"""Tests of what a backup may hold; tests/attack/ tries what it may not."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cop.errors import InputFileError
from cop.settings import StoreSettings
from cop.store.backup.archive_check import check_dataset_paths, check_records, check_room_file
from cop.store.engine import open_engine
from cop.store.room.relational import ROOM_FILE
from tests.support.filled import fill_room, write_raw

pytestmark = pytest.mark.trust

ARCHIVE = Path("b.tar")


@pytest.fixture
def room(tmp_path: Path) -> Path:
    fill_room(StoreSettings(data=tmp_path))
    return tmp_path / ROOM_FILE


def test_a_room_of_this_program_is_taken(room: Path) -> None:
    check_room_file(room, ARCHIVE)
    check_records(StoreSettings(data=room.parent), ARCHIVE)


def test_a_room_from_before_revisions_is_taken(tmp_path: Path) -> None:
    before = Path(__file__).parents[1] / "room" / "room_without_revision.sql"
    with closing(sqlite3.connect(tmp_path / ROOM_FILE)) as opened:
        opened.executescript(before.read_text())
    check_room_file(tmp_path / ROOM_FILE, ARCHIVE)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE impact SET at = 5", "impact.at is '5', which is no DATETIME"),
        ("UPDATE alert SET alert = '{}'", "Field required"),
        ("UPDATE picture SET newest = 9", "do not belong together"),
    ],
)
def test_a_record_that_the_program_cannot_read_is_named(
    room: Path, change: str, words: str
) -> None:
    with closing(write_raw(room)) as opened, opened:
        opened.execute(change)
    with pytest.raises(InputFileError, match=words):
        check_records(StoreSettings(data=room.parent), ARCHIVE)


@pytest.mark.parametrize("path", ["/etc/passwd", "../rasters/x", "rasters/../../x", "", "a.tif"])
def test_rows_of_a_dataset_name_files_of_a_warehouse_alone(tmp_path: Path, path: str) -> None:
    with closing(open_engine(StoreSettings(data=tmp_path))) as cursor:
        for number, named in enumerate((path, f"rasters/{'0' * 64}.tif")):
            file = tmp_path / f"{number}.parquet"
            cursor.execute(f"COPY (SELECT '{named}' AS path) TO '{file}'")
        check_dataset_paths(cursor, {"terrain": [tmp_path / "1.parquet"]}, ARCHIVE)
        with pytest.raises(InputFileError, match="no file of a warehouse"):
            check_dataset_paths(cursor, {"terrain": [tmp_path / "0.parquet"]}, ARCHIVE)
