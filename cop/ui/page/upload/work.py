"""A file that was dropped on the page: what is known of it, chosen for it, and made of it."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

import pandas as pd
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from cop.errors import CopError, InputFileError
from cop.ingest.layer.draft import read_draft, read_first_rows
from cop.ingest.layer.history import read_uploaded_layers
from cop.ingest.layer.lifecycle import publish_layer
from cop.ingest.layer.quota import Quota
from cop.ingest.layer.step import Step
from cop.ingest.mapping.load import MappedCheck
from cop.ingest.mapping.table import MappedTable
from cop.ingest.sink.load import IngestReport
from cop.ingest.upload.read import Upload, convert_file, inspect_file, inspect_files
from cop.ingest.upload.waiting import WaitingFile
from cop.model.upload import (
    PROBLEMS,
    Choices,
    DraftReport,
    FileScan,
    Inspection,
    build_title,
    shown_name,
)
from cop.model.uploaded import PREFIX, Declaration, UploadedLayer
from cop.settings import DEFAULT_REGION, StoreSettings
from cop.store.catalogue.writer import file_sha256
from cop.ui.component.context import use_context
from cop.ui.component.progress import showing_progress
from cop.ui.component.record import recording

if TYPE_CHECKING:
    from cop.ui.page.upload.part import GroupOutcome

FIRST_ROWS = 50
_KILOBYTE = 1_000
_HELD = "upload-known"


@dataclass
class Incoming:
    """A file of this page. ``key`` names its widgets; ``rows`` are the draft's first ones.

    ``looked`` are the choices that ``seen`` was found with, ``drafted`` those of the draft;
    ``answers`` is what its widgets hold, ``renewed`` how often the page has answered for one. Of a
    file that is mapped, ``mapped`` are its rows as read by ``mapped_by``, ``checked`` what the
    mapping of that JSON makes of them, and ``loaded`` what was published under the source
    ``loaded_source``. ``scanned`` is the last scan with the SHA-256 of the content. ``wants`` is
    what was pressed for and is not done yet.

    A file of several layers has ``parts``, each of one ``layer_name`` and read by ``chosen``;
    ``outcome`` is what became of them.
    """

    key: str
    name: str
    file: BinaryIO
    size: int
    seen: Inspection | None = None
    looked: Choices | None = None
    drafted: Choices | None = None
    report: DraftReport | None = None
    problems: bytes = b""
    rows: pd.DataFrame = field(default_factory=pd.DataFrame)
    layer_id: str | None = None
    fault: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    renewed: dict[str, int] = field(default_factory=dict)
    mapped: MappedTable | None = None
    mapped_by: Choices | None = None
    checked: tuple[str, MappedCheck] | None = None
    loaded: IngestReport | None = None
    loaded_source: str = ""
    scanned: tuple[str, FileScan] | None = None
    wants: Literal["draft", "rows"] | None = None
    layer_name: str | None = None
    chosen: Choices | None = None
    parts: "list[Incoming]" = field(default_factory=list)
    outcome: "GroupOutcome | None" = None

    @property
    def title(self) -> str:
        """The layer's name, else the file's without its ending, as a title to begin with."""
        return build_title(self.name, self.layer_name)

    def find_scan(self, path: Path) -> FileScan | None:
        """Return the last scan if it is of the content of a file, else None."""
        if self.scanned is None or self.scanned[0] != file_sha256(path):
            return None
        return self.scanned[1]

    def keep_scan(self, path: Path, seen: Inspection) -> None:
        """Keep the one scan that the next step of the file begins with."""
        self.scanned = None if seen.scan is None else (file_sha256(path), seen.scan)

    def named(self, part: str) -> str:
        """Name a widget of this file."""
        times = self.renewed.get(part)
        return f"upload-{self.key}-{times}-{part}" if times else f"upload-{self.key}-{part}"


@contextmanager
def holding(files: Sequence[UploadedFile]) -> Iterator[list[Incoming]]:
    """Return what this page knows of its files, and forget those that were taken away.

    Their content is at hand for this run alone: what a session remembers would keep it when the
    file is gone or another page is open.
    """
    before: dict[str, Incoming] = st.session_state.get(_HELD, {})
    waiting = {file.file_id: find_waiting(file) for file in files}
    known = {
        file.file_id: before.get(file.file_id)
        or Incoming(key=file.file_id, name=shown_name(file.name), file=content, size=size)
        for file, (content, size) in zip(files, waiting.values(), strict=True)
    }
    st.session_state[_HELD] = known
    for file_id, (content, _) in waiting.items():
        known[file_id].file = content
    try:
        yield list(known.values())
    finally:
        for one in known.values():
            for held in (one, *one.parts):
                held.file = BytesIO()


def store_settings() -> StoreSettings:
    """Return the settings of the warehouse that this page writes to."""
    service = use_context().service
    region = service.snapshot.region
    own = {"data": service.warehouse.folder, "region": region.name if region else DEFAULT_REGION}
    return service.warehouse.settings.model_copy(update=own)


def find_uploaded(layer_id: str) -> UploadedLayer:
    """Return a layer as it is now; the page reads the newest version from here on."""
    use_context().service.warehouse.refresh()
    return read_uploaded_layers(store_settings())[f"{PREFIX}{layer_id}"]


def look(incoming: Incoming, choices: Choices) -> None:
    """Inspect a file in the sandbox; the page shows a stored fault.

    An inspection that another run interrupts is discarded.
    """
    seen, problem = incoming.seen, ""
    try:
        with spooled(incoming.file) as path, telling("Reading file", incoming) as progress:
            seen = inspect_file(
                path,
                incoming.name,
                use_context().uploads,
                choices=choices,
                near=use_context().service.snapshot.line_bounds,
                progress=progress,
                scan=incoming.find_scan(path),
            )
            incoming.keep_scan(path, seen)
    except CopError as fault:
        problem = str(fault)
    incoming.looked, incoming.seen, incoming.fault = choices, seen, problem


def look_at_new(files: Sequence[Incoming]) -> None:
    """Inspect several files dropped at once in one sandbox."""
    fresh = [one for one in files if one.looked is None]
    if len(fresh) <= 1:
        return
    with ExitStack() as open_files, telling(f"Reading {len(fresh)} files") as progress:
        paths = [open_files.enter_context(spooled(one.file)) for one in fresh]
        uploads = [Upload(path=path, name=one.name) for path, one in zip(paths, fresh, strict=True)]
        near = use_context().service.snapshot.line_bounds
        found = inspect_files(uploads, use_context().uploads, near=near, progress=progress)
        for one, path, seen in zip(fresh, paths, found, strict=True):
            one.looked = Choices()
            if isinstance(seen, InputFileError):
                one.fault = str(seen)
            else:
                one.seen = seen
                one.keep_scan(path, seen)


def describe_stage(incoming: Incoming) -> str:
    """Return a word for the state of a file."""
    layer = use_context().service.snapshot.uploaded.get(f"{PREFIX}{incoming.layer_id}")
    if layer is not None and layer.state != "retired":
        return layer.state
    if incoming.outcome is not None:
        return "published"
    if incoming.loaded is not None:
        return "loaded"
    if incoming.fault:
        return "rejected" if incoming.seen is None else "needs changes"
    if incoming.seen is None:
        return "not read"
    return "needs input" if incoming.seen.asks else "read"


def make_draft(incoming: Incoming, choices: Choices, declared: Declaration, *, by: str) -> None:
    """Make a draft of a file and load it where only this page shows it."""
    with (
        TemporaryDirectory(prefix="cop-draft-") as scratch,
        spooled(incoming.file) as path,
        telling("Creating draft", incoming) as progress,
    ):
        folder = Path(scratch) / "draft"
        near = use_context().service.snapshot.line_bounds
        report = convert_file(
            path,
            incoming.name,
            choices,
            folder,
            use_context().uploads,
            near=near,
            progress=progress,
            scan=incoming.find_scan(path),
        )
        with recording("upload", f"file {incoming.name}", by=by) as act:
            step = publish_layer(
                store_settings(),
                replace(read_draft(folder), name=incoming.name),
                declared,
                by=by,
                layer_id=incoming.layer_id,
                state="draft",
                quota=own_quota(),
            )
            act.detail |= {"version": step.version, "layer": step.layer.id}
        # Known before the bar goes, where another run may cut this one short.
        incoming.report, incoming.drafted = report, choices
        incoming.problems, incoming.rows = (
            _read_problems(folder),
            read_first_rows(folder, FIRST_ROWS),
        )
        take_step(incoming, step)


def own_quota() -> Quota:
    """Return the limits of whoever looks at this page."""
    return Quota(limits=use_context().uploads, address=_viewer_address())


def _viewer_address() -> str | None:
    """Return the viewer's IP address; None on this machine and for a page without a server."""
    address: object = st.context.ip_address
    return address if isinstance(address, str) else None


