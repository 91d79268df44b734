"""Statements that SQLAlchemy writes only for one kind of database: here for both that we use."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    String,
    Table,
    literal_column,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

POSTGRESQL: Final = "postgresql"
WIDE: Final = BigInteger().with_variant(Integer(), "sqlite")
"""A whole number of 64 bits; every one of SQLite is."""


def put_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, each in place of one of its primary key."""
    requested: Any = sqlite.insert(table)
    if connection.dialect.name == POSTGRESQL:
        from sqlalchemy.dialects import postgresql

        requested = postgresql.insert(table)
    keys = [column.name for column in table.primary_key]
    changed = {name: requested.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(
        requested.on_conflict_do_update(index_elements=keys, set_=changed), [*map(dict, rows)]
    )


class JsonText(FunctionElement[str]):
    """The text of a field of a JSON object that a text column holds; NULL if it has none."""

    type = String()
    inherit_cache = True
    name = "json_text"

    def __init__(self, column: ColumnElement[str], field: str) -> None:
        """Name the column and the field, a plain name.

        It is no bound value: PostgreSQL would take two of one value for two ways to group.
        """
        super().__init__(column, literal_column(f"'{field}'"))


@compiles(JsonText, "sqlite")
def _in_sqlite(element: JsonText, compiler: Any, **options: Any) -> str:
    column, field = (compiler.process(part, **options) for part in element.clauses)
    return f"json_extract({column}, '$.' || {field})"


@compiles(JsonText, POSTGRESQL)
def _in_postgresql(element: JsonText, compiler: Any, **options: Any) -> str:
    column, field = (compiler.process(part, **options) for part in element.clauses)
    return f"(CAST({column} AS json) ->> {field})"
