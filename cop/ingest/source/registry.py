"""The file formats, found by listing this folder: a format is a module with a FORMAT."""

import importlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Final, Protocol

import cop.ingest.source
from cop.errors import ProfileError
from cop.ingest.source.format import FileFormat, FileMapping, ProfileReader
from cop.model.progress import StepProgress, ignore_progress

if TYPE_CHECKING:
    import pandas as pd


class BatchReader(Protocol):
    """Reads a file by the format of its profile in bounded batches, at least one."""

    def __call__(
        self, path: Path, profile: FileMapping, progress: StepProgress = ignore_progress, /
    ) -> "Iterator[pd.DataFrame]":
        """Raise InputFileError naming the file and what to do."""


def find_formats() -> list[FileFormat]:
    """Return the formats that the modules of this folder declare, by the modules' names."""
    found = [
        getattr(importlib.import_module(f"cop.ingest.source.{module.name}"), "FORMAT", None)
        for module in iter_modules(cop.ingest.source.__path__)
        if module.name != "registry" and not module.ispkg
    ]
    return [one for one in found if isinstance(one, FileFormat)]


def register(formats: Iterable[FileFormat]) -> Mapping[str, FileFormat]:
    """Return formats by id; ProfileError if two have the same."""
    found: dict[str, FileFormat] = {}
    for one in formats:
        if one.id in found:
            raise ProfileError(f"format {one.id!r} is taken; choose another name")
        found[one.id] = one
    return found


def register_readers(formats: Iterable[FileFormat]) -> Mapping[str, FileFormat]:
    """Return the formats that profiles can name by that name; ProfileError if two share one."""
    found: dict[str, FileFormat] = {}
    for one in formats:
        if one.reader is None:
            continue
        name = one.reader.name or one.id
        if name in found:
            raise ProfileError(f"reader {name!r} is taken; choose another name")
        found[name] = one
    return found


FORMATS: Final[Mapping[str, FileFormat]] = register(find_formats())
READABLE: Final[Mapping[str, FileFormat]] = register_readers(FORMATS.values())
"""What profiles name as ``reader``."""


def find_reader(name: str) -> ProfileReader:
    """Return how a profile's files are read; ProfileError if no format is read so."""
    found = READABLE.get(name)
    if found is None or found.reader is None:
        raise ProfileError(f"{name!r} is not a format of tables; use {', '.join(READABLE)}")
    return found.reader


def read_batches(
    path: Path, profile: FileMapping, progress: StepProgress = ignore_progress
) -> "Iterator[pd.DataFrame]":
    """Read a file in this process: a BatchReader for files that this program trusts."""
    reader, total = find_reader(profile.reader), None
    for number, batch in enumerate(reader.read_batches(path, profile)):
        total = total if number else reader.count_rows(path)
        yield batch
        progress("reading", len(batch), total)


def read_table(
    path: Path,
    profile: FileMapping,
    progress: StepProgress = ignore_progress,
    *,
    reader: BatchReader = read_batches,
) -> "pd.DataFrame":
    """Read a whole file by the format of its profile."""
    import pandas as pd

    return pd.concat(reader(path, profile, progress), ignore_index=True)
