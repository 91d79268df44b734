"""Batches on this machine: DuckDB, within the limits of the store."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import ibis
import ibis.expr.types as ir

from cop.batch.engine import Types
from cop.settings import StoreSettings
from cop.store.engine import quote

_TYPES: Final = {
    "string": "VARCHAR",
    "boolean": "BOOLEAN",
    "int64": "BIGINT",
    "float64": "DOUBLE",
    "timestamp": "TIMESTAMP",
}


class DuckEngine:
    """DuckDB in memory; it downloads nothing."""

    def __init__(self, settings: StoreSettings) -> None:
        """Open it with the threads and the memory of the store."""
        self._connection = ibis.duckdb.connect(
            ":memory:",
            temp_directory=tempfile.gettempdir(),
            threads=settings.threads,
            memory_limit=f"{settings.memory_mb}MB",
            autoinstall_known_extensions=False,
            autoload_known_extensions=False,
        )

    def read(self, name: str, files: Sequence[str], columns: Types) -> ir.Table:
        """Return some columns of all rows of files."""
        listed = ", ".join(map(quote, columns))
        # Ibis does not know DuckDB's type of geometry: the view leaves it out.
        parquet = self._connection.con.read_parquet(list(files), hive_partitioning=False)
        parquet.project(listed).create_view(name)
        return self._connection.table(name).cast(columns)

    def write(self, rows: ir.Table, columns: Types, folder: Path) -> None:
        """Write rows as one file of a new folder."""
        folder.mkdir()
        cast = ", ".join(
            f"{quote(name)}::{_TYPES[kind]} AS {quote(name)}" for name, kind in columns.items()
        )
        # Ibis leaves out a cast to what it takes a column to be: sums are wider here than it knows.
        found = self._connection.con.sql(self._connection.compile(rows))
        found.project(cast).write_parquet(str(folder / "part-00000.parquet"))

    def close(self) -> None:
        """Close DuckDB."""
        self._connection.disconnect()
