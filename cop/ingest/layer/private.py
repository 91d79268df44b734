"""A dropped file as one session shows it: drafts of its layers, in no store, with no questions."""

import csv
import secrets
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cop.errors import InputFileError
from cop.ingest.layer.draft import LayerDraft, read_draft
from cop.ingest.layer.feature_text import MOST_FEATURES, FeatureText, render_features
from cop.ingest.source.base.finding import DOUBTS
from cop.ingest.upload.part import (
    EMPTY,
    SkippedLayer,
    describe_rejected,
    find_skip,
    inspect_parts,
    list_parts,
)
from cop.ingest.upload.read import Upload, convert_files, inspect_file
from cop.model.upload import (
    PROBLEMS,
    Bounds,
    Choices,
    DraftReport,
    FileScan,
    Inspection,
    build_title,
    shown_name,
)
from cop.settings import UploadSettings

_AGREED = Choices(agreed=tuple(sorted(DOUBTS)))
"""What is probably wrong warns: only the one who dropped the file sees it."""
_TOKEN_BYTES = 32
_LONGEST_CELL = 60
_MOST_EXAMPLES = 8


@dataclass(frozen=True, eq=False, kw_only=True)
class PrivateLayer:
    """A layer of a dropped file: its draft, and its features as GeoJSON for one browser.

    ``token`` is known to the session that dropped it and to nobody else; ``warnings`` are what its
    reading left out or changed, with the first such row.
    """

    title: str
    draft: LayerDraft
    report: DraftReport
    features: FeatureText
    warnings: tuple[str, ...] = ()
    token: str = field(default_factory=lambda: secrets.token_urlsafe(_TOKEN_BYTES), repr=False)


class PrivateFile:
    """The layers of a dropped file; its temporary folder goes when it is closed or forgotten."""

    def __init__(
        self,
        name: str,
        folder: Path,
        layers: Sequence[PrivateLayer],
        skipped: Sequence[SkippedLayer],
    ) -> None:
        """Take over the ``folder`` of the drafts of ``layers``; ``skipped`` are the others."""
        self.id = secrets.token_hex(4)
        self.name = name
        self.layers = tuple(layers)
        self.skipped = tuple(skipped)
        self._remove = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)

    def close(self) -> None:
        """Remove the drafts."""
        self._remove()


@dataclass(frozen=True)
class _Reading:
    """A file that is read: where it lies, its name, the limits, where it is expected."""

    path: Path
    name: str
    settings: UploadSettings
    near: Bounds | None


@dataclass(frozen=True, kw_only=True)
class _Part:
    """A layer that can be shown: how it is read, and its title."""

    name: str
    title: str
    choices: Choices
    scan: FileScan | None


def open_private(
    path: Path, name: str, settings: UploadSettings, *, near: Bounds | None = None
) -> PrivateFile:
    """Read a file as the page Upload does when nothing is answered there.

    Layers that cannot be shown are skipped with the reason. InputFileError names the file and why
    none of it can be: a question, an unreadable file, a raster, too many rows.
    """
    reading = _Reading(path, shown_name(name), settings, near)
    parts, skipped = _find_parts(reading)
    folder = Path(tempfile.mkdtemp(prefix="cop-private-"))
    try:
        layers, failed = _convert(reading, parts, folder)
        skipped = [*skipped, *failed]
        if not layers:
            raise InputFileError(_describe_none(reading.name, skipped))
        return PrivateFile(reading.name, folder, layers, skipped)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _find_parts(reading: _Reading) -> tuple[list[_Part], list[SkippedLayer]]:
    """Return the layers of a file that need no answer, and the others."""
    path, name, settings, near = reading.path, reading.name, reading.settings, reading.near
    seen = inspect_file(path, name, settings, choices=_AGREED, near=near)
    if len(seen.layers) <= 1:
        reason = _find_reason(seen)
        if reason is not None:
            raise InputFileError(f"{name}: {reason}")
        title = build_title(name, None)
        return [_Part(name=name, title=title, choices=_AGREED, scan=seen.scan)], []
    names, skipped = list_parts(seen)
    empty = {layer.name for layer in seen.layers if layer.rows == 0}
    skipped += [SkippedLayer(name=one, reason=EMPTY) for one in names if one in empty]
    choices = [_AGREED.model_copy(update={"layer": one}) for one in names if one not in empty]
    parts = []
    found = inspect_parts(path, name, choices, settings, near=near)
    for chosen, part in zip(choices, found, strict=True):
        judged = _judge(name, chosen, part)
        if isinstance(judged, _Part):
            parts.append(judged)
        else:
            skipped.append(judged)
    return parts, skipped


