"""The revision of the room's tables: known without Alembic, which only an upgrade loads."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, inspect, text
from sqlalchemy.schema import CreateSchema

from cop.errors import StoreError
from cop.store.room.seal import seal_tables, unseal_tables
from cop.store.room.statement import POSTGRESQL

HEAD: Final = "0018"
"""The newest revision in migration/versions/."""
_WAIT_S = 60
REVISION_TABLE: Final = "alembic_version"
SCHEMA: Final = "room"
"""What has the room's tables in a PostgreSQL database, beside those of others."""
_ONE_UPGRADE = threading.Lock()
"""Alembic's `op` is one for the whole process, whatever the file that is upgraded."""


def read_revision(connection: Connection) -> str | None:
    """Return the revision of the tables; None for a new file and one from before revisions."""
    if not inspect(connection).has_table(REVISION_TABLE):
        return None
    found = connection.execute(text(f"SELECT version_num FROM {REVISION_TABLE}")).scalar()
    return None if found is None else str(found)


def read_file_revision(path: Path) -> str | None:
    """Return the schema revision of a room's file; None if it has none or cannot be read."""
    address = f"{path.as_uri()}?mode=rw"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=_WAIT_S)) as opened:
            row = opened.execute(f"SELECT version_num FROM {REVISION_TABLE}").fetchone()
    except sqlite3.Error:
        return None
    return None if row is None else str(row[0])


def upgrade(connection: Connection, place: str) -> None:
    """Bring the tables of ``place`` to HEAD within the transaction of ``connection``.

    Raise StoreError if they have a revision that this program does not know.
    """
    found = read_revision(connection)
    if found == HEAD:
        return
    if found is not None and found > HEAD:
        raise StoreError(describe_newer(place, found))
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "cop.store.room:migration")
    config.attributes["connection"] = connection
    if connection.dialect.name == POSTGRESQL:
        # Nothing is sealed: the checksums of its pages are PostgreSQL's own.
        connection.execute(CreateSchema(SCHEMA, if_not_exists=True))
        with _ONE_UPGRADE:
            command.upgrade(config, HEAD)
        return
    opened: Any = connection.connection.dbapi_connection
    with _ONE_UPGRADE:
        unseal_tables(opened)
        command.upgrade(config, HEAD)
    seal_tables(opened)


def describe_newer(place: Path | str, revision: str) -> str:
    """Return what to do with a room of a later program."""
    return (
        f"{place}: written by a newer version of the program (schema {revision}, this one knows "
        f"{HEAD}); update the program, or choose another folder with --data"
    )
