"""A publish: new files lie beside the old until one catalogue transaction shows them all."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from filelock import Timeout

from cop.errors import BusyError, DamageError, DatasetMissingError, StoreError
from cop.model.default_records import DefaultRecords
from cop.model.moment import utc_instant
from cop.model.release import Release
from cop.settings import StoreSettings
from cop.store.catalogue import lake
from cop.store.catalogue.clock import PublishClock
from cop.store.catalogue.commit import show_months, show_table
from cop.store.catalogue.copy import keep_copy_if_possible, settle_catalogue
from cop.store.catalogue.default import build_default
from cop.store.catalogue.layout import check_layout
from cop.store.catalogue.listing import read_catalogue
from cop.store.catalogue.quarantine import release_restored
from cop.store.catalogue.recovery import roll_back_locked, sweep, writer_lock
from cop.store.catalogue.version import (
    DATASET_FOLDER,
    CatalogueVersion,
    build_listing,
    month_of,
)
from cop.store.catalogue.version_note import LoadNote, Quarantined, VersionExtra
from cop.store.catalogue.writer import (
    WrittenFile,
    file_sha256,
    move_in,
    outlast_power_failure,
    write_file,
    write_parquet,
)
from cop.store.dataset.schema import EVENT_COLUMNS, EVENT_ORDER, EVENTS, MONTH
from cop.store.engine import Cursor, DatabaseError, open_engine, quote

FROM_WKB = "ST_SetCRS(ST_GeomFromWKB(geometry), 'EPSG:4326')"
REPAIR = "run `cop doctor --repair`"
_LOCK_SECONDS = 60
RETRY_AFTER_S = (0.05, 0.2, 0.8, 2.0, 4.0, 8.0)
"""Waits for a reader that holds the catalogue while a commit wants it."""


@dataclass
class WriteTransaction:
    """What one publish changes: whole tables, and months of events whole or by further files.

    A table without rows has no file. Files are named by their content, so writing what is there
    already changes nothing. What is read to be written anew must be intact. ``published`` is the
    version that it began with. ``renewed`` names the sources that are loaded whole again; what they
    lost is no longer in quarantine. A publish that is ``repairing`` sets ``quarantine`` itself.
    ``release`` is what who publishes may read, None everything; nothing else is changed.
    """

    cursor: Cursor
    folder: Path
    published: CatalogueVersion
    clock: PublishClock
    threads: int = 1
    repairing: bool = False
    release: Release | None = None
    quarantine: tuple[Quarantined, ...] = ()
    renewed: set[str] = field(default_factory=set)
    tables: dict[str, Path | None] = field(default_factory=dict)
    months: dict[str, tuple[Path, ...]] = field(default_factory=dict)
    _stored: dict[str, Path] = field(default_factory=dict)
    _before: dict[str, tuple[Path, ...]] = field(default_factory=dict)
    _intact: set[Path] = field(default_factory=set)
    _new: set[Path] = field(default_factory=set)
    _beside: set[Path] = field(default_factory=set)

    @contextmanager
    def beside(self) -> Iterator["WriteTransaction"]:
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
        self.months = _by_month(files.get(EVENTS, ()))

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

    def commit(self, message: str, *, load: LoadNote | None = None) -> int:
        """Show everything in one catalogue transaction and return the new version.

        A publish that changes nothing returns the current version. ``load`` is stored with the
        version and read back from its history.
        """
        quarantine = self.quarantine if self.repairing else release_restored(self)
        tables = {n: p for n, p in self.tables.items() if p != self._stored.get(n)}
        before = lake.current_version(self.cursor)
        if not tables and self.months == self._before:
            self._new.clear()
            return before
        self.check_clock()
        listing = build_listing(self.folder, self._shown())
        extra = VersionExtra(
            listing=listing, load=load, quarantine=quarantine, default=self._default()
        )
        new = self._new.copy()
        try:
            for delay_s in (*RETRY_AFTER_S, None):
                try:
                    with lake.TURN:
                        self._transact(tables, message, extra)
                    break
                except DatabaseError as fault:
                    self._roll_back()
                    if delay_s is None or "locked" not in str(fault):
                        raise
                    time.sleep(delay_s)
        except DatabaseError as fault:
            self._settle(before, listing, new, fault)
        version = lake.current_version(self.cursor)
        # SQLite commits by removing its journal, and leaves syncing that to others.
        outlast_power_failure(self.folder, f"version {version} was published")
        for path in new - self._shown() - self._beside:
            path.unlink(missing_ok=True)
        return version

    def check_clock(self) -> None:
        """Raise ClockError where a version that is published now would be dated wrongly.

        A repair and a restore are published all the same.
        """
        if self.published.version and not self.repairing:
            self.clock.check(self.published.published_at, utc_instant(), folder=self.folder)

    def discard(self) -> None:
        """Take back everything that was written; what was visible stays as it was."""
        self._roll_back()
        for path in self._new:
            path.unlink(missing_ok=True)
        self._new.clear()

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

    def _default(self) -> DefaultRecords | None:
        """Return the default records of the version to come, written with what it shows."""
        default = self.published.default
        if self.months == self._before:
            return default
        return build_default(
            self.cursor,
            default,
            self.published.event_files,
            self.event_files(),
            published_at=self.published.published_at,
        )

    def _transact(
        self, tables: Mapping[str, Path | None], message: str, extra: VersionExtra
    ) -> None:
        self.cursor.execute("BEGIN TRANSACTION")
        for dataset, path in tables.items():
            show_table(self.cursor, dataset, path)
        if self.months != self._before:
            show_months(self.cursor, self._before, self.months, afresh=self.repairing)
        self.cursor.execute(
            f"CALL {lake.LAKE}.set_commit_message('cop', $message, extra_info => $extra)",
            {"message": message, "extra": extra.model_dump_json(exclude_none=True)},
        )
        # An interrupt from here on must not delete files that may be visible already.
        self._new.clear()
        self.cursor.execute("COMMIT")

    def _settle(self, before: int, listing: str, new: set[Path], fault: DatabaseError) -> None:
        """Return whether a failed commit took place, by the catalogue."""
        try:
            catalogue = read_catalogue(self.cursor, self.folder)
        except StoreError as unread:
            raise StoreError(
                f"the catalogue failed ({fault}) and cannot be read ({unread}): what was published "
                "before is safe; run `cop doctor`"
            ) from fault
        files = [path for paths in catalogue.files.values() for path in paths]
        if catalogue.version > before and build_listing(self.folder, files) == listing:
            return
        self._new |= new
        self.discard()
        raise StoreError(f"nothing was published, the catalogue refused: {fault}") from fault

    def _roll_back(self) -> None:
        with suppress(DatabaseError):
            self.cursor.execute("ROLLBACK")


@contextmanager
def open_transaction(
    settings: StoreSettings, *, wait_s: float = _LOCK_SECONDS, repairing: bool = False
) -> Iterator[WriteTransaction]:
    """Open the warehouse for one publish, making it where it is missing; one writer at a time.

    What a killed writer left is removed first. Leaving the block without ``commit`` takes
    everything back. ``repairing`` opens one whose files may be damaged. Raise BusyError where
    another writer is still at work after ``wait_s``, ClockError where the clock is doubtful.
    """
    folder = settings.data.resolve()
    if "=" in str(folder):
        raise StoreError(f"{folder}: a folder with '=' reads as a partition; choose another name")
    try:
        (folder / DATASET_FOLDER).mkdir(parents=True, exist_ok=True)
        with writer_lock(folder, timeout_s=wait_s):
            cursor = open_engine(settings)
            try:
                roll_back_locked(folder)
                settle_catalogue(folder)
                lake.attach(cursor, folder, read_only=False)
                catalogue = read_catalogue(cursor, folder)
                if not repairing:
                    check_layout(cursor, folder, catalogue.files)
                sweep(cursor, folder)
                transaction = _begin(cursor, folder, catalogue, PublishClock.of(settings))
                transaction.threads, transaction.repairing = settings.threads, repairing
                transaction.check_clock()
                try:
                    yield transaction
                except BaseException:
                    transaction.discard()
                    raise
            finally:
                cursor.close()
            keep_copy_if_possible(folder)
    except Timeout as fault:
        raise BusyError(
            f"{folder}: another process has been publishing for {wait_s:g} s; try again later"
        ) from fault
    except OSError as fault:
        raise StoreError(f"{folder}: cannot write the warehouse: {fault}") from fault
    except DatabaseError as fault:
        raise StoreError(
            f"{folder}: nothing was published: {fault}; `cop doctor` names a file that is damaged"
        ) from fault


def _begin(
    cursor: Cursor, folder: Path, catalogue: CatalogueVersion, clock: PublishClock
) -> WriteTransaction:
    months = _by_month(catalogue.files.get(EVENTS, ()))
    stored = {name: Path(paths[0]) for name, paths in catalogue.files.items() if name != EVENTS}
    return WriteTransaction(
        cursor=cursor,
        folder=folder,
        published=catalogue,
        clock=clock,
        months=dict(months),
        _before=months,
        _stored=stored,
    )


def _by_month(paths: Iterable[str | Path]) -> dict[str, tuple[Path, ...]]:
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
