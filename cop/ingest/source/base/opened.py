"""What every format's reader hands over: names, layers, and batches of cells with geometry."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from pyproj import CRS

from cop.errors import InputFileError
from cop.ingest.source.base.finding import Notes
from cop.ingest.source.format import FileFormat
from cop.model.styling import StyleWords
from cop.model.upload import Choices, FileScan, LayerSeen
from cop.settings import UploadSettings

BATCH_ROWS = 50_000
_MOST_NAME = 100
_CONTROL = str.maketrans(dict.fromkeys((*map(chr, range(32)), "\x7f"), "\ufffd"))
Shapes = npt.NDArray[np.object_]


@dataclass(kw_only=True)
class Job:
    """One file to read: ``path`` has a name of ours, ``name`` is the analyst's and only words.

    Of ``choices`` the order of day and month is settled by the rows where they tell. ``scan`` is
    that of an earlier step, if there was one.
    """

    path: Path
    name: str
    format: FileFormat
    choices: Choices
    settings: UploadSettings
    scratch: Path
    scan: FileScan | None = None
    notes: Notes = field(default_factory=Notes)

    def __post_init__(self) -> None:
        """Let what was agreed to only warn."""
        self.notes.agreed = frozenset(self.choices.agreed)

    def refuse(self, reason: str) -> InputFileError:
        """Return the error that ends the file."""
        return InputFileError(f"{self.name}: {' '.join(reason.split())[:600]}")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A row, or a cell of it, that cannot be taken as it stands; the value is the file's."""

    row: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Rows of a file: their numbers, cells by column, and shapes with whether any was given.

    ``share`` is how much of the file has been read; ``problems`` are rows that are not among these.
    """

    rows: npt.NDArray[np.int64]
    columns: dict[str, pa.Array]
    share: float
    shapes: Shapes | None = None
    given: npt.NDArray[np.bool_] | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OpenedFile:
    """A file that can be read, as often as needed.

    ``is_text``: cells are as they were written, so that their kinds must be found; ``drops_blank``:
    columns without any value are of the format, not of
    the file, and so are the ``dull`` ones. ``source`` is the file with the layer and its place
    there; ``style`` is how the file draws the layer. Once it was read, ``count`` returns how many
    records the file holds, found in another way, None where there is none; and ``find_lost`` which
    of them the reader passes over, if it can.
    """

    names: tuple[str, ...]
    read: Callable[[], Iterator[Batch]]
    is_text: bool = False
    is_shaped: bool = True
    drops_blank: bool = False
    dull: frozenset[str] = frozenset()
    encoding: str | None = None
    crs: CRS | None = None
    layers: tuple[LayerSeen, ...] = ()
    layer: str | None = None
    separator: str = ","
    source: tuple[Path | str, int] | None = None
    style: StyleWords | None = None
    count: Callable[[], int | None] = lambda: None
    find_lost: Callable[[], tuple[Problem, ...]] = tuple


def clean_names(given: Iterable[str | None], job: Job) -> tuple[str, ...]:
    """Return names that are unique whatever their case, printable and short; note what changed."""
    names: list[str] = []
    taken: set[str] = set()
    for place, raw in enumerate(given, start=1):
        base = (raw or "").translate(_CONTROL).strip()[:_MOST_NAME] or f"column_{place}"
        base = base.encode("utf-8", "replace").decode()
        name, number = base, 1
        while name.casefold() in taken:
            number += 1
            name = f"{base}_{number}"
        if number > 1:
            job.notes.add("duplicate_columns", column=name)
        taken.add(name.casefold())
        names.append(name)
    if len(names) > job.settings.upload_columns:
        raise job.refuse(
            f"{len(names)} columns; at most {job.settings.upload_columns} are taken: leave out the "
            "others, or turn columns into rows"
        )
    return tuple(names)


def choose_layer(job: Job, layers: tuple[LayerSeen, ...]) -> int:
    """Return the place of the chosen layer, else of the first that holds shapes, or anything."""
    if not layers:
        raise job.refuse("it holds no layer; export it again")
    if len(layers) > 1:
        job.notes.add("layers_other", str(len(layers)))
    if job.choices.layer is not None:
        for place, layer in enumerate(layers):
            if layer.name == job.choices.layer:
                return place
        raise job.refuse(
            f"no layer {job.choices.layer!r}; it has {', '.join(repr(x.name) for x in layers[:20])}"
        )
    shaped = [place for place, layer in enumerate(layers) if layer.rows and layer.geometry]
    filled = [place for place, layer in enumerate(layers) if layer.rows]
    uncounted = [place for place, layer in enumerate(layers) if layer.rows is None]
    return (shaped or filled or uncounted or [0])[0]


def number_rows(first: int, count: int) -> npt.NDArray[np.int64]:
    """Return row numbers in their order."""
    return np.arange(first, first + count, dtype=np.int64)


def read_wkb(column: pa.Array) -> tuple[Shapes, npt.NDArray[np.bool_]]:
    """Read WKB as shapes, None where there is none or none that can be read; and where given."""
    wkb = column.storage if isinstance(column, pa.ExtensionArray) else column
    given = wkb.is_valid().to_numpy(zero_copy_only=False)
    shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False), on_invalid="ignore")
    return np.asarray(shapes, dtype=object), given
