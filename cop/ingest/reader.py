"""What parses a file for a load: a process in the sandbox, or this process for trusted files."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pandas as pd

from cop.ingest.source.format import FileMapping
from cop.ingest.source.registry import BatchReader, read_batches
from cop.model.progress import StepProgress, ignore_progress

if TYPE_CHECKING:
    from cop.ingest.heights import HeightMapping, HeightRaster


class FileReader(BatchReader, Protocol):
    """Reads whatever a profile can name: batches of rows, and heights."""

    def read_heights(self, path: Path, profile: "HeightMapping", target: Path) -> "HeightRaster":
        """Write the heights of a raster as a COG and return what it holds."""


class DirectReader:
    """A FileReader that parses in this process: for files that this program trusts."""

    def __call__(
        self, path: Path, profile: FileMapping, progress: StepProgress = ignore_progress, /
    ) -> Iterator[pd.DataFrame]:
        """Read a file by the format of its profile in bounded batches, at least one."""
        return read_batches(path, profile, progress)

    def read_heights(self, path: Path, profile: "HeightMapping", target: Path) -> "HeightRaster":
        """Write the heights of a raster as a COG and return what it holds."""
        from cop.ingest.heights import convert_heights

        return convert_heights(path, profile, target)
