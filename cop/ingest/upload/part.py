"""The layers of one file: each inspected, judged and converted, with the reason of every skip."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cop.errors import InputFileError
from cop.ingest.upload.read import Progress, Upload, convert_files, inspect_files
from cop.model.formula import defuse
from cop.model.upload import (
    PROBLEMS,
    Bounds,
    Choices,
    DraftReport,
    FileScan,
    Inspection,
    UploadFinding,
)
from cop.settings import UploadSettings

MOST_PARTS: Final = 40
"""So many layers of one file are read and published together."""
EMPTY: Final = "empty"
"""Why a layer without a row is skipped."""
_STYLES: Final = ("styles_kept", "styles_lost")


@dataclass(frozen=True, kw_only=True)
class SkippedLayer:
    """A layer of a file that was not published, and why."""

    name: str
    reason: str

    @property
    def words(self) -> str:
        """The fact in one line."""
        return f"{self.name}: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class FilePart:
    """A layer of a file to convert, as it is to be read, and the draft folder to make.

    ``scan`` is that of an earlier inspection of the same content.
    """

    name: str
    choices: Choices
    folder: Path
    scan: FileScan | None = None


def list_parts(seen: Inspection) -> tuple[list[str], list[SkippedLayer]]:
    """Return the layers of a file that are read together, and those beyond the most."""
    names = [layer.name for layer in seen.layers]
    reason = f"one of {len(names)} layers; at most {MOST_PARTS} are read together"
    beyond = [SkippedLayer(name=name, reason=reason) for name in names[MOST_PARTS:]]
    return names[:MOST_PARTS], beyond


def list_others(seen: Inspection, reason: str) -> list[SkippedLayer]:
    """Return the layers of a file that are not the one that was read, for a reason."""
    names = [layer.name for layer in seen.layers if layer.name != seen.layer]
    return [SkippedLayer(name=name, reason=reason) for name in names]


def inspect_parts(
    path: Path,
    file: str,
    choices: Sequence[Choices],
    settings: UploadSettings,
    *,
    near: Bounds | None = None,
    progress: Progress | None = None,
) -> list[Inspection | InputFileError]:
    """Return what each layer of a file holds, or why it is refused, by one process."""
    uploads = [Upload(path=path, name=file, choices=one) for one in choices]
    return inspect_files(uploads, settings, near=near, progress=progress)


def find_skip(seen: Inspection | None, fault: str) -> str | None:
    """Return why a layer cannot be published however it is asked; None where it can be."""
    if seen is None:
        return fault or "not read"
    codes = {finding.code for finding in seen.findings}
    if "no_position" in codes:
        return "no geometry: no column gives a position"
    if seen.kind != "raster" and not seen.rows:
        return EMPTY
    if "empty" in codes:
        return f"no geometry: none of its {seen.rows:,} rows can be used"
    return None


def convert_parts(
    path: Path,
    file: str,
    parts: Sequence[FilePart],
    settings: UploadSettings,
    *,
    near: Bounds | None = None,
    progress: Progress | None = None,
) -> list[DraftReport]:
    """Make a draft of each layer by one process; InputFileError names the first that fails."""
    uploads = [Upload(path=path, name=file, choices=one.choices, scan=one.scan) for one in parts]
    folders = [one.folder for one in parts]
    reports = []
    made = convert_files(uploads, folders, settings, near=near, progress=progress)
    for part, report in zip(parts, made, strict=True):
        if isinstance(report, InputFileError):
            raise InputFileError(f"layer {part.name!r}: {report}; no layer was published")
        reports.append(report)
    return reports


def describe_records(rows: int, records: int | None) -> str:
    """Return how many rows were read, beside how many records the file holds by another count."""
    if records is None:
        return f"{rows:,} read; this format has no other count to compare"
    if records == rows:
        return f"{rows:,} read, as many as the file holds"
    return f"{rows:,} read of {records:,} that the file holds"


def describe_rejected(report: DraftReport) -> str | None:
    """Return how many rows were left out and why, and not read; None where all are in."""
    differs = report.records is not None and report.records != report.rows
    unread = describe_records(report.rows, report.records) if differs else None
    if not report.rejected:
        return unread
    reasons = [
        one.words.partition(":")[0].rstrip(".")
        for one in report.findings
        if one.severity == "warning" and one.rows and "left out" in one.words
    ]
    left_out = f"{report.rejected:,} of {report.rows:,} rows left out: {'; '.join(reasons)}"
    return f"{left_out}. {unread}" if unread else left_out


def list_style_notes(findings: Sequence[UploadFinding]) -> list[str]:
    """Return what is said of a file's styles: what is kept, and what is not."""
    return [one.words for one in findings if one.code in _STYLES]


def join_problems(folders: Mapping[str, Path]) -> bytes:
    """Return the problems of several drafts as one CSV with the layer of each; empty if none."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("layer", "row", "column", "value", "reason"))
    rows = 0
    for name, folder in folders.items():
        path = folder / PROBLEMS
        if not path.is_file():
            continue
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in list(csv.reader(file))[1:]:
                writer.writerow((defuse(name), *row))
                rows += 1
    return out.getvalue().encode("utf-8-sig") if rows else b""
