"""Reading a file by its profile in the sandbox: batches come over a pipe, checked as they come."""

import os
import selectors
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
from pydantic import ValidationError

from cop.errors import CopError, InputFileError, ProfileError, StoreError
from cop.ingest.sandbox.outcome import explain_end, find_refusal, read_result
from cop.ingest.sandbox.sandbox import (
    PIPE_BYTES,
    Input,
    SandboxError,
    Within,
    check_reach,
    open_sandbox,
    run_in_sandbox,
)
from cop.ingest.sandbox.stream import check_schema, read_total, refuse_stream, unpack_batch
from cop.ingest.sandbox.verify import check_raster
from cop.ingest.source.format import FileFormat, FileMapping
from cop.ingest.source.registry import FORMATS, READABLE
from cop.ingest.source.table import need_file
from cop.model.progress import StepProgress, ignore_progress
from cop.model.upload import RASTER
from cop.settings import UploadSettings

if TYPE_CHECKING:
    from cop.ingest.heights import HeightMapping, HeightRaster

_MOST_MESSAGE_BYTES = 2 << 30
_MOST_WORDS = 4_000
_HEIGHTS_S, _HEIGHTS_MB = 86_400, 8_192
"""A raster of the most pixels takes minutes to warp; only a hang takes a day."""
_FAULTS: dict[str, type[CopError]] = {"ProfileError": ProfileError, "StoreError": StoreError}
"""Errors that keep their kind on the way out; any other is of the file."""


@dataclass(frozen=True, kw_only=True)
class SandboxReader:
    """A FileReader for files from outside: a process in the sandbox parses them.

    The size of a file is not limited, nor is the time that it takes as long as batches come;
    ``memory_mb`` is what the process may use.
    """

    settings: UploadSettings
    memory_mb: int

    def __call__(
        self, path: Path, profile: FileMapping, progress: StepProgress = ignore_progress, /
    ) -> Iterator[pd.DataFrame]:
        """Read a file by the format of its profile in bounded batches, at least one.

        Raises InputFileError naming the file, what is wrong with it and what to do.
        """
        need_file(path)
        self._check(READABLE.get(profile.reader), path)
        with TemporaryDirectory(prefix="cop-read-") as scratch:
            reading = _FileReading(path, profile, self._limits(), Path(scratch))
            for batch, total in reading.read():
                yield batch
                progress("reading", len(batch), total)

    def read_heights(self, path: Path, profile: "HeightMapping", target: Path) -> "HeightRaster":
        """Write the heights of a raster as a COG and return what it holds.

        Raises InputFileError where the file is not a raster of heights that can be used.
        """
        from cop.ingest.heights import HeightRaster

        need_file(path)
        self._check(FORMATS.get(profile.reader), path)
        longest = {"upload_seconds": _HEIGHTS_S, "upload_output_mb": _HEIGHTS_MB}
        limits = self._limits().model_copy(update=longest)
        with TemporaryDirectory(prefix="cop-read-", dir=target.parent) as scratch:
            reading = _FileReading(path, profile, limits, Path(scratch), task="heights")
            result = reading.run()
            check_raster(reading.out / RASTER, most_mb=_HEIGHTS_MB, file=path.name)
            try:
                heights = HeightRaster.model_validate(result.get("heights"))
            except ValidationError as fault:
                raise refuse_stream(path.name) from fault
            (reading.out / RASTER).rename(target)
            return heights

    def _check(self, form: FileFormat | None, path: Path) -> None:
        if form is not None:
            check_reach(form, self.settings, file=path.name)

    def _limits(self) -> UploadSettings:
        most = max(self.memory_mb, self.settings.upload_memory_mb)
        return self.settings.model_copy(update={"upload_memory_mb": most})


