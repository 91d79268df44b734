"""Rows from one kind of room to the other, table by table; archives hold a room as a file."""

from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Table, delete, insert, select

from cop.settings import StoreSettings
from cop.store.room.relational import METADATA, ROOM_FILE, RelationalStore
from cop.store.room.seal import SEAL_TABLE

_PAGE: Final = 1_000
_ONE_MOMENT: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


def file_settings(settings: StoreSettings, folder: Path) -> StoreSettings:
    """Return settings of the room's file in a folder of its own."""
    return settings.of_files(folder)


def write_room_file(settings: StoreSettings, copy: Path) -> None:
    """Write what a database has of a room, as of one moment, to a file named ROOM_FILE."""
    if copy.name != ROOM_FILE:
        raise ValueError(f"{copy}: a room's file is named {ROOM_FILE}")
    with (
        closing(RelationalStore(settings)) as source,
        closing(RelationalStore(file_settings(settings, copy.parent))) as target,
        source.reading() as here,
        target.writing() as there,
    ):
        here.exec_driver_sql(_ONE_MOMENT)
        try:
            copy_rows(here, there)
        finally:
            here.exec_driver_sql("ROLLBACK")


def copy_rows(source: Connection, target: Connection) -> None:
    """Make the rows of one room those of another, both of this schema, within transactions."""
    tables = list_tables()
    for table in reversed(tables):
        target.execute(delete(table))
    for table in tables:
        rows = source.execute(select(table).order_by(*table.primary_key.columns))
        for page in rows.partitions(_PAGE):
            target.execute(insert(table), [dict(row._mapping) for row in page])


def list_tables() -> list[Table]:
    """Return the tables of a room but its seals, those first that others refer to."""
    # Every store must have declared its table.
    import cop.store.room.mapping
    import cop.store.room.room
    import cop.store.room.uploader  # noqa: F401

    return [table for table in METADATA.sorted_tables if table.name != SEAL_TABLE]
