"""What a format of tables is: how its files are read, and what they can say beside text."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pandas as pd


class FileMapping(Protocol):
    """What a source asks of a profile."""

    @property
    def reader(self) -> str:
        """The name of the format."""

    @property
    def columns(self) -> dict[str, str]:
        """Our fields with the file's columns."""

    @property
    def file_columns(self) -> tuple[str, ...]:
        """All columns that the file must have."""


@dataclass(frozen=True, kw_only=True)
class TableFormat:
    """A format of tables, by the name that profiles give as ``reader``."""

    name: str
    read_batches: Callable[[Path, FileMapping], Iterator[pd.DataFrame]]
    """Reads at least one table of cells, each row with ``__row__``."""
    count_rows: Callable[[Path], int | None] = lambda _path: None
    """Tells about how many rows a file has, where that is known before they are read."""
    has_geometry: bool = False
    """Its rows can have a geometry, so that no column need give the position."""
    has_position_columns: bool = True
    """Columns can give the position; where it has a geometry too, they go before it."""
    has_types: bool = False
    """Its columns can be moments, so that a profile need not say how they are written."""
