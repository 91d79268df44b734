"""Inspecting analysts' files and making drafts of them, by the sandbox."""

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from cop.errors import InputFileError
from cop.ingest.sandbox.outcome import explain_end, find_refusal, read_end, read_result
from cop.ingest.sandbox.sandbox import (
    Input,
    SandboxError,
    Within,
    check_reach,
    run_in_sandbox,
)
from cop.ingest.sandbox.verify import check_draft, read_model
from cop.ingest.source.base.detect import detect_format
from cop.ingest.source.format import FileFormat
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
    """Return what a file holds; ``near`` is where it is expected, to see that axes are exchanged.

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
    """Return what each of several files holds, or why it is refused, by one process."""
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
        """Yield, for each file, where its result lies and its name, or why it is refused."""
        admitted = [_admit(upload, self.settings) for upload in self.uploads]
        with tempfile.TemporaryDirectory(prefix=".cop-upload-", dir=beside) as scratch:
            taken = [
                (upload, one)
                for upload, one in zip(self.uploads, admitted, strict=True)
                if isinstance(one, FileFormat)
            ]
            failed = self._try(taken, Path(scratch)) if taken else None
            outs = iter(Path(scratch) / "out" / str(place) for place in range(len(taken)))
            yield [
                one
                if isinstance(one, InputFileError)
                else _outcome(next(outs), shown_name(upload.name), self.settings, failed)
                for upload, one in zip(self.uploads, admitted, strict=True)
            ]

    def _try(self, taken: list[tuple[Upload, FileFormat]], folder: Path) -> SandboxError | None:
        """Run the process; give why it was stopped, None where it came to its end."""

        def order(within: Within) -> dict[str, Any]:
            files = []
            for number, (upload, one) in enumerate(taken):
                (folder / "out" / str(number)).mkdir()
                files.append(
                    {
                        "path": str(within.inputs[number]),
                        "name": shown_name(upload.name),
                        "format": one.id,
                        "choices": upload.choices.model_dump(mode="json"),
                        "scan": upload.scan and upload.scan.model_dump(mode="json"),
                        "out": str(within.out / str(number)),
                    }
                )
            settings = self.settings.model_dump(mode="json")
            return {"task": self.task, "settings": settings, "near": self.near, "files": files}

        inputs = [Input(path=one.path, inner=f"input{form.suffixes[0]}") for one, form in taken]
        progress = self.progress or (lambda _share: None)
        try:
            run_in_sandbox(order, inputs, folder, self.settings, progress=progress)
        except SandboxError as fault:
            return fault
        return None


def _admit(upload: Upload, settings: UploadSettings) -> FileFormat | InputFileError:
    try:
        found = detect_format(upload.path, upload.name)
        check_reach(found, settings, file=shown_name(upload.name))
    except InputFileError as fault:
        return fault
    size = upload.path.stat().st_size
    if size > settings.upload_mb << 20:
        return InputFileError(
            f"{shown_name(upload.name)}: {size >> 20} MB; at most {settings.upload_mb} MB are "
            "taken (COP_UPLOAD_MB): split the file"
        )
    return found


def _outcome(
    out: Path, name: str, settings: UploadSettings, failed: SandboxError | None
) -> Ended | InputFileError:
    result = read_result(out)
    if result is None:
        return InputFileError(explain_end(out, name, settings, failed))
    if not result:
        return InputFileError(f"{name}: what was read of it is not as it should be")
    refused = find_refusal(result)
    return (out, name) if refused is None else InputFileError(refused)


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
    report = report.model_copy(update={"peak_mb": read_end(out).get("peak_mb", 0)})
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
    """Return a part of the result as JSON again, empty where it is missing."""
    return json.dumps((read_result(out) or {}).get(name))
