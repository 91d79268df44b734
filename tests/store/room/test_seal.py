"""Tests of the seals: every row of every table has one, kept whatever is written."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.room.mapping import SavedMappings
from cop.store.room.relational import METADATA, ROOM_FILE, RelationalStore
from cop.store.room.seal import RawText, build_digest, list_tables, register_seals
from tests.support.filled import fill_room, write_raw

pytestmark = pytest.mark.trust
CELLS = st.one_of(
    st.none(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text(), st.binary()
)


def unsealed(file: Path) -> set[str]:
    """The tables of which a row has no seal, or a seal no row."""
    with closing(sqlite3.connect(file)) as opened:
        found = set()
        for table in list_tables(opened):
            rows = {build_digest(table, *r) for r in opened.execute(f'SELECT * FROM "{table}"')}
            seals = opened.execute("SELECT digest FROM seal WHERE of = ?", [table])
            if rows != {digest for (digest,) in seals}:
                found.add(table)
        return found


def test_every_table_of_the_program_is_sealed(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path)
    fill_room(settings)
    fill_room(settings, person="Blake")
    file = tmp_path / ROOM_FILE
    with closing(sqlite3.connect(file)) as opened:
        assert {*list_tables(opened)} == {*METADATA.tables} - {"seal"} | {"alembic_version"}
        assert opened.execute("SELECT count(*) FROM seal").fetchone() > (20,)
    assert unsealed(file) == set()


def test_changed_and_deleted_rows_are_sealed_again(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path)
    fill_room(settings)
    with closing(SavedMappings(settings)) as mappings:
        (saved,) = mappings.list()
        mappings.save(saved.model_copy(update={"author": "Blake"}))
        assert unsealed(tmp_path / ROOM_FILE) == set()
        mappings.delete(saved.name)
    assert unsealed(tmp_path / ROOM_FILE) == set()


def test_a_row_that_does_not_fit_is_not_changed_which_would_hide_it(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path)
    fill_room(settings)
    file = tmp_path / ROOM_FILE
    file.write_bytes(file.read_bytes().replace(b"Brief of Avery", b"Brief of Averx"))
    with (
        closing(RelationalStore(settings)) as store,
        pytest.raises(StoreError, match="a row of picture is damaged"),
        store.writing() as connection,
    ):
        connection.execute(text("UPDATE picture SET description = 'other'"))


@given(st.lists(CELLS, max_size=6))
def test_a_row_has_the_digest_that_its_trigger_writes(cells: list[object]) -> None:
    with closing(sqlite3.connect(":memory:")) as opened:
        register_seals(opened)
        marks = ", ".join("?" for _ in range(len(cells) + 1))
        ((digest,),) = opened.execute(f"SELECT row_digest({marks})", ["t", *cells])
        opened.text_factory = RawText
        ((*stored,),) = opened.execute(f"SELECT {marks}", [0, *cells])
        assert build_digest("t", *stored[1:]) == digest == build_digest("t", *cells)


@given(st.lists(CELLS, min_size=1, max_size=4), st.data())
def test_another_row_has_another_digest(cells: list[object], data: st.DataObject) -> None:
    other = data.draw(st.lists(CELLS, min_size=1, max_size=4))
    same = [(type(a), repr(a)) for a in cells] == [(type(b), repr(b)) for b in other]
    assert (build_digest("t", *cells) == build_digest("t", *other)) == same
    assert build_digest("t", *cells) != build_digest("u", *cells)


def test_a_connection_without_the_function_writes_nothing(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path)
    fill_room(settings)
    change = "UPDATE picture SET name = 'other'"
    with (
        closing(sqlite3.connect(tmp_path / ROOM_FILE)) as opened,
        pytest.raises(sqlite3.OperationalError, match="row_digest"),
    ):
        opened.execute(change)
    with closing(write_raw(tmp_path / ROOM_FILE)) as opened:
        assert opened.execute(change).rowcount == 1
