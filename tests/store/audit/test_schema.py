"""The schema of the audit record's file."""

import sqlite3
from contextlib import closing

import pytest

from cop.store.audit.schema import FORMAT, OBJECTS, create_schema, read_schema

pytestmark = pytest.mark.access


def test_what_is_created_is_what_is_read() -> None:
    with closing(sqlite3.connect(":memory:")) as opened:
        assert read_schema(opened) == {}
        create_schema(opened)
        assert read_schema(opened) == OBJECTS
        assert opened.execute("PRAGMA user_version").fetchone() == (FORMAT,)
        opened.execute("CREATE VIEW other AS SELECT 1")
        assert read_schema(opened) != OBJECTS
