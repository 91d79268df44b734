"""Tests of statements that are written for each kind of database."""

import pytest
from sqlalchemy import Column, MetaData, String, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite

from cop.store.room.statement import WIDE, JsonText

pytestmark = pytest.mark.scale

ROWS = Table("note", MetaData(), Column("drawing", String), Column("n", WIDE))


def test_a_whole_number_is_wide_where_the_database_has_short_ones() -> None:
    assert ROWS.c.n.type.compile(sqlite.dialect()) == "INTEGER"
    assert ROWS.c.n.type.compile(postgresql.dialect()) == "BIGINT"


def test_a_field_of_json_is_grouped_by_in_both() -> None:
    marking = JsonText(ROWS.c.drawing, "marking")
    counted = select(marking, func.count()).group_by(marking)
    in_sqlite = str(counted.compile(dialect=sqlite.dialect()))
    assert in_sqlite.count("json_extract(note.drawing, '$.' || 'marking')") == 2
    compiled = counted.compile(dialect=postgresql.dialect())
    assert str(compiled).count("(CAST(note.drawing AS json) ->> 'marking')") == 2
    assert compiled.params == {}


def test_statements_of_two_fields_are_not_taken_for_one() -> None:
    first, second = (
        select(JsonText(ROWS.c.drawing, name))._generate_cache_key() for name in ("a", "b")
    )
    assert first is not None
    assert first != second
