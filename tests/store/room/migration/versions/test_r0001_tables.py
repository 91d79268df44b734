"""Tests of the first migration: missing tables are created, those with rows stay."""

from importlib import import_module

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, create_engine, inspect, text

pytestmark = pytest.mark.store


MIGRATION = import_module("cop.store.room.migration.versions.r0001_tables")
TABLES = {
    "picture", "picture_revision", "alert", "alert_watch", "audit", "impact", "mapping",
    "layer_near", "board", "attendance", "annotation",
}  # fmt: skip


def upgrade(connection: Connection) -> None:
    with Operations.context(MigrationContext.configure(connection)):
        MIGRATION.upgrade()


def test_an_empty_file_gets_every_table() -> None:
    with create_engine("sqlite://").connect() as connection:
        upgrade(connection)
        found = inspect(connection)
        assert set(found.get_table_names()) == TABLES
        keys = found.get_pk_constraint("impact")["constrained_columns"]
        assert keys == ["records", "segment_id", "revision"]
        (reference,) = found.get_foreign_keys("picture_revision")
        assert reference["referred_table"] == "picture"


def test_a_table_that_is_there_keeps_its_rows() -> None:
    with create_engine("sqlite://").connect() as connection:
        connection.execute(text("CREATE TABLE alert_watch (version VARCHAR, watched_at DATETIME)"))
        connection.execute(text("INSERT INTO alert_watch VALUES ('7', '2026-11-25')"))
        upgrade(connection)
        assert connection.execute(text("SELECT version FROM alert_watch")).scalar() == "7"
        upgrade(connection)
        assert set(inspect(connection).get_table_names()) == TABLES


def test_it_is_the_first() -> None:
    assert (MIGRATION.revision, MIGRATION.down_revision) == ("0001", None)
