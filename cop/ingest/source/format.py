"""What a file format is: how it is recognized, how it is opened, how a profile reads it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from cop.model.upload import FormatKind

if TYPE_CHECKING:
    import pandas as pd

    from cop.ingest.source.base.opened import Job, OpenedFile

ZIP = b"PK\x03\x04"
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@runtime_checkable
class FileMapping(Protocol):
    """What a source asks of a profile."""

    @property
    def reader(self) -> str:
        """The name of the format."""

    @property
    def columns(self) -> Mapping[str, str]:
        """Our fields with the file's columns."""

    @property
    def file_columns(self) -> tuple[str, ...]:
        """All columns that the file must have."""


@dataclass(frozen=True, kw_only=True)
class MappedColumns:
    """The part of a profile that a source needs; by default no column is asked for."""

    reader: str
    columns: Mapping[str, str] = field(default_factory=dict)
    file_columns: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MappedHeights:
    """The part of a profile that reading heights needs."""

    reader: str
    nodata: float | None = None


@dataclass(frozen=True, kw_only=True)
class ProfileReader:
    """How the files of a format are read for a profile, strictly."""

    read_batches: "Callable[[Path, FileMapping], Iterator[pd.DataFrame]]"
    """Reads at least one table of cells, each row with ``__row__``."""
    count_rows: Callable[[Path], int | None] = lambda _path: None
    """Returns about how many rows a file has, where that is known before they are read."""
    name: str | None = None
    """What profiles give as ``reader``, if not the id of the format."""
    has_geometry: bool = False
    """Its rows can have a geometry, so that no column need give the position."""
    has_position_columns: bool = True
    """Columns can give the position; where it has a geometry too, they go before it."""
    has_types: bool = False
    """Its columns can be moments, so that a profile need not say how they are written."""
    uses_gdal: bool = False
    """It opens files by the format's GDAL driver."""


@dataclass(frozen=True, kw_only=True)
class FileFormat:
    """A format: files with one of ``suffixes`` that begin with one of ``magic``, if it has any.

    ``driver`` is the only one that GDAL is left with, None where GDAL has no part in it. A ``text``
    may begin with a byte order mark and blanks, of which ``magic`` is what follows. Without
    ``suffixes`` the page Upload does not take it; without ``open_file`` it is opened there as
    ``reader`` reads it. Of formats that share a suffix each tells by ``is_inside`` whether the
    names in an archive, in lower case, are its own.
    """

    id: str
    title: str
    kind: FormatKind
    suffixes: tuple[str, ...] = ()
    magic: tuple[bytes, ...] = ()
    driver: str | None = None
    text: bool = False
    open_file: "Callable[[Job], OpenedFile] | None" = None
    is_inside: Callable[[Sequence[str]], bool] | None = None
    reader: ProfileReader | None = None
    check: Callable[[Path, str], None] | None = None
    """Raises InputFileError where a file leads to others, before any driver opens it."""
    can_reach: bool = False
    """Its library can open files that the content names: it is read in bubblewrap alone."""

    def fits(self, head: bytes) -> bool:
        """Return whether a file that begins so can be of this format."""
        if self.text:
            for mark in _BYTE_ORDER_MARKS:
                head = head.removeprefix(mark)
            head = head.replace(b"\x00", b"").lstrip()
        return not self.magic or head.startswith(self.magic)
