"""What runs a batch: an engine reads Parquet files as tables of Ibis and writes expressions out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Protocol

from cop.errors import SettingsError
from cop.settings import StoreSettings

if TYPE_CHECKING:
    import ibis.expr.types as ir

EngineName = Literal["duckdb", "spark"]
Types = Mapping[str, str]
"""Columns with their types, as Ibis names them."""
_INSTALL: Final = {
    "ibis": 'Ibis is not installed: run `pip install "cop[batch]"`',
    "pyspark": 'PySpark is not installed: run `pip install "cop[spark]"` and install Java 21',
}


class BatchEngine(Protocol):
    """Reads and writes Parquet; what is computed between is an expression of Ibis."""

    def read(self, name: str, files: Sequence[str], columns: Types) -> "ir.Table":
        """Return some columns of all rows of files."""

    def write(self, rows: "ir.Table", columns: Types, folder: Path) -> None:
        """Write rows to Parquet files of a new folder; their names sort as the rows do."""

    def close(self) -> None:
        """Release what the engine has."""


def open_batch_engine(
    name: EngineName, *, spark: str | None, settings: StoreSettings
) -> BatchEngine:
    """Open an engine; raise SettingsError if a package lacks or the options do not fit."""
    if (name == "spark") != (spark is not None):
        raise SettingsError(
            "--engine spark needs the address of its master: --spark spark://HOST:PORT"
            if name == "spark"
            else "--spark is of --engine spark: name both"
        )
    try:
        if spark is not None:
            from cop.batch.spark import SparkEngine

            return SparkEngine(spark)
        from cop.batch.local import DuckEngine

        return DuckEngine(settings)
    except ModuleNotFoundError as fault:
        package = (fault.name or "").partition(".")[0]
        if package not in _INSTALL:
            raise
        raise SettingsError(_INSTALL[package]) from fault
