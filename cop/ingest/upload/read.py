"""Inspecting analysts' files and making drafts of them, by the sealed process."""

import json
import os
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from cop.errors import InputFileError
from cop.ingest.upload.format import UploadFormat, detect_format
from cop.ingest.upload.sandbox import Input, SealError, Within, run_sealed
from cop.ingest.upload.verify import check_draft, read_model, read_small
from cop.model.upload import (
    REPORT,
    Bounds,
    Choices,
    DraftReport,
    FileScan,
    Inspection,
    shown_name,
)
from cop.settings import UploadSettings

Task = Literal["inspect", "convert"]
Progress = Callable[[float], None]
_RESULT, _END = "result.json", "end.json"
_OF_MEMORY = (signal.SIGKILL, signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS)


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file as an analyst brought it; ``name`` is theirs and never a path.

    ``scan`` is that of an earlier inspection of the same content.
    """

    path: Path
    name: str
    choices: Choices = field(default_factory=Choices)
    scan: FileScan | None = None


def inspect_file(
    path: Path,
    name: str,
    settings: UploadSettings,
    *,
    choices: Choices | None = None,
    near: Bounds | None = None,
    progress: Progress | None = None,
    scan: FileScan | None = None,
) -> Inspection:
    """Say what a file holds; ``near`` is where it is expected, to see that axes are exchanged.

    Raises InputFileError naming the file, what is wrong with it and what to do.
    """
    upload = Upload(path=path, name=name, choices=choices or Choices(), scan=scan)
    (found,) = inspect_files([upload], settings, near=near, progress=progress)
    if isinstance(found, InputFileError):
        raise found
    return found


def inspect_files(
    uploads: Sequence[Upload],
    settings: UploadSettings,
    *,
    near: Bounds | None = None,
    progress: Progress | None = None,
) -> list[Inspection | InputFileError]:
    """Say what each of several files holds, or why it is refused, by one process."""
    with _Run("inspect", uploads, settings, near, progress).ended(None) as done:
        return [one if isinstance(one, InputFileError) else _inspection(*one) for one in done]


def convert_file(
    path: Path,
    name: str,
    choices: Choices,
    folder: Path,
    settings: UploadSettings,
    *,
    near: Bounds | None = None,
    progress: Progress | None = None,
    scan: FileScan | None = None,
) -> DraftReport:
    """Make a draft of a file in ``folder``, which must not be there yet; all of it or nothing.

    Raises InputFileError naming the file, what is wrong with it and what to do.
    """
    upload = Upload(path=path, name=name, choices=choices, scan=scan)
    (made,) = convert_files([upload], [folder], settings, near=near, progress=progress)
    if isinstance(made, InputFileError):
        raise made
    return made


def convert_files(
    uploads: Sequence[Upload],
    folders: Sequence[Path],
    settings: UploadSettings,
    *,
    near: Bounds | None = None,
    progress: Progress | None = None,
) -> list[DraftReport | InputFileError]:
    """Make drafts of several files by one process, each in its folder."""
    run = _Run("convert", uploads, settings, near, progress)
    with run.ended(folders[0].parent) as done:
        return [
            one if isinstance(one, InputFileError) else _draft(*one, folder, settings)
            for one, folder in zip(done, folders, strict=True)
        ]


Ended = tuple[Path, str]


@dataclass(frozen=True)
class _Run:
    """A task over files, run once."""

    task: Task
    uploads: Sequence[Upload]
    settings: UploadSettings
    near: Bounds | None
    progress: Progress | None

    @contextmanager
    def ended(self, beside: Path | None) -> Iterator[list[Ended | InputFileError]]:
        """Give, for each file, where its result lies and its name, or why it is refused."""
        admitted = [_admit(upload, self.settings) for upload in self.uploads]
        with tempfile.TemporaryDirectory(prefix=".cop-upload-", dir=beside) as scratch:
            wanted = [
                (upload, held)
                for upload, held in zip(self.uploads, admitted, strict=True)
                if isinstance(held, UploadFormat)
            ]
            failed = self._try(wanted, Path(scratch)) if wanted else None
            outs = iter(Path(scratch) / "out" / str(place) for place in range(len(wanted)))
            yield [
                held
                if isinstance(held, InputFileError)
                else _outcome(next(outs), shown_name(upload.name), self.settings, failed)
                for upload, held in zip(self.uploads, admitted, strict=True)
            ]

    def _try(self, wanted: list[tuple[Upload, UploadFormat]], folder: Path) -> SealError | None:
        """Run the process; give why it was stopped, None where it came to its end."""

        def order(within: Within) -> dict[str, Any]:
            files = []
            for number, (upload, held) in enumerate(wanted):
                (folder / "out" / str(number)).mkdir()
                files.append(
                    {
                        "path": str(within.inputs[number]),
                        "name": shown_name(upload.name),
                        "format": held.id,
                        "choices": upload.choices.model_dump(mode="json"),
                        "scan": upload.scan and upload.scan.model_dump(mode="json"),
                        "out": str(within.out / str(number)),
                    }
                )
            told = self.settings.model_dump(mode="json")
            return {"task": self.task, "settings": told, "near": self.near, "files": files}

        inputs = [Input(path=one.path, inner=f"input{held.suffixes[0]}") for one, held in wanted]
        told = self.progress or (lambda _share: None)
        try:
            run_sealed(order, inputs, folder, self.settings, progress=told)
        except SealError as fault:
            return fault
        return None


def _admit(upload: Upload, settings: UploadSettings) -> UploadFormat | InputFileError:
    try:
        held = detect_format(upload.path, upload.name)
    except InputFileError as fault:
        return fault
    size = upload.path.stat().st_size
    if size > settings.upload_mb << 20:
        return InputFileError(
            f"{shown_name(upload.name)}: {size >> 20} MB; at most {settings.upload_mb} MB are "
            "taken (COP_UPLOAD_MB): split the file"
        )
    return held


def _outcome(
    out: Path, name: str, settings: UploadSettings, failed: SealError | None
) -> Ended | InputFileError:
    text = read_small(out / _RESULT)
    if text is None:
        return InputFileError(_why_ended(out, name, settings, failed))
    try:
        result = json.loads(text)
    except (ValueError, RecursionError):
        result = None
    if not isinstance(result, dict):
        return InputFileError(f"{name}: what was read of it is not as it should be")
    if "refused" in result:
        return InputFileError(str(result["refused"])[:2_000])
    return out, name


def _why_ended(out: Path, name: str, settings: UploadSettings, failed: SealError | None) -> str:
    """Say why a file gave no result, by the signal that ended its reading."""
    ended = _read_end(out)
    number = ended.get("signal", 0)
    if number in (signal.SIGXCPU,):
        return f"{name}: reading it takes more than {settings.upload_seconds} s; split the file"
    if number == signal.SIGXFSZ:
        return f"{name}: it becomes more than {settings.upload_output_mb} MB; split the file"
    if number in _OF_MEMORY:
        return (
            f"{name}: its reading ended with {signal.Signals(number).name}: it is damaged, or "
            f"needs more than {settings.upload_memory_mb} MB of memory; export it again or split it"
        )
    return f"{name}: {failed or 'its reading ended without a result'}"


def _read_end(out: Path) -> dict[str, int]:
    try:
        held = json.loads(read_small(out / _END) or "{}")
        return {key: int(held[key]) for key in ("signal", "peak_mb") if key in held}
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}


def _inspection(out: Path, name: str) -> Inspection | InputFileError:
    try:
        return read_model(_part(out, "inspection"), Inspection, file=name)
    except InputFileError as fault:
        return fault


def _draft(
    out: Path, name: str, folder: Path, settings: UploadSettings
) -> DraftReport | InputFileError:
    """Check a draft and move it to its folder at once."""
    try:
        report = read_model(_part(out, "draft"), DraftReport, file=name)
        names = check_draft(out, report, most_mb=settings.upload_output_mb, file=name)
    except InputFileError as fault:
        return fault
    report = report.model_copy(update={"peak_mb": _read_end(out).get("peak_mb", 0)})
    ready = out / "ready"
    ready.mkdir()
    for one in names:
        (out / one).rename(ready / one)
    (ready / REPORT).write_text(report.model_dump_json(indent=1), encoding="utf-8")
    try:
        os.rename(ready, folder)  # noqa: PTH104 a folder onto none or an empty one
    except OSError as fault:
        return InputFileError(f"{name}: its draft cannot be put in {folder.name}: {fault.strerror}")
    return report


def _part(out: Path, name: str) -> str:
    """Give a part of the result as JSON again, empty where it is missing."""
    held = json.loads(read_small(out / _RESULT) or "{}")
    return json.dumps(held.get(name))
