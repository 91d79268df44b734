"""Reading a file as a saved mapping says: by the sealed process, with its answers and no others."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from cop.errors import MappingError
from cop.ingest.mapping.table import MappedTable, read_mapped
from cop.ingest.upload.read import convert_file, inspect_file
from cop.model.mapping import SavedMapping, used_columns
from cop.model.upload import Bounds, Choices, Inspection, shown_name
from cop.settings import UploadSettings

_NAMED = 20


def read_by_mapping(
    path: Path,
    mapping: SavedMapping,
    settings: UploadSettings,
    *,
    near: Bounds | None = None,
    tell: Callable[[Inspection], None] = lambda _seen: None,
) -> MappedTable:
    """Read a file for a saved mapping; ``tell`` is handed what was found in it.

    MappingError where a column is missing, or where the file asks what the mapping does not answer.
    """
    name = shown_name(path.name)
    bare = mapping.choices.model_copy(update={"roles": {}, "columns": ()})
    check_columns(inspect_file(path, path.name, settings, choices=bare, near=near), mapping, name)
    choices = reading_of(mapping)
    seen = inspect_file(path, path.name, settings, choices=choices, near=near)
    tell(seen)
    if seen.asks:
        asked = " ".join(finding.words for finding in seen.asks)
        raise MappingError(
            f"{name}: mapping {mapping.name!r} does not answer what this file asks: {asked} "
            "Answer it on the page Upload and save the mapping again"
        )
    with TemporaryDirectory(prefix="cop-mapped-") as scratch:
        folder = Path(scratch) / "draft"
        report = convert_file(path, path.name, choices, folder, settings, near=near)
        return read_mapped(folder, report, choices, file=name)


def reading_of(mapping: SavedMapping) -> Choices:
    """Give how a file is read for a mapping: only the columns that it uses are kept."""
    changes = {"columns": used_columns(mapping.declared), "numbered": True}
    return mapping.choices.model_copy(update=changes)


def check_columns(seen: Inspection, mapping: SavedMapping, name: str) -> None:
    """Raise MappingError where a file lacks a column that a mapping needs."""
    there = [column.name for column in seen.columns]
    needed = [*(mapping.choices.roles or {}), *used_columns(mapping.declared)]
    lacking = [column for column in dict.fromkeys(needed) if column not in there]
    if lacking:
        held = ", ".join(map(repr, there[:_NAMED]))
        raise MappingError(
            f"{name}: no column {', '.join(map(repr, lacking))}, which mapping {mapping.name!r} "
            f"needs; the file has: {held}{' ...' if len(there) > _NAMED else ''}"
        )