def _judge(file: str, chosen: Choices, seen: Inspection | InputFileError) -> _Part | SkippedLayer:
    """Return how one of several layers is read, or why it is skipped."""
    name = str(chosen.layer)
    if isinstance(seen, InputFileError):
        return SkippedLayer(name=name, reason=str(seen).removeprefix(f"{file}: "))
    reason = _find_reason(seen)
    if reason is not None:
        return SkippedLayer(name=name, reason=reason)
    return _Part(name=name, title=build_title(file, name), choices=chosen, scan=seen.scan)


def _find_reason(seen: Inspection) -> str | None:
    """Return why a layer cannot be shown without an answer; None where it can be."""
    if seen.kind == "raster":
        return "a raster is shown as a draft on the page Upload"
    if seen.asks:
        return " ".join([*(ask.words for ask in seen.asks), *_list_examples(seen)])
    skip = find_skip(seen, "")
    if skip is None and seen.rows > MOST_FEATURES:
        return (
            f"{seen.rows:,} rows; at most {MOST_FEATURES:,} are shown as a private draft: use "
            "Upload"
        )
    return skip


def _list_examples(seen: Inspection) -> list[str]:
    """Return what the columns begin with, beside what is asked of them."""
    first = [
        f"{column.name} {column.examples[0][:_LONGEST_CELL]!r}"
        for column in seen.columns
        if column.examples
    ]
    more = ", \N{HORIZONTAL ELLIPSIS}" if len(first) > _MOST_EXAMPLES else ""
    return [f"First values: {', '.join(first[:_MOST_EXAMPLES])}{more}."] if first else []


def _convert(
    reading: _Reading, parts: Sequence[_Part], folder: Path
) -> tuple[list[PrivateLayer], list[SkippedLayer]]:
    """Make a draft of each layer by one process, and its features as text."""
    if not parts:
        return [], []
    name = reading.name
    uploads = [
        Upload(path=reading.path, name=name, choices=one.choices, scan=one.scan) for one in parts
    ]
    folders = [folder / str(number) for number in range(len(parts))]
    reports = convert_files(uploads, folders, reading.settings, near=reading.near)
    layers, skipped = [], []
    for part, own, report in zip(parts, folders, reports, strict=True):
        try:
            if isinstance(report, InputFileError):
                raise report
            layers.append(_build_layer(part, own, report, name))
        except InputFileError as fault:
            reason = str(fault).removeprefix(f"{name}: ")
            skipped.append(SkippedLayer(name=part.name, reason=reason))
    return layers, skipped


def _build_layer(part: _Part, folder: Path, report: DraftReport, file: str) -> PrivateLayer:
    draft = replace(read_draft(folder), name=file)
    first = read_first_problem(folder)
    if not report.accepted:
        reason = f"none of its {report.rows:,} rows can be used"
        raise InputFileError(f"{reason}: {first}" if first else reason)
    rejected = describe_rejected(report)
    changed = [
        one.words
        for one in report.findings
        if one.severity == "warning" and "left out" not in one.words
    ]
    left_out = f"{rejected}. First: {first}." if rejected and first else rejected
    return PrivateLayer(
        title=part.title,
        draft=draft,
        report=report,
        features=render_features(draft),
        warnings=tuple(words for words in (left_out, *changed) if words),
    )


def read_first_problem(folder: Path) -> str | None:
    """Return the first row of a draft's problems: row, column, value, reason."""
    path = folder / PROBLEMS
    if not path.is_file():
        return None
    with path.open(encoding="utf-8-sig", newline="") as file:
        found = next(csv.DictReader(file), None)
    if found is None:
        return None
    place = f"row {found['row']}, {found['column']} {found['value'][:_LONGEST_CELL]!r}"
    return f"{place}: {found['reason']}"


def _describe_none(name: str, skipped: Sequence[SkippedLayer]) -> str:
    reasons = [one.reason if one.name == name else one.words for one in skipped]
    return f"{name}: {'; '.join(reasons)}"
