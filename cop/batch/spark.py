"""Batches on a Spark cluster, whose workers see the files at the same paths."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import ibis
import ibis.expr.types as ir
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from cop.batch.engine import Types
from cop.errors import StoreError

_TYPES: Final = {
    "string": "STRING",
    "boolean": "BOOLEAN",
    "int64": "BIGINT",
    "float64": "DOUBLE",
    "timestamp": "TIMESTAMP_NTZ",
}


class SparkEngine:
    """A session of a cluster; its own settings come from spark-defaults.conf."""

    def __init__(self, master: str) -> None:
        """Connect to the master of a cluster."""
        self._session = (
            SparkSession.builder.master(master)
            .appName("cop batch")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.log.level", "ERROR")
            .config("spark.sql.session.timeZone", "UTC")
            .getOrCreate()
        )
        self._connection = ibis.pyspark.connect(self._session)

    def read(self, name: str, files: Sequence[str], columns: Types) -> ir.Table:
        """Return some columns of all rows of files; what is not named is not looked at."""
        schema = ", ".join(f"`{column}` {_TYPES[kind]}" for column, kind in columns.items())
        self._session.read.schema(schema).parquet(*files).createOrReplaceTempView(name)
        return self._connection.table(name)

    def write(self, rows: ir.Table, columns: Types, folder: Path) -> None:
        """Write rows as files of a new folder, each sorted and after those before it.

        Spark's functions of time give moments with a zone, UTC here: they are cast on the way out.
        """
        found = self._session.sql(self._connection.compile(rows))
        cast = [found[name].cast(_TYPES[kind]).alias(name) for name, kind in columns.items()]
        try:
            found.select(*cast).write.parquet(folder.as_uri())
        except PySparkException as fault:
            words = " ".join(str(fault).split())
            raise StoreError(f"{folder.name}: Spark could not write it: {words[:600]}") from fault
        _name_parts(folder)

    def close(self) -> None:
        """End the session."""
        self._session.stop()


def _name_parts(folder: Path) -> None:
    """Name the files by their place alone, and remove the marks of Spark."""
    parts = sorted(folder.glob("part-*.parquet"))
    for number, part in enumerate(parts):
        part.rename(folder / f"part-{number:05d}.parquet")
    for rest in folder.iterdir():
        if rest.suffix != ".parquet":
            rest.unlink()
