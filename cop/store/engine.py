"""The DuckDB engine, in memory, its extensions offline; the only importer of duckdb."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
from duckdb_extensions import import_extension

from cop.errors import StoreError
from cop.settings import StoreSettings

REINSTALL = (
    "Install the program again: `make install` in a checkout, "
    "else `pip install --force-reinstall` of the wheel"
)
CATALOGUE_EXTENSIONS = ("ducklake", "sqlite_scanner")
DATABASE_EXTENSIONS = ("ducklake", "postgres_scanner")
EXTENSIONS = ("spatial", *CATALOGUE_EXTENSIONS)

Cursor = duckdb.DuckDBPyConnection
DatabaseError = duckdb.Error
_STATEMENT = re.compile(r'Failed to execute query ".*": ', re.DOTALL)
_ADVICE = re.compile(r'Exceeded the maximum retry count.*?max_retry_count = \d+;"', re.DOTALL)
_checked: set[str] = set()


def quote(identifier: str) -> str:
    """Quote a column, table or schema name for SQL."""
    return '"' + identifier.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """Quote a text for the few statements (ATTACH, COPY) that take no bound values."""
    return "'" + text.replace("'", "''") + "'"


def open_engine(settings: StoreSettings, extensions: Sequence[str] = EXTENSIONS) -> Cursor:
    """Open an in-memory DuckDB with the extensions loaded from their wheels, nothing downloaded.

    DuckDB reads all of an extension to check its signature, 0.4 s for ours: once for a process.
    """
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": f"{settings.memory_mb}MB",
            "threads": settings.threads,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_unsigned_extensions": _checked.issuperset(extensions),
            "preserve_insertion_order": True,
        },
    )
    try:
        for name in extensions:
            import_extension(name, con=connection)
            connection.execute(f"LOAD {quote(name)}")
            _checked.add(name)
        connection.execute("SET allow_unsigned_extensions = false")
        connection.execute("SET parquet_metadata_cache = true")
        connection.execute("SET TimeZone = 'UTC'")
    except duckdb.Error as fault:
        raise StoreError(f"DuckDB extension {name}: {fault}. {REINSTALL}") from fault
    return connection


def describe_fault(fault: Exception) -> str:
    """Return what failed in a line, without the statements and the advice of DuckLake."""
    words = _ADVICE.sub("", _STATEMENT.sub("", str(fault)))
    return " ".join(words.split())


def fetch(cursor: Cursor, sql: str, values: Mapping[str, Any] | None = None) -> list[Any]:
    """Run a query with bound values and give all rows."""
    return cursor.execute(sql, dict(values or {})).fetchall()


def harden(connection: Cursor, *folders: Path) -> None:
    """Restrict queries to files below ``folders``, and lock that in."""
    listed = ", ".join(quote_text(f"{folder}/") for folder in folders)
    connection.execute(f"SET allowed_directories = [{listed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
