"""Reading a file as a mapping states: in the sandbox, with its answers and no others."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from cop.errors import InputFileError, MappingError
from cop.ingest.mapping.load import RowProfile
from cop.ingest.mapping.table import MappedTable, read_mapped
from cop.ingest.upload.read import convert_file, inspect_file
from cop.model.mapping import READ, FileReading
from cop.model.progress import StepProgress, ignore_progress
from cop.model.upload import Bounds, Choices, Inspection, shown_name
from cop.settings import UploadSettings

_NAMED = 20


def read_by_mapping(
    path: Path,
    profile: RowProfile,
    settings: UploadSettings,
    *,
    near: Bounds | None = None,
    tell: Callable[[Inspection], None] = lambda _seen: None,
    progress: StepProgress = ignore_progress,
) -> MappedTable:
    """Read a file for a mapping; ``tell`` is passed what was found in it.

    Raise MappingError if a column is missing, or if the file asks what the mapping does not answer.
    """
    if not path.is_file():
        raise InputFileError(f"{path}: no such file; check the path")
    name = shown_name(path.name)
    choices = choices_of(profile)
    try:
        seen = inspect_file(path, path.name, settings, choices=choices, near=near)
    except InputFileError:
        bare = choices.model_copy(update={"roles": {}, "columns": ()})
        whole = inspect_file(path, path.name, settings, choices=bare, near=near)
        check_columns(whole, profile, name)
        raise
    tell(seen)
    if seen.asks:
        asked = " ".join(finding.words for finding in seen.asks)
        raise MappingError(
            f"{name}: mapping {profile.name!r} does not answer what this file asks: {asked} "
            "Answer it on the page Upload and save the mapping again; if it is right, use "
            f"--agree {seen.asks[0].code}"
        )
    with TemporaryDirectory(prefix="cop-mapped-") as scratch:
        folder = Path(scratch) / "draft"
        step = _Share(progress, "reading", seen.rows)
        report = convert_file(
            path, path.name, choices, folder, settings, near=near, progress=step, scan=seen.scan
        )
        return read_mapped(folder, report, choices, file=name)


@dataclass
class _Share:
    """Reports a share that is done as rows of a step."""

    progress: StepProgress
    step: str
    total: int
    done: int = 0

    def __call__(self, share: float) -> None:
        rows = max(round(share * self.total) - self.done, 0)
        self.done += rows
        self.progress(self.step, rows, self.total)


def choices_of(profile: RowProfile) -> Choices:
    """Return how a file is read for a mapping: only the columns that it uses are kept."""
    choices = (profile.reading or FileReading()).choices
    agreed = tuple(dict.fromkeys((*choices.agreed, *profile.agreed)))
    return choices.model_copy(
        update={"columns": used_by(profile), "numbered": True, "agreed": agreed}
    )


def used_by(profile: RowProfile) -> tuple[str, ...]:
    """Return the file's columns that a mapping uses, each once."""
    return tuple(name for name in dict.fromkeys(profile.file_columns) if name not in READ)


def check_columns(seen: Inspection, profile: RowProfile, name: str) -> None:
    """Raise MappingError if a file lacks a column that a mapping needs."""
    there = [column.name for column in seen.columns]
    needed = [*(choices_of(profile).roles or {}), *used_by(profile)]
    lacking = [column for column in dict.fromkeys(needed) if column not in there]
    if lacking:
        shown = ", ".join(map(repr, there[:_NAMED]))
        raise MappingError(
            f"{name}: no column {', '.join(map(repr, lacking))}, which mapping {profile.name!r} "
            f"needs; the file has: {shown}{' ...' if len(there) > _NAMED else ''}"
        )