@dataclass
class _FileReading:
    """The reading of one file."""

    path: Path
    profile: "FileMapping | HeightMapping"
    settings: UploadSettings
    folder: Path
    task: str = "read"
    _inner: Path = Path()

    @property
    def out(self) -> Path:
        """Where the sandbox leaves what it made of the file."""
        return self.folder / "out" / "0"

    def read(self) -> Iterator[tuple[pd.DataFrame, int | None]]:
        """Yield each batch with about how many rows the file has."""
        source = Input(path=self.path, inner=self.path.name)
        rows, broken = 0, None
        with open_sandbox(self._order, [source], self.folder, self.settings) as process:
            pipe = _Pipe(process, self.path.name, self.settings.upload_seconds)
            try:
                with pa.ipc.open_stream(pa.PythonFile(pipe, mode="r")) as stream:
                    check_schema(stream.schema, file=self.path.name)
                    total = read_total(stream.schema)
                    for batch in stream:
                        rows += len(batch)
                        yield unpack_batch(batch, file=self.path.name), total
            except (pa.ArrowException, EOFError) as fault:
                broken = fault
            self._check_end(process, pipe, rows, broken)

    def run(self) -> dict[str, object]:
        """Run a task that streams nothing, and return its result."""
        source = Input(path=self.path, inner=self.path.name)
        failed = None
        try:
            run_in_sandbox(
                self._order, [source], self.folder, self.settings, progress=lambda _share: None
            )
        except SandboxError as fault:
            failed = str(fault)
        return self._read_result(failed)

    def _read_result(self, failed: str | None) -> dict[str, object]:
        """Return the result; raise what the sandbox tells of the file, or how it ended."""
        result = read_result(self.out)
        if result is None:
            raise InputFileError(explain_end(self.out, self.path.name, self.settings, failed))
        refused = find_refusal(result)
        if refused is not None:
            words = refused.replace(str(self._inner), str(self.path))
            raise _FAULTS.get(str(result.get("fault")), InputFileError)(words)
        return result

    def _order(self, within: Within) -> dict[str, Any]:
        self.out.mkdir()
        (self._inner,) = within.inputs
        profile: dict[str, Any] = {"reader": self.profile.reader}
        if isinstance(self.profile, FileMapping):
            profile["columns"] = dict(self.profile.columns)
            profile["file_columns"] = list(self.profile.file_columns)
        else:
            profile["nodata"] = self.profile.nodata
        file = {
            "path": str(self._inner),
            "name": self.path.name,
            "profile": profile,
            "out": str(within.out / "0"),
        }
        return {
            "task": self.task,
            "settings": self.settings.model_dump(mode="json"),
            "near": None,
            "files": [file],
        }

    def _check_end(
        self,
        process: "subprocess.Popen[bytes]",
        pipe: "_Pipe",
        rows: int,
        broken: Exception | None,
    ) -> None:
        """Raise what the sandbox tells of the file; it must have sent every row that it read."""
        code = pipe.wait()
        failed = f"the sandbox ended with {code}: {pipe.words}" if code else None
        result = self._read_result(failed)
        if broken is not None or result.get("rows") != rows:
            raise refuse_stream(self.path.name) from broken


@dataclass
class _Pipe:
    """What a process writes, read as it comes; its words beside it never hold it up."""

    process: "subprocess.Popen[bytes]"
    file: str
    silent_s: float
    closed: bool = False
    _words: bytes = b""
    _ready: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def __post_init__(self) -> None:
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is None:
                raise SandboxError(f"{self.file}: the sandbox has no pipes")
            self._ready.register(pipe, selectors.EVENT_READ)

    @property
    def words(self) -> str:
        """The last of what the process wrote beside the stream."""
        return self._words.decode("utf-8", "replace").strip()[-500:]

    def read(self, size: int = -1) -> bytes:
        """Read so many bytes, fewer at the end; SandboxError after a long silence."""
        if not 0 <= size <= _MOST_MESSAGE_BYTES:
            raise EOFError(f"a message of {size} bytes")
        parts, left = [], size
        while left and (content := self._take(min(left, PIPE_BYTES))):
            parts.append(content)
            left -= len(content)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        """Stop reading; the process is ended by whoever started it."""
        self.closed = True

    def wait(self) -> int:
        """Return how the process ended, with 0 where it goes on after the end of its stream."""
        if self._take(PIPE_BYTES):
            return 0
        try:
            return self.process.wait(timeout=self.silent_s)
        except subprocess.TimeoutExpired as fault:
            raise SandboxError(f"{self.file}: the sandbox does not end") from fault

    def _take(self, size: int) -> bytes:
        """Return what comes next on the standard output, empty at the end of both."""
        deadline = time.monotonic() + self.silent_s
        while self._ready.get_map():
            for key, _ in self._ready.select(max(0.0, deadline - time.monotonic())):
                content = os.read(key.fd, size)
                if not content:
                    self._ready.unregister(key.fileobj)
                elif key.fileobj is self.process.stdout:
                    return content
                else:
                    self._words = (self._words + content)[-_MOST_WORDS:]
            if time.monotonic() > deadline:
                raise SandboxError(
                    f"{self.file}: reading gives nothing for {self.silent_s:.0f} s; split the file"
                )
        return b""