def take_step(incoming: Incoming, step: Step) -> None:
    """Let the page read the version that a step made."""
    incoming.layer_id = step.layer.id
    use_context().service.warehouse.refresh()


def find_waiting(file: UploadedFile) -> tuple[BinaryIO, int]:
    """Return the content of a file that was brought, and its size in bytes.

    Streamlit's own tests have it in memory; a server has it wait on disk.
    """
    running = get_script_run_ctx()
    manager = running and running.uploaded_file_mgr
    records = manager.get_files(running.session_id, [file.file_id]) if running and manager else []
    found = next((record.data for record in records), None)
    return (found.file, found.size) if isinstance(found, WaitingFile) else (file, file.size)


@contextmanager
def spooled(file: BinaryIO) -> Iterator[Path]:
    """Write a file to a temporary folder under a fixed name while it is read."""
    with TemporaryDirectory(prefix="cop-spool-") as folder:
        path = Path(folder) / "incoming"
        file.seek(0)
        with path.open("wb") as out:
            shutil.copyfileobj(file, out)
        yield path


@contextmanager
def telling(words: str, incoming: Incoming | None = None) -> Iterator[Callable[[float], None]]:
    """Show a bar while something is done; yield a function of the share that is done.

    The count is of the rows of a file or, before they are known, of its bytes.
    """
    seen = None if incoming is None else incoming.seen
    total, unit = (seen.rows, "rows") if seen is not None and seen.rows else (0, "rows")
    if incoming is not None and not total:
        total, unit = incoming.size // _KILOBYTE, "kB"
    with showing_progress(words) as progress:
        yield lambda share: progress(share, total, unit)


def _read_problems(folder: Path) -> bytes:
    path = folder / PROBLEMS
    return path.read_bytes() if path.is_file() else b""
