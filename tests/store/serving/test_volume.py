"""Tests of volumes: parts go into the last one until it is full, and empty ones are dropped."""

from collections.abc import Iterator

import duckdb
import pytest

from cop.store.engine import Cursor
from cop.store.serving import volume as module
from cop.store.serving.volume import Volumes

pytestmark = pytest.mark.scale

FULL = 5


@pytest.fixture
def cursor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cursor]:
    monkeypatch.setattr(module, "VOLUME_EVENTS", FULL)
    with duckdb.connect() as cursor:
        cursor.execute("ATTACH ':memory:' AS copy")
        yield cursor


def tables_of(cursor: Cursor) -> list[str]:
    found = cursor.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'copy' ORDER BY 1"
    ).fetchall()
    return [name for (name,) in found]


def test_a_full_volume_gets_no_further_part(cursor: Cursor) -> None:
    volumes = Volumes.open(cursor, "copy")
    assert volumes.choose(cursor, 0) == ("copy.events_0", "copy.by_time_0")
    volumes.note(FULL - 1)
    assert volumes.choose(cursor, 1) == ("copy.events_0", "copy.by_time_0")
    volumes.note(FULL)
    assert volumes.choose(cursor, 2) == ("copy.events_2", "copy.by_time_2")
    assert volumes.numbers == (0, 2)
    assert sorted(volumes.tables) == tables_of(cursor)


def test_they_are_found_again_with_their_rows(cursor: Cursor) -> None:
    volumes = Volumes.open(cursor, "copy")
    table, _ = volumes.choose(cursor, 0)
    cursor.execute(f"INSERT INTO {table} (part) SELECT 0 FROM range({FULL})")
    cursor.execute("CREATE TABLE copy.events_none (part INTEGER)")
    again = Volumes.open(cursor, "copy")
    assert again.numbers == (0,)
    assert again.choose(cursor, 3) == ("copy.events_3", "copy.by_time_3")


def test_a_table_that_is_missing_is_made(cursor: Cursor) -> None:
    Volumes.open(cursor, "copy")
    cursor.execute("DROP TABLE copy.by_time_0")
    Volumes.open(cursor, "copy")
    assert tables_of(cursor) == ["by_time_0", "events_0"]


def test_volumes_without_a_part_are_dropped_but_the_last(cursor: Cursor) -> None:
    volumes = Volumes.open(cursor, "copy")
    for part in (0, 1, 2, 3):
        volumes.choose(cursor, part)
        volumes.note(FULL)
    assert [*volumes.numbers] == [0, 1, 2, 3]
    volumes.drop_empty(cursor, [1])
    assert [*volumes.numbers] == [1, 3]
    assert tables_of(cursor) == ["by_time_1", "by_time_3", "events_1", "events_3"]
    volumes.drop_empty(cursor, [])
    assert [*volumes.numbers] == [3]
