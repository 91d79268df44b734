"""Tests of the examination: what is not as the program wrote it is seen."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.room.damage import note_known_room
from cop.store.room.examination import examine_room
from cop.store.room.relational import ROOM_FILE
from tests.support.filled import fill_room, write_raw

pytestmark = pytest.mark.trust


@pytest.fixture
def file(tmp_path: Path) -> Path:
    fill_room(StoreSettings(data=tmp_path))
    return tmp_path / ROOM_FILE


def test_a_room_as_it_was_written_is_well(file: Path) -> None:
    assert examine_room(file).is_well


@pytest.mark.parametrize(
    "change",
    [
        "CREATE VIEW more AS SELECT 1",
        "CREATE TABLE more (a)",
        "CREATE INDEX more ON picture (name)",
        "CREATE TRIGGER more AFTER INSERT ON picture BEGIN SELECT 1; END",
        "DROP TRIGGER seal_picture_insert",
        "ALTER TABLE picture ADD COLUMN more",
        "ALTER TABLE picture RENAME COLUMN name TO other",
        "DROP TABLE mapping",
        "DELETE FROM alembic_version",
        "DROP TABLE seal",
        "INSERT INTO seal VALUES ('more', x'00')",
    ],
)
def test_another_schema_is_a_fault_of_the_file(file: Path, change: str) -> None:
    with closing(write_raw(file)) as opened, opened:
        opened.execute(change)
    assert examine_room(file).fault is not None


def test_a_changed_a_lost_and_an_added_row_are_counted_by_table(file: Path) -> None:
    with closing(write_raw(file)) as opened, opened:
        names = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        triggers = opened.execute(names).fetchall()
        for name, _ in triggers:
            opened.execute(f"DROP TRIGGER {name}")
        opened.execute("UPDATE mapping SET author = 'Other'")
        opened.execute("DELETE FROM wall_show")
        opened.execute("INSERT INTO alert_watch VALUES ('9', '2026-11-26 00:00:00')")
        for _, sql in triggers:
            opened.execute(sql)
    found = examine_room(file)
    assert {name: each.lost for name, each in found.damaged.items()} == {
        "mapping": 1, "wall_show": 1, "alert_watch": 1,
    }  # fmt: skip
    assert "3 rows changed or gone (alert_watch 1, mapping 1, wall_show 1)" in found.line


def test_an_empty_file_is_a_fault_where_a_room_is_known(tmp_path: Path) -> None:
    (tmp_path / ROOM_FILE).touch()
    assert examine_room(tmp_path / ROOM_FILE).is_well
    note_known_room(tmp_path)
    assert examine_room(tmp_path / ROOM_FILE).fault == "it is empty"


def test_a_file_that_is_in_use_is_not_damaged(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cop.store.room.examination._WAIT_S", 0)
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            examine_room(file)
    assert examine_room(file).is_well


def test_a_header_that_forbids_to_write_is_a_fault(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.seek(18)
        opened.write(b"\x09")
    assert "readonly" in (examine_room(file).fault or "")


def test_a_file_before_seals_is_examined_as_a_whole(tmp_path: Path) -> None:
    file = tmp_path / ROOM_FILE
    with closing(sqlite3.connect(file)) as opened:
        opened.executescript(Path(__file__).with_name("room_without_revision.sql").read_text())
    assert examine_room(file).is_well
    os.truncate(file, file.stat().st_size - 4096)
    assert examine_room(file).fault is not None
