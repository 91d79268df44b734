"""Tests of the relational store: all or nothing, from many threads, with clear errors."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, text, update
from sqlalchemy.schema import CreateTable, DropTable

from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.room.relational import ROOM_FILE, RelationalStore, has_room
from tests.support.command import CHECKOUT

pytestmark = pytest.mark.table

COUNT = Table("count", MetaData(), Column("n", Integer, nullable=False))


@pytest.fixture
def store(either: StoreSettings) -> Iterator[RelationalStore]:
    with closing(RelationalStore(either)) as store:
        with store.writing() as connection:
            connection.execute(CreateTable(COUNT))
        yield store
        with store.writing() as connection:
            connection.execute(DropTable(COUNT))


def read(store: RelationalStore) -> list[int]:
    with store.reading() as connection:
        return list(connection.execute(select(COUNT.c.n)).scalars())


def test_what_is_written_is_seen_by_another_process(
    store: RelationalStore, either: StoreSettings
) -> None:
    with store.writing() as connection:
        connection.execute(insert(COUNT).values(n=3))
    other = RelationalStore(either)
    assert read(other) == [3]
    other.close()


def test_an_error_undoes_all_of_it(store: RelationalStore) -> None:
    with pytest.raises(ValueError, match="mine"), store.writing() as connection:
        connection.execute(insert(COUNT).values(n=3))
        raise ValueError("mine")
    assert read(store) == []


def test_no_update_is_lost_among_threads(store: RelationalStore) -> None:
    with store.writing() as connection:
        connection.execute(insert(COUNT).values(n=0))

    def add(_number: int) -> None:
        with store.writing() as connection:
            n = connection.execute(select(COUNT.c.n)).scalar_one()
            connection.execute(update(COUNT).values(n=n + 1))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(200)))
    assert read(store) == [200]


def test_a_file_that_is_no_database_is_set_aside_and_a_new_one_begun(tmp_path: Path) -> None:
    words = "not a database, but long enough to be taken for one" * 20
    (tmp_path / ROOM_FILE).write_text(words)
    with closing(RelationalStore(StoreSettings(data=tmp_path))) as store, store.reading() as opened:
        assert opened.execute(select(text("1"))).scalar_one() == 1
    (aside,) = (tmp_path / "quarantine").rglob(ROOM_FILE)
    assert aside.read_text() == words


def test_what_cannot_be_understood_is_an_error_of_the_store(store: RelationalStore) -> None:
    with (
        pytest.raises(StoreError, match="a record cannot be read: month must be"),
        store.reading(),
    ):
        datetime(2026, 13, 1)


def test_a_room_is_there_once_it_was_opened(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path)
    assert not has_room(settings)
    RelationalStore(settings).close()
    assert has_room(settings)


def test_who_has_files_imports_nothing_of_postgresql() -> None:
    code = "import sys, cop.store.room.board; print({'psycopg'} & {*sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
