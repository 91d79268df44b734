"""Which format a file is of: by its suffix and first bytes, of an archive by the names inside."""

from pathlib import Path

from cop.errors import InputFileError
from cop.ingest.source.base.archive import open_archive
from cop.ingest.source.format import FileFormat
from cop.ingest.source.registry import FORMATS
from cop.model.upload import shown_name
from cop.settings import UploadSettings

_HEAD_BYTES = 2_048


def detect_format(path: Path, name: str) -> FileFormat:
    """Return the format that a file's name and first bytes agree on; the first of several zips.

    Raises InputFileError naming the file, what was found and what is taken.
    """
    shown = shown_name(name)
    if not path.is_file():
        raise InputFileError(f"{shown}: no such file; upload it again")
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head:
        raise InputFileError(f"{shown}: the file is empty; export it again")
    named = list_by_suffix(name)
    if not named:
        taken = ", ".join(sorted({s for one in FORMATS.values() for s in one.suffixes}))
        raise InputFileError(f"{shown}: no format that is taken; give a file named {taken}")
    fitting = [one for one in named if one.fits(head)]
    if not fitting:
        titles = " or ".join(one.title for one in named)
        raise InputFileError(
            f"{shown}: its content is no {titles} (it begins with {head[:8]!r}); give it the "
            "suffix of its format, or export it again"
        )
    return fitting[0]


def list_by_suffix(name: str) -> list[FileFormat]:
    """Return the formats of a file's suffix, those of the longest suffix alone."""
    lower = name.lower()
    ending = [(s, one) for one in FORMATS.values() for s in one.suffixes if lower.endswith(s)]
    longest = max((len(suffix) for suffix, _ in ending), default=0)
    return [one for suffix, one in ending if len(suffix) == longest]


def settle_format(path: Path, name: str, first: FileFormat, settings: UploadSettings) -> FileFormat:
    """Return the one format of several that share a suffix, by the names in the archive."""
    sharing = list_by_suffix(name)
    if len(sharing) == 1:
        return first
    with open_archive(path, file=name, settings=settings) as archive:
        names = [member.lower() for member in archive.members]
    for one in sharing:
        if one.is_inside is not None and one.is_inside(names):
            return one
    *others, last = sorted(one.title.removeprefix("zipped ") for one in sharing)
    raise InputFileError(f"{name}: no {', '.join(others)} or {last} inside; zip exactly one")
