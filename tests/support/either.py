"""Warehouses whose small records are in SQLite files, and such that have them in PostgreSQL."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cop.settings import StoreSettings
from cop.store.database import connect
from cop.store.room.relational import METADATA, RelationalStore
from cop.store.room.schema import SCHEMA
from cop.store.room.seal import SEAL_TABLE
from tests.support.postgres import PostgresCluster

SQLITE, POSTGRESQL = "sqlite", "postgresql"
only_sqlite = pytest.mark.parametrize("either", [SQLITE], indirect=True)
only_postgresql = pytest.mark.parametrize(
    "either", [pytest.param(POSTGRESQL, marks=pytest.mark.full)], indirect=True
)


@pytest.fixture(params=[SQLITE, pytest.param(POSTGRESQL, marks=pytest.mark.full)])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> StoreSettings:
    """Where a test's own warehouse is, of either kind, its folder there."""
    if request.param == SQLITE:
        return StoreSettings(data=tmp_path)
    return StoreSettings(data=tmp_path, database=request.getfixturevalue("room_database"))


@pytest.fixture
def filed(tmp_path: Path) -> StoreSettings:
    """Where another warehouse of a test's own is, which has files."""
    (tmp_path / "filed").mkdir()
    return StoreSettings(data=tmp_path / "filed")


@pytest.fixture
def shared(tmp_path: Path, room_database: str) -> StoreSettings:
    """Where a warehouse of a test's own is that has a database."""
    (tmp_path / "shared").mkdir()
    return StoreSettings(data=tmp_path / "shared", database=room_database)


@pytest.fixture(scope="session")
def shared_room(
    postgres: PostgresCluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a database with the tables of a room, for all tests of a process."""
    with postgres.database() as address:
        settings = StoreSettings(data=tmp_path_factory.mktemp("room"), database=address)
        RelationalStore(settings).close()
        yield address


@pytest.fixture
def room_database(shared_room: str) -> str:
    """The address of a database with the tables of a room, all empty, and no audit record.

    It is faster than another one.
    """
    tables = reversed([table for table in METADATA.sorted_tables if table.name != SEAL_TABLE])
    with closing(connect(shared_room)) as connection:
        connection.execute("SET lock_timeout TO '10s'")
        connection.execute("DROP SCHEMA IF EXISTS audit CASCADE")
        for table in tables:
            connection.execute(f'DELETE FROM {SCHEMA}."{table.name}"')
    return shared_room
