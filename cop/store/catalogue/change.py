"""What a publish shows: the datasets as they will be, read and changed before the commit."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import geopandas as gpd
import pandas as pd

from cop.errors import DamageError, DatasetMissingError, StoreError
from cop.store.catalogue.version import DATASET_FOLDER, CatalogueVersion, month_of
from cop.store.catalogue.writer import (
    WrittenFile,
    file_sha256,
    move_in,
    write_file,
    write_parquet,
)
from cop.store.dataset.schema import EVENT_COLUMNS, EVENT_ORDER, EVENTS, MONTH
from cop.store.engine import Cursor, quote

FROM_WKB = "ST_SetCRS(ST_GeomFromWKB(geometry), 'EPSG:4326')"
REPAIR = "run `cop doctor --repair`"


@dataclass(kw_only=True)
class DatasetChanges:
    """What one publish changes: whole tables, and months of events whole or by further files.

    A table without rows has no file. Files are named by their content, so writing what is there
    already changes nothing. What is read to be written anew must be intact. ``published`` is the
    version that it began with.
    """

    cursor: Cursor
    folder: Path
    published: CatalogueVersion
    threads: int = 1
    tables: dict[str, Path | None] = field(default_factory=dict)
    months: dict[str, tuple[Path, ...]] = field(default_factory=dict)
    _stored: dict[str, Path] = field(default_factory=dict)
    _before: dict[str, tuple[Path, ...]] = field(default_factory=dict)
    _intact: set[Path] = field(default_factory=set)
    _new: set[Path] = field(default_factory=set)
    _beside: set[Path] = field(default_factory=set)

    @contextmanager
    def beside(self) -> Iterator[Self]:
        """Open this transaction for a thread that works beside others, until the block ends."""
        with closing(self.cursor.cursor()) as cursor:
            yield replace(self, cursor=cursor)

    def has(self, dataset: str) -> bool:
        """Return whether a dataset exists, published or about to be."""
        return self.path_of(dataset) is not None

    def names(self, prefix: str) -> list[str]:
        """Return the datasets whose names begin so, published or about to be."""
        return sorted(
            n for n in {*self._stored, *self.tables} if n.startswith(prefix) and self.has(n)
        )

    def path_of(self, dataset: str) -> Path | None:
        """Return the file of a dataset, published or about to be; None if there is none."""
        return self.tables.get(dataset, self._stored.get(dataset))

    def intact(self, dataset: str) -> str | None:
        """Return the file of a dataset as ``path_of`` does; raise DamageError if it is damaged."""
        path = self.path_of(dataset)
        if path is not None:
            self._check_intact(path)
        return None if path is None else str(path)

    def require(self, dataset: str) -> str:
        """Return what ``intact`` does; raise DatasetMissingError if there is none."""
        path = self.intact(dataset)
        if path is None:
            raise DatasetMissingError(f"{self.folder}: the warehouse has no dataset {dataset!r}")
        return path

    def read(self, dataset: str) -> pd.DataFrame:
        """Read a whole dataset, as a GeoDataFrame where it has geometry."""
        path = self.require(dataset)
        try:
            return gpd.read_parquet(path)
        except ValueError:
            return pd.read_parquet(path)

    def replace(
        self, dataset: str, frame: pd.DataFrame, types: Mapping[str, str] | None = None
    ) -> None:
        """Set the whole content of a dataset; a GeoDataFrame is written in EPSG:4326.

        ``types`` are its columns in order with their DuckDB types; else those of the frame.
        """
        self.cursor.register("frame", plain(frame))
        kinds = types or dict.fromkeys(frame.columns)
        columns = ", ".join(
            f"{FROM_WKB} AS geometry"
            if name == "geometry"
            else f"{quote(name)}{f'::{kind}' if kind else ''} AS {quote(name)}"
            for name, kind in kinds.items()
        )
        self.replace_by(dataset, f"SELECT {columns} FROM frame")
        self.cursor.unregister("frame")

    def replace_by(
        self, dataset: str, select: str, values: Mapping[str, Any] | None = None
    ) -> None:
        """Set the whole content of a dataset from a SELECT with bound values."""
        folder = self.folder / DATASET_FOLDER / dataset
        written = write_parquet(self.cursor, select, folder, values=values)
        self.tables[dataset] = self._note(written)

    def reuse_file(self, dataset: str, path: Path) -> None:
        """Show a file of a dataset again that an earlier version showed.

        Raise DamageError if it is damaged.
        """
        self._check_intact(path)
        self.tables[dataset] = path

    def drop(self, dataset: str) -> None:
        """Leave a dataset out; earlier versions keep it."""
        self.tables[dataset] = None

    def files_of_month(self, month: str) -> list[str]:
        """Return the files of a month of events; raise DamageError if one is damaged."""
        for path in self.months.get(month, ()):
            self._check_intact(path)
        return [str(path) for path in self.months.get(month, ())]

    def event_files(self) -> list[str]:
        """Return the files of all events, published or about to be."""
        return [str(path) for paths in self.months.values() for path in paths]

    def changed_files(self, dataset: str, part: str | None) -> list[str]:
        """Return the files of a table or a month of events where this publish changes them."""
        if dataset == EVENTS and part is not None:
            files = self.months.get(part, ())
            return [] if files == self._before.get(part, ()) else [str(path) for path in files]
        path = self.path_of(dataset)
        return [] if path is None or path == self._stored.get(dataset) else [str(path)]

    def replace_month(self, month: str, select: str, values: Mapping[str, Any]) -> None:
        """Set the whole content of one month of events from a SELECT with bound values."""
        path = self._write_month(month, select, values)
        if path is None:
            self.months.pop(month, None)
        else:
            self.months[month] = (path,)

    def rewrite_files(
        self, month: str, files: Collection[Path], select: str, values: Mapping[str, Any]
    ) -> None:
        """Set the content of some files of a month, now one, from a SELECT with bound values.

        Of none, it is a further file of the month.
        """
        self._exchange(month, files, self._write_month(month, select, values))

    def swap_files(self, month: str, files: Collection[Path], merged: Path) -> bool:
        """Show a file that was written beside this publish in place of files of a month.

        Return False, and change nothing, where the month does not show all of them.
        """
        if not {*files} <= {*self.months.get(month, ())}:
            return False
        self._exchange(month, files, self._note(move_in(merged, self._folder_of(month))))
        return True

    def show(self, files: Mapping[str, Sequence[str | Path]]) -> None:
        """Show exactly these files by dataset, all of them there already, and nothing else."""
        tables = {name: Path(paths[0]) for name, paths in files.items() if name != EVENTS}
        self.tables = {**dict.fromkeys(self._stored), **tables}
        self.months = months_of(files.get(EVENTS, ()))

    def store_file(self, folder: str, suffix: str, write: Callable[[Path], None]) -> Path:
        """Store a file beside the datasets, in a folder below the warehouse, named by its content.

        ``write`` fills a draft. Discarding takes back only what was not there before.
        """
        written = write_file(self.folder / folder, suffix, write)
        path = self._note(written)
        if path is None:
            raise StoreError(f"{folder}: nothing was written")
        self._beside.add(path)
        return path

    def need_intact(self, paths: Iterable[Path]) -> None:
        """Raise DamageError where a file of an earlier version is damaged."""
        for path in paths:
            self._check_intact(path)

    def _check_intact(self, path: Path) -> None:
        """What is damaged must not be written anew under a name that vouches for it."""
        if path in self._new or path in self._intact:
            return
        try:
            found = file_sha256(path)
        except OSError as fault:
            raise DamageError(f"{path}: cannot be read ({fault}); {REPAIR}") from fault
        if found != path.stem:
            raise DamageError(f"{path}: is damaged, its sha256 is {found}; {REPAIR}")
        self._intact.add(path)

    def _note(self, written: WrittenFile | None) -> Path | None:
        if written is None:
            return None
        if written.is_new:
            self._new.add(written.path)
        return written.path

    def _write_month(self, month: str, select: str, values: Mapping[str, Any]) -> Path | None:
        return self._note(write_events(self.cursor, select, self._folder_of(month), values))

    def _exchange(self, month: str, files: Collection[Path], path: Path | None) -> None:
        others = [one for one in self.months.get(month, ()) if one not in files]
        self.months[month] = (*others, *([] if path is None else [path]))
        if not self.months[month]:
            del self.months[month]

    def _folder_of(self, month: str) -> Path:
        return self.folder / DATASET_FOLDER / EVENTS / f"{MONTH}={month}"

    def _shown(self) -> set[Path]:
        """Return every file that the datasets consist of after this publish."""
        tables = {**self._stored, **self.tables}
        files = {path for path in tables.values() if path is not None}
        return files | {path for paths in self.months.values() for path in paths}


def months_of(paths: Iterable[str | Path]) -> dict[str, tuple[Path, ...]]:
    """Return files of events by their month."""
    months: dict[str, tuple[Path, ...]] = {}
    for path in map(Path, paths):
        months[month_of(path)] = (*months.get(month_of(path), ()), path)
    return months


def write_events(
    cursor: Cursor, select: str, folder: Path, values: Mapping[str, Any]
) -> WrittenFile | None:
    """Write the events of a SELECT with bound values, in their order, as `write_parquet` does."""
    columns = ", ".join(map(quote, EVENT_COLUMNS))
    ordered = f"SELECT {columns} FROM ({select}) {EVENT_ORDER}"
    return write_parquet(cursor, ordered, folder, values=values)


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame that DuckDB can read: geometry becomes WKB in EPSG:4326."""
    if isinstance(frame, gpd.GeoDataFrame):
        return pd.DataFrame(frame.to_crs("EPSG:4326").to_wkb())
    return frame
