"""The formats of tables, found by listing this folder: a format is a module with a FORMAT."""

import importlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from pkgutil import iter_modules
from typing import Final

import pandas as pd

import cop.ingest.source
from cop.errors import ProfileError
from cop.ingest.source.format import FileMapping, TableFormat
from cop.model.progress import StepProgress, ignore_progress


def find_formats() -> list[TableFormat]:
    """Return the formats that the modules of this folder declare."""
    found = [
        getattr(importlib.import_module(f"cop.ingest.source.{module.name}"), "FORMAT", None)
        for module in iter_modules(cop.ingest.source.__path__)
        if module.name != "registry"
    ]
    return [one for one in found if isinstance(one, TableFormat)]


def register(formats: Iterable[TableFormat]) -> Mapping[str, TableFormat]:
    """Return formats by name; ProfileError if two have the same."""
    found: dict[str, TableFormat] = {}
    for one in formats:
        if one.name in found:
            raise ProfileError(f"format {one.name!r} is taken; choose another name")
        found[one.name] = one
    return found


TABLE_FORMATS: Final[Mapping[str, TableFormat]] = register(find_formats())


def read_batches(
    path: Path, profile: FileMapping, progress: StepProgress = ignore_progress
) -> Iterator[pd.DataFrame]:
    """Read a file by the format of its profile in bounded batches, at least one."""
    source, total = TABLE_FORMATS[profile.reader], None
    for number, batch in enumerate(source.read_batches(path, profile)):
        total = total if number else source.count_rows(path)
        yield batch
        progress("reading", len(batch), total)


def read_table(
    path: Path, profile: FileMapping, progress: StepProgress = ignore_progress
) -> pd.DataFrame:
    """Read a whole file by the format of its profile."""
    return pd.concat(read_batches(path, profile, progress), ignore_index=True)
