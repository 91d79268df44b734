"""The catalogue from a database to an SQLite file and back, as archives hold it; with DuckDB."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.catalogue.database_lock import WriterLock
from cop.store.catalogue.lake import LAKE, attach
from cop.store.catalogue.lock import WarehouseLock
from cop.store.catalogue.store import open_store
from cop.store.database import build_address, describe_database
from cop.store.engine import (
    CATALOGUE_EXTENSIONS,
    DATABASE_EXTENSIONS,
    Cursor,
    DatabaseError,
    describe_fault,
    fetch,
    open_engine,
    quote,
    quote_text,
)

_EXTENSIONS = tuple(dict.fromkeys((*CATALOGUE_EXTENSIONS, *DATABASE_EXTENSIONS)))
_FILE, _DATABASE, _SCHEMA = "in_file", "in_database", "main"


def write_catalogue_file(settings: StoreSettings, copy: Path) -> None:
    """Write the catalogue of a database to a file, as of one moment; raise StoreError."""
    database = str(settings.database)
    with _opened(settings) as cursor:
        # DuckLake makes its own tables.
        attach(cursor, copy.parent, read_only=False)
        cursor.execute(f"DETACH {LAKE}")
        address = build_address(database, application_name="cop backup")
        cursor.execute(
            f"ATTACH {quote_text(address)} AS {_DATABASE} "
            f"(TYPE postgres, READ_ONLY, SCHEMA {quote_text(_SCHEMA)})"
        )
        cursor.execute(f"ATTACH {quote_text(str(copy))} AS {_FILE} (TYPE sqlite)")
        _copy_tables(cursor, source=_DATABASE, target=_FILE)


def fill_catalogue(settings: StoreSettings, lock: WarehouseLock, copy: Path) -> None:
    """Make the catalogue of a file that of the database, in one commit of the lock's owner."""
    database = str(settings.database)
    if not isinstance(lock, WriterLock):
        raise StoreError(
            f"{describe_database(database)}: the writer's lock is of another catalogue"
        )
    with _opened(settings) as cursor:
        open_store(settings).attach_writer(cursor, lock)
        cursor.execute(f"DETACH {LAKE}")
        address = build_address(database, application_name=f"cop:{lock.token}")
        cursor.execute(
            f"ATTACH {quote_text(address)} AS {_DATABASE} "
            f"(TYPE postgres, SCHEMA {quote_text(_SCHEMA)})"
        )
        cursor.execute(f"ATTACH {quote_text(str(copy))} AS {_FILE} (TYPE sqlite, READ_ONLY)")
        _copy_tables(cursor, source=_FILE, target=_DATABASE)


@contextmanager
def _opened(settings: StoreSettings) -> Iterator[Cursor]:
    cursor = open_engine(settings, _EXTENSIONS)
    try:
        yield cursor
    except DatabaseError as fault:
        raise StoreError(
            f"{describe_database(str(settings.database))}: its catalogue cannot be copied: "
            f"{describe_fault(fault)}; try again"
        ) from fault
    finally:
        cursor.close()


def _copy_tables(cursor: Cursor, *, source: str, target: str) -> None:
    names = _list_tables(cursor, target)
    if names != _list_tables(cursor, source):
        raise StoreError(
            "the catalogue has other tables than DuckLake makes: use the program that wrote it"
        )
    cursor.execute("BEGIN")
    for name in names:
        here, there = (f"{base}.{_SCHEMA}.{quote(name)}" for base in (source, target))
        cursor.execute(f"DELETE FROM {there}")
        cursor.execute(f"INSERT INTO {there} BY NAME SELECT * FROM {here}")
    cursor.execute("COMMIT")


def _list_tables(cursor: Cursor, base: str) -> list[str]:
    rows = fetch(
        cursor,
        "SELECT table_name FROM duckdb_tables() WHERE database_name = $base "
        "AND table_name LIKE 'ducklake%' ORDER BY table_name",
        {"base": base},
    )
    return [name for (name,) in rows]
