"""Watching a folder: files are loaded as they become complete, then moved out of the way."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from cop.errors import AuditError, CopError, InputFileError, StoreError
from cop.ingest.layer.refresh import Refreshes, RefreshReport
from cop.ingest.profile.kind import Profile
from cop.ingest.reader import FileReader
from cop.ingest.sink.load import IngestReport
from cop.ingest.sink.registry import WATCH, ingest_file
from cop.settings import StoreSettings, UploadSettings
from cop.store.catalogue.writer import file_sha256

LOCK_FILE = ".watch.lock"
Outcome = Literal["done", "refused", "waiting"]
Stamp = tuple[int, int, int]
_UNFINISHED = (".part", ".tmp", ".partial", ".crdownload")


def _begin_nothing(_file: str) -> None:
    return


@dataclass(frozen=True, kw_only=True)
class WatchResult:
    """What became of one file: ``waiting`` stays where it is and is tried again."""

    file: str
    outcome: Outcome
    error: str | None = None
    report: IngestReport | RefreshReport | None = None


@dataclass
class Watch:
    """Looks at one folder for files of one profile, or for those that renew layers.

    ``uploads`` and ``by`` are for a profile whose files are read in the sandbox. ``begin`` is told
    the name of a file before it is loaded, each time that it is tried; where it raises AuditError
    the file waits.
    """

    settings: StoreSettings
    folder: Path
    profile: Profile | Refreshes
    settle_s: float
    reader: FileReader
    uploads: UploadSettings | None = None
    by: str = WATCH
    begin: Callable[[str], None] = _begin_nothing
    _seen: dict[str, tuple[Stamp, float]] = field(default_factory=dict)
    _tried: set[str] = field(default_factory=set)

    def load_settled(self) -> Iterator[WatchResult]:
        """Load the files that have not changed for ``settle_s``, oldest name first."""
        now = time.monotonic()
        own = self.profile.name if isinstance(self.profile, Refreshes) else None
        found = (path for path in sorted(self.folder.iterdir()) if path.name != own)
        files = {path.name: path for path in found if _is_offered(path)}
        self._seen = {name: seen for name, seen in self._seen.items() if name in files}
        self._tried &= set(files)
        for name, path in files.items():
            stamp = _stamp(path)
            if stamp is None:
                continue
            known, since = self._seen.get(name, (None, now))
            if known != stamp:
                since = now
                self._tried.discard(name)
            self._seen[name] = (stamp, since)
            if now - since >= self.settle_s:
                yield self._try(path, stamp)

    @property
    def settling(self) -> set[str]:
        """The files that changed too recently to be tried."""
        return set(self._seen) - self._tried

    @property
    def waiting(self) -> set[str]:
        """The files that could not be loaded yet and will be tried again."""
        return set(self._seen) & self._tried

    def _try(self, path: Path, stamp: Stamp) -> WatchResult:
        self._tried.add(path.name)
        report: IngestReport | RefreshReport | None = None
        error = None
        try:
            self.begin(path.name)
            report = self._load(path)
        except (StoreError, AuditError) as fault:
            return WatchResult(file=path.name, outcome="waiting", error=str(fault))
        except CopError as fault:
            error = str(fault)
        except Exception as fault:  # noqa: BLE001 one odd file must not end the watch
            error = f"{path.name}: {type(fault).__name__}: {fault}"
        if _stamp(path) != stamp:
            return WatchResult(
                file=path.name, outcome="waiting", error="it changed while it was read"
            )
        return self._move(
            path,
            WatchResult(
                file=path.name,
                outcome="refused" if _is_refused(report) else "done",
                error=error,
                report=report,
            ),
        )

    def _load(self, path: Path) -> IngestReport | RefreshReport:
        if isinstance(self.profile, Refreshes):
            return self.profile.load(self.settings, path)
        return ingest_file(
            self.settings, path, self.profile, reader=self.reader, uploads=self.uploads, by=self.by
        )

    def _move(self, path: Path, result: WatchResult) -> WatchResult:
        """Move a file to the folder of its outcome, a report beside it."""
        folder = self.folder / result.outcome
        try:
            folder.mkdir(exist_ok=True)
            target = _free_name(folder, path)
            report = {
                "file": path.name,
                "sha256": file_sha256(path),
                "profile": self.profile.name,
                "error": result.error,
                **(asdict(result.report) if result.report else {}),
            }
            text = json.dumps(report, indent=1, ensure_ascii=False)
            target.with_name(f"{target.name}.report.json").write_text(text, encoding="utf-8")
            path.rename(target)
        except OSError as fault:
            return WatchResult(file=path.name, outcome="waiting", error=f"cannot move it: {fault}")
        self._seen.pop(path.name, None)
        return result


@contextmanager
def open_watch(
    settings: StoreSettings,
    folder: Path,
    profile: Profile | Refreshes,
    *,
    settle_s: float,
    reader: FileReader,
    uploads: UploadSettings | None = None,
    by: str = WATCH,
    begin: Callable[[str], None] = _begin_nothing,
) -> Iterator[Watch]:
    """Watch a folder, alone, files of records parsed by ``reader``; ``begin`` as of a Watch.

    InputFileError where there is none or another process watches it.
    """
    if not folder.is_dir():
        raise InputFileError(f"{folder}: no such folder; create it first")
    try:
        with FileLock(folder / LOCK_FILE, timeout=0):
            yield Watch(settings, folder, profile, settle_s, reader, uploads, by, begin)
    except Timeout as fault:
        raise InputFileError(f"{folder}: another process is watching it; stop that one") from fault
    except OSError as fault:
        raise InputFileError(f"{folder}: cannot be watched: {fault}") from fault


def _is_refused(report: IngestReport | RefreshReport | None) -> bool:
    """Whether nothing of a file was taken; a layer is renewed as a whole or not at all."""
    if isinstance(report, IngestReport):
        counts = (report.accepted, report.duplicate, report.superseded)
        return bool(report.rejected) and not any(counts)
    return report is None


def _is_offered(path: Path) -> bool:
    """Whether a file is meant for us: a hidden name or an unfinished one is not, nor is a link."""
    hidden = path.name.startswith(".") or path.name.lower().endswith(_UNFINISHED)
    return not hidden and not path.is_symlink() and path.is_file()


def _stamp(path: Path) -> Stamp | None:
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_size, about.st_mtime_ns, about.st_ino


def _free_name(folder: Path, path: Path) -> Path:
    names = (f"{path.name}", *(f"{path.name}.{n}" for n in range(2, 1_000_000)))
    return next(folder / name for name in names if not (folder / name).exists())
