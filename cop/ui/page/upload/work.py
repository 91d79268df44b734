"""A file that was dropped on the page: what is known of it, chosen for it, and made of it."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, BinaryIO, Literal

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from cop.errors import CopError, InputFileError
from cop.ingest.layer.draft import read_draft, read_first_rows
from cop.ingest.layer.history import read_uploaded_layers
from cop.ingest.layer.lifecycle import publish_layer
from cop.ingest.layer.quota import Quota
from cop.ingest.layer.step import Step
from cop.ingest.load import IngestReport
from cop.ingest.mapping.load import MappedCheck
from cop.ingest.mapping.table import MappedTable
from cop.ingest.upload.read import Upload, convert_file, inspect_file, inspect_files
from cop.model.upload import (
    PROBLEMS,
    Choices,
    DraftReport,
    Inspection,
    shown_name,
)
from cop.model.uploaded import PREFIX, Declaration, UploadedLayer
from cop.settings import DEFAULT_REGION, StoreSettings
from cop.ui.component.context import use_context

FIRST_ROWS, LONGEST_TITLE = 50, 100
_HELD, _LOCK = "upload-held", "upload-lock"


@dataclass
class Incoming:
    """A file of this page. ``key`` names its widgets; ``rows`` are the draft's first ones.

    ``looked`` are the choices that ``seen`` was found with, ``drafted`` those of the draft;
    ``kept`` is what its widgets hold, ``renewed`` how often the page has answered for one. Of a
    file that is mapped, ``mapped`` are its rows as read by ``mapped_by``, ``checked`` what the
    mapping of that JSON makes of them, and ``loaded`` what was published under the source
    ``loaded_source``. ``wants`` is what was pressed for and is not done yet.
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
    kept: dict[str, Any] = field(default_factory=dict)
    renewed: dict[str, int] = field(default_factory=dict)
    mapped: MappedTable | None = None
    mapped_by: Choices | None = None
    checked: tuple[str, MappedCheck] | None = None
    loaded: IngestReport | None = None
    loaded_source: str = ""
    wants: Literal["draft", "rows"] | None = None

    @property
    def title(self) -> str:
        """The file's name without its ending, as a title to begin with."""
        words = Path(self.name).stem.replace("_", " ").strip()[:LONGEST_TITLE]
        return words if words.isprintable() and words else "Layer"

    def named(self, part: str) -> str:
        """Name a widget of this file."""
        times = self.renewed.get(part)
        return f"upload-{self.key}-{times}-{part}" if times else f"upload-{self.key}-{part}"


@contextmanager
def alone() -> Iterator[None]:
    """Wait for a run of this page that was told to stop, as another has begun beside it.

    Streamlit lets both go on until the older one draws something: they would change what is known
    of a file together.
    """
    lock: Lock = st.session_state.setdefault(_LOCK, Lock())
    with lock:
        yield


@contextmanager
def holding(files: Sequence[UploadedFile]) -> Iterator[list[Incoming]]:
    """Return what this page knows of its files, and forget those that were taken away.

    Their bytes are at hand for this run alone: what a session remembers would keep them in memory
    when the file is gone or another page is open.
    """
    before: dict[str, Incoming] = st.session_state.get(_HELD, {})
    held = {
        file.file_id: before.get(file.file_id)
        or Incoming(key=file.file_id, name=shown_name(file.name), file=file, size=file.size)
        for file in files
    }
    st.session_state[_HELD] = held
    for file in files:
        held[file.file_id].file = file
    try:
        yield list(held.values())
    finally:
        for one in held.values():
            one.file = BytesIO()


def store_settings() -> StoreSettings:
    """Return the settings of the warehouse that this page writes to."""
    service = use_context().service
    region = service.warehouse.snapshot.region
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
        with spooled(incoming.file) as path, telling("Reading file") as progress:
            seen = inspect_file(
                path,
                incoming.name,
                use_context().uploads,
                choices=choices,
                near=use_context().service.warehouse.snapshot.line_bounds,
                progress=progress,
            )
    except CopError as fault:
        problem = str(fault)
    incoming.looked, incoming.seen, incoming.fault = choices, seen, problem


def look_at_new(held: Sequence[Incoming]) -> None:
    """Inspect several files dropped at once in one sandbox."""
    fresh = [one for one in held if one.looked is None]
    if len(fresh) <= 1:
        return
    with ExitStack() as open_files, telling(f"Reading {len(fresh)} files") as progress:
        uploads = [
            Upload(path=open_files.enter_context(spooled(one.file)), name=one.name) for one in fresh
        ]
        near = use_context().service.warehouse.snapshot.line_bounds
        found = inspect_files(uploads, use_context().uploads, near=near, progress=progress)
    for one, seen in zip(fresh, found, strict=True):
        one.looked = Choices()
        if isinstance(seen, InputFileError):
            one.fault = str(seen)
        else:
            one.seen = seen


def describe_stage(incoming: Incoming) -> str:
    """Return a word for the state of a file."""
    held = use_context().service.warehouse.snapshot.uploaded.get(f"{PREFIX}{incoming.layer_id}")
    if held is not None and held.state != "retired":
        return held.state
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
        telling("Creating draft") as progress,
    ):
        folder = Path(scratch) / "draft"
        near = use_context().service.warehouse.snapshot.line_bounds
        report = convert_file(
            path,
            incoming.name,
            choices,
            folder,
            use_context().uploads,
            near=near,
            progress=progress,
        )
        step = publish_layer(
            store_settings(),
            replace(read_draft(folder), name=incoming.name),
            declared,
            by=by,
            layer_id=incoming.layer_id,
            state="draft",
            quota=own_quota(),
        )
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
def telling(words: str) -> Iterator[Callable[[float], None]]:
    """Show a bar for as long as something is done."""
    bar = st.progress(0.0, text=words)
    try:
        yield lambda share: _set(bar, share, words)
    finally:
        bar.empty()


def _set(bar: "st.delta_generator.DeltaGenerator", share: float, words: str) -> None:
    bar.progress(share, text=f"{words}: {share:.0%}")


def _read_problems(folder: Path) -> bytes:
    path = folder / PROBLEMS
    return path.read_bytes() if path.is_file() else b""
