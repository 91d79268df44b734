"""What the sandbox left is checked before any of it is used."""

import stat
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ValidationError

from cop.errors import InputFileError
from cop.ingest.upload.cell import arrow_type
from cop.model.upload import (
    FEATURE_ID,
    FEATURES,
    GEOMETRY,
    OCCURRED_AT,
    PHOTO,
    PROBLEMS,
    RASTER,
    DraftReport,
)

MOST_JSON, _MOST_FOOTER = 16 << 20, 64 << 20
_TIFF = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_HEADS = {
    FEATURES: (b"PAR1",),
    RASTER: _TIFF,
    PHOTO: (b"\xff\xd8\xff",),
    PROBLEMS: (b"\xef\xbb\xbfrow",),
}
M = TypeVar("M", bound=BaseModel)


def read_small(path: Path) -> str | None:
    """Read a text that the process wrote; None where it is none, a link, or too large."""
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > MOST_JSON:
            return None
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def read_model(text: str, model: type[M], *, file: str) -> M:
    """Read what was written as a model; InputFileError where it is none."""
    try:
        return model.model_validate_json(text)
    except ValidationError as fault:
        raise InputFileError(
            f"{file}: what was read of it is not as it should be; nothing is kept of it"
        ) from fault


def check_draft(folder: Path, report: DraftReport, *, most_mb: int, file: str) -> tuple[str, ...]:
    """Return the names of a draft's files; InputFileError where any is not what it should be."""
    names = [RASTER] if report.kind == "raster" else [FEATURES, PROBLEMS]
    if report.has_photo:
        names.append(PHOTO)
    for name in names:
        _check_file(folder / name, most_mb=most_mb, file=file)
    if FEATURES in names:
        _check_footer(folder / FEATURES, report, file=file)
    return tuple(names)


def check_raster(path: Path, *, most_mb: int, file: str) -> None:
    """Raise InputFileError where a raster is not the file that it should be."""
    _check_file(path, most_mb=most_mb, file=file)


def _check_file(path: Path, *, most_mb: int, file: str) -> None:
    try:
        found = path.lstat()
    except OSError as fault:
        raise InputFileError(f"{file}: {path.name} was not written; nothing is kept") from fault
    if not stat.S_ISREG(found.st_mode) or found.st_size > most_mb << 20:
        raise InputFileError(f"{file}: {path.name} is no file, or over {most_mb} MB")
    with path.open("rb") as written:
        head = written.read(8)
    if not head.startswith(_HEADS[path.name]):
        raise InputFileError(f"{file}: {path.name} is not what it should be; nothing is kept")


def _check_footer(path: Path, report: DraftReport, *, file: str) -> None:
    """Compare the footer with the report: columns, their types, and the number of rows."""
    with path.open("rb") as written:
        written.seek(-8, 2)
        tail = written.read(8)
    length = int.from_bytes(tail[:4], "little")
    if tail[4:] != b"PAR1" or length > _MOST_FOOTER:
        raise InputFileError(f"{file}: its features have no footer; nothing is kept of it")
    try:
        footer = pq.read_metadata(path)
        schema = footer.schema.to_arrow_schema()
    except (pa.ArrowException, OSError, ValueError) as fault:
        raise InputFileError(f"{file}: the footer of its features is damaged") from fault
    expected = [
        (FEATURE_ID, pa.string()),
        (GEOMETRY, pa.binary()),
        (OCCURRED_AT, pa.timestamp("us")),
    ]
    expected += [(column.name, arrow_type(column.kind)) for column in report.columns]
    if [(one.name, one.type) for one in schema] != expected or footer.num_rows != report.accepted:
        raise InputFileError(f"{file}: its features do not match what was told of them")
