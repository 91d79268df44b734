"""The reader's side of the warehouse: one pinned snapshot, queried without asking the catalogue."""

import threading
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from cachetools import LRUCache
from pydantic import ValidationError

from cop.errors import AbandonedError, CopError, FilterError, StoreError
from cop.interrupt import CURRENT
from cop.model.filter import Filter
from cop.model.release import Release
from cop.settings import StoreSettings
from cop.store.catalogue.grain import TOTALS
from cop.store.catalogue.history import VersionNote
from cop.store.catalogue.layout import check_layout
from cop.store.catalogue.metadata import FileEntry
from cop.store.catalogue.quarantine import read_quarantine
from cop.store.catalogue.reader import CatalogueReader
from cop.store.catalogue.store import Stamp
from cop.store.catalogue.version import DATASET_FOLDER, CatalogueVersion, month_of
from cop.store.catalogue.version_note import Quarantined
from cop.store.dataset.density import Densities
from cop.store.dataset.geography import GEOGRAPHY_DATASETS, LoadedGeography, read_geography
from cop.store.dataset.layer import Layers
from cop.store.dataset.photo import FOLDER as PHOTOS
from cop.store.dataset.planner import Grouping, select_counts
from cop.store.dataset.raster import FOLDER as RASTERS
from cop.store.dataset.region import check_region
from cop.store.dataset.rollup import Rollups
from cop.store.dataset.schema import LAYERS, QUARANTINE
from cop.store.dataset.selection import (
    Box,
    Selection,
    select_events,
)
from cop.store.dataset.sensor import read_sensor_ids
from cop.store.dataset.source import read_sources
from cop.store.engine import Cursor, DatabaseError, fetch, harden, open_engine, quote
from cop.store.integrity.damage import check_present
from cop.store.integrity.loss import Losses, group_by_dataset, read_stamp
from cop.store.recent import RecentSnapshots
from cop.store.release.later import LaterVersions, read_later
from cop.store.release.snapshot import SnapshotReleases
from cop.store.room.room import Room
from cop.store.serving.copy import ServingCopy, find_folder
from cop.store.snapshot import Snapshot

_SNAPSHOTS_CACHED = 8
_PROJECTED = (
    "EXCLUDE (geometry), ST_Transform(ST_SetCRS(geometry, ''), 'EPSG:4326', 'EPSG:3857', true) "
    "AS mercator"
)
_SIMPLIFIED = (
    "REPLACE (CASE WHEN ST_Dimension(mercator) = 0 THEN mercator "
    "ELSE ST_SimplifyPreserveTopology(mercator, $tolerance) END AS mercator)"
)


def _paths_of(catalogue: CatalogueVersion) -> list[str]:
    return [path for paths in catalogue.files.values() for path in paths]


class Warehouse:
    """Reads one warehouse; safe to use from many threads, each query on a cursor of its own."""

    def __init__(self, settings: StoreSettings) -> None:
        """Open the warehouse at ``settings.data`` at its newest version."""
        self.settings = settings
        self.folder = settings.data.resolve()
        self._reader = CatalogueReader(settings)
        try:
            self._versions = self._reader.versions()
            catalogue = self._reader.catalogue()
        except BaseException:
            self._reader.close()
            raise
        self._connection = open_engine(settings, ("spatial",))
        self.room = Room(settings)
        self._refreshing = threading.Lock()
        self.building = threading.Lock()
        """Locked while a table is built in this engine."""
        self._projecting = threading.Lock()
        self._projected: set[str] = set()
        self._rollups = Rollups()
        self._densities = Densities(self.columns)
        self._releases = SnapshotReleases(self._rollups)
        harden(self._connection, self.folder, self._releases.folder, find_folder(settings))
        self._past: LRUCache[int, Snapshot] = LRUCache(_SNAPSHOTS_CACHED)
        self._past_lock = threading.Lock()
        self._recent = RecentSnapshots()
        self._recalled: tuple[Hashable, LaterVersions] | None = None
        self._recalling = threading.Lock()
        self._geographies: dict[str, LoadedGeography] = {}
        self._layers = Layers()
        self._losses = Losses(self.folder)
        self._copy = ServingCopy(settings)
        self._doubted = threading.Event()
        self._published = catalogue
        self.snapshot = self._build_snapshot(catalogue)
        if self.snapshot.region is not None:
            check_region(self.folder, stored=self.snapshot.region.name, requested=settings.region)

    @property
    def has_news(self) -> bool:
        """Whether there may be a newer version than the one that is read."""
        return self._reader.has_changed()

    def refresh(self) -> bool:
        """Move to the newest version if there is one, and leave out files that are gone.

        Readers go on with the old snapshot meanwhile. Return whether there is another now.
        """
        self._recent.expire()
        with self._refreshing:
            lacks_more = self._losses.note_missing(_paths_of(self._published))
            if lacks_more:
                self.snapshot = self._build_snapshot(self._published)
            if not self._reader.has_changed():
                return lacks_more
            versions = self._reader.versions()
            if versions == self._versions:
                return lacks_more
            catalogue = self._reader.catalogue()
            is_newer = catalogue != self._published
            if is_newer:
                self._recent.add(self.snapshot)
                self.snapshot, self._published = self._build_snapshot(catalogue), catalogue
            self._versions = versions
            return is_newer or lacks_more

    def serve(self, *, pause: Callable[[], bool] = lambda: True) -> int:
        """Bring the serving copy to the newest version and into memory, its newest months first.

        Return how many files it has more; what no reader needs any more is removed. ``pause`` is
        called now and then and returns whether to go on. StoreError where it cannot be written.
        """
        self._recent.expire()
        with self.cursor() as cursor:
            if not self._copy.open(cursor):
                return 0
            files = sorted(self.snapshot.catalogue.event_files, key=month_of, reverse=True)
            self._copy.keep(cursor, files, in_use=self._rollups.files_in_use)
            copied, faults = 0, list[StoreError]()
            for file in files:
                if not self._copy.is_sound or not pause():
                    break
                try:
                    copied += self._serve_file(cursor, file, pause)
                except StoreError as fault:
                    faults.append(fault)
            self._copy.read_ahead(cursor, files, pause=pause)
        if faults:
            raise faults[0]
        return copied

    def _serve_file(self, cursor: Cursor, file: str, pause: Callable[[], bool]) -> bool:
        """Copy a file that is proved to be whole; return whether it was not in the copy."""
        stamp = repr(read_stamp(file))
        if self._copy.has(file, stamp):
            return False
        if self._losses.choose_unproved([file]) and self._losses.prove([file]):
            with self._refreshing:
                self.snapshot = self._build_snapshot(self._published)
        if self._losses.is_lost(file) or repr(read_stamp(file)) != stamp:
            return False
        return self._copy.extend(cursor, file, stamp, pause=pause)

    @property
    def is_in_doubt(self) -> bool:
        """Whether ``verify`` has files to check: a query failed, some are new, lost ones are back.

        Those of the newest version alone are looked at.
        """
        unproved = self._losses.choose_unproved(_paths_of(self._published))
        return self._doubted.is_set() or bool(unproved)

    def verify(self, *, afresh: bool = False) -> bool:
        """Check the content of stored files by the sha256 in their names; leave out what is lost.

        Those of the newest version come first, then those of earlier ones, rasters and photos;
        ``afresh`` checks again what was found sound before, as after a query that failed. Return
        whether another snapshot is shown now.
        """
        afresh = afresh or self._doubted.is_set()
        self._doubted.clear()
        is_news = False
        for paths in (_paths_of(self._published), self._other_files()):
            unproved = paths if afresh else self._losses.choose_unproved(paths)
            if self._losses.prove(unproved):
                is_news = True
                with self._refreshing:
                    self.snapshot = self._build_snapshot(self._published)
        return is_news

    def is_lost(self, path: str) -> bool:
        """Return whether a file, ``path`` below the warehouse, is known to be lost."""
        return self._losses.is_lost(self.folder / path)

    def check_sound(self, path: str) -> Path:
        """Return a file beside the datasets, ``path`` below the warehouse.

        Raise StoreError if it is known to be lost.
        """
        if self.is_lost(path):
            raise StoreError(f"{path} is damaged or missing: `cop doctor` says what can be done")
        return self.folder / path

    def snapshot_at(
        self, *, version: int | None = None, known_at: datetime | None = None
    ) -> Snapshot:
        """Return the snapshot of an earlier version, or of what was known at a moment (UTC).

        Raise VersionError if that version is not stored, or nothing was known yet.
        """
        if version is not None and known_at is not None:
            raise FilterError("give version or known_at, not both")
        if known_at is not None:
            if known_at >= self.snapshot.catalogue.published_at:
                self.refresh()
            snapshot = self._snapshot_of(self._version_at(known_at))
            return replace(snapshot, known_at=known_at)
        return self._snapshot_of(version)

    @property
    def versions(self) -> Mapping[int, datetime]:
        """The number of every version that is stored, with when it was published (naive UTC)."""
        return self._versions

    @property
    def recent(self) -> list[Snapshot]:
        """The snapshots that were the newest until a moment ago, as they were shown, latest first.

        One may lack what was lost then, which ``snapshot_at`` refuses.
        """
        return self._recent.snapshots()

    def admit(self, snapshot: Snapshot, release: Release | None) -> Snapshot:
        """Return what a release admits of a snapshot: nothing else can be read in it."""
        if release is None:
            return snapshot
        newest = self.snapshot
        found = self._releases.recall(snapshot, newest, release)
        if found is not None:
            return found

        def read_since(cursor: Cursor) -> LaterVersions:
            return self._read_later(cursor, snapshot, newest)

        since = read_since if snapshot.version < newest.version else None
        with self.cursor() as cursor:
            try:
                return self._releases.admit(cursor, snapshot, newest, release, read_since=since)
            except DatabaseError as fault:
                raise self._doubt(fault) from fault

    def recall_all(self) -> LaterVersions:
        """Return what any stored version had that the newest one does not show."""
        newest = self.snapshot
        key = (newest.content, newest.version, *self._versions)
        with self._recalling:
            if self._recalled is None or self._recalled[0] != key:
                with self.cursor() as cursor:
                    try:
                        self._recalled = (key, self._read_later(cursor, None, newest))
                    except DatabaseError as fault:
                        raise self._doubt(fault) from fault
            return self._recalled[1]

    def _read_later(
        self, cursor: Cursor, snapshot: Snapshot | None, newest: Snapshot
    ) -> LaterVersions:
        entries, lost = self._reader.files(), self._losses.is_lost
        return read_later(cursor, self.folder, entries, snapshot, newest, is_lost=lost)

    def has_admitted(self, snapshot: Snapshot, release: Release | None) -> bool:
        """Return whether ``admit`` has its answer at hand."""
        if release is None:
            return True
        return self._releases.recall(snapshot, self.snapshot, release) is not None

    def _snapshot_of(self, version: int | None) -> Snapshot:
        if version is None or version == self.snapshot.version:
            return self.snapshot
        with self._past_lock:
            snapshot = self._past.get(version)
            if snapshot is None or self._versions.get(version) != snapshot.catalogue.published_at:
                catalogue = self._reader.catalogue(version=version)
                check_present(self.folder, catalogue)
                snapshot = self._build_snapshot(catalogue)
                self._past[version] = snapshot
            lost = [path for path in _paths_of(snapshot.catalogue) if self._losses.is_lost(path)]
            check_present(self.folder, snapshot.catalogue, lost=lost)
            return snapshot

    def _version_at(self, known_at: datetime) -> int:
        snapshot = self.snapshot
        if known_at >= snapshot.catalogue.published_at:
            return snapshot.version
        return self._reader.version_at(known_at)

    @contextmanager
    def cursor(self) -> Iterator[Cursor]:
        """Return a cursor for one piece of work."""
        cursor = self._connection.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    @contextmanager
    def _reading(self) -> Iterator[Cursor]:
        """Return a cursor for one query, which ends with the work that asks for it."""
        work = CURRENT.get()
        with self.cursor() as cursor:
            if work is None:
                yield cursor
            else:
                with work.ending(cursor.interrupt):
                    yield cursor

    def query(
        self,
        sql: str,
        values: Mapping[str, Any] | None = None,
        tables: Mapping[str, pa.Table] | None = None,
    ) -> list[Any]:
        """Run one query with bound values, over ``tables`` too; a bad file is a StoreError."""
        with self._reading() as cursor:
            try:
                for name, table in (tables or {}).items():
                    cursor.register(name, table)
                return fetch(cursor, sql, values)
            except DatabaseError as fault:
                raise self._doubt(fault) from fault

    def columns(
        self, sql: str, values: Mapping[str, Any] | None = None
    ) -> dict[str, npt.NDArray[Any]]:
        """Run one query as ``query`` does and return its columns as arrays."""
        with self._reading() as cursor:
            try:
                return dict(cursor.execute(sql, dict(values or {})).fetchnumpy())
            except DatabaseError as fault:
                raise self._doubt(fault) from fault

    def frame(
        self,
        sql: str,
        values: Mapping[str, Any] | None = None,
        tables: Mapping[str, pa.Table] | None = None,
    ) -> pd.DataFrame:
        """Run one query as ``query`` does and return its rows as a table."""
        with self._reading() as cursor:
            try:
                for name, table in (tables or {}).items():
                    cursor.register(name, table)
                found: pd.DataFrame = cursor.execute(sql, dict(values or {})).df()
            except DatabaseError as fault:
                raise self._doubt(fault) from fault
            return found

    def events(self, snapshot: Snapshot, filter: Filter) -> Selection:
        """Select events by a resolved filter."""
        selection = select_events(snapshot.catalogue, filter, self._copy.served)
        return replace(selection, reader=snapshot.rollup)

    def counts(self, snapshot: Snapshot, filter: Filter, wanted: Grouping) -> Selection:
        """Select events by a resolved filter as rows for sums, from counts where they can tell."""
        rollup = snapshot.rollup
        selection = select_counts(snapshot.catalogue, rollup, filter, wanted, self._copy.served)
        return replace(selection, reader=rollup)

    def estimate(self, snapshot: Snapshot, filter: Filter, box: Box) -> float:
        """Guess how many events a resolved filter finds in a box, from the cells around it.

        Exact for whole cells and months; otherwise events are taken to be spread evenly.
        """
        return self._densities.guess(snapshot.catalogue, snapshot.rollup, filter, box)

    def projected(self, snapshot: Snapshot, dataset: str, *, tolerance_m: float = 0.0) -> str:
        """Return the table that holds a dataset with a ``mercator`` column in EPSG:3857 meters.

        Lines and areas are simplified by ``tolerance_m``; every table is built once.
        """
        table = f"projected_{dataset}_{snapshot.catalogue.digest(dataset)}"
        shape, source = _PROJECTED, "read_parquet($files)"
        values: dict[str, Any] = {"files": list(snapshot.catalogue.files_of(dataset))}
        if tolerance_m:
            shape, source = _SIMPLIFIED, self.projected(snapshot, dataset)
            table, values = f"{table}_{tolerance_m:.0f}", {"tolerance": tolerance_m}
        with self._projecting, self.cursor() as cursor:
            if table not in self._projected:
                try:
                    cursor.execute(
                        f"CREATE OR REPLACE TABLE {quote(table)} AS SELECT * {shape} FROM {source}",
                        values,
                    )
                except DatabaseError as fault:
                    raise StoreError(f"the dataset {dataset} cannot be read: {fault}") from fault
                self._projected.add(table)
        return quote(table)

    def history(self) -> list[VersionNote]:
        """Return the note of every version, the newest first."""
        return self._reader.history()

    def check_there(self) -> None:
        """Raise StoreError if the catalogue is gone; one that cannot be asked now may be there."""
        self._reader.check_there()

    def catalogue_stamp(self) -> Stamp | None:
        """Return what changes with each commit; None if the catalogue cannot be asked."""
        return self._reader.stamp()

    def close(self) -> None:
        """Close the engines and the room."""
        self.room.close()
        self._reader.close()
        self._connection.close()
        self._copy.close()
        self._releases.close()

    def _doubt(self, fault: DatabaseError) -> CopError:
        """Have the files checked, as one may be the cause, and return what to raise."""
        work = CURRENT.get()
        if work is not None and work.is_ended:
            return AbandonedError("nobody waits for this any more")
        if not self._copy.note_fault(fault):
            self._doubted.set()
        return StoreError(f"the warehouse could not answer: {fault}")

    def _build_snapshot(self, catalogue: CatalogueVersion) -> Snapshot:
        """Build a snapshot of what is sound of a version."""
        self._losses.note_missing(_paths_of(catalogue))
        try:
            return self._read_snapshot(catalogue)
        except (DatabaseError, ValidationError) as fault:
            if not self._losses.prove(_paths_of(catalogue)):
                raise StoreError(
                    f"{self.folder}: the warehouse cannot be read: {fault}; run `cop doctor`"
                ) from fault
        return self._build_snapshot(catalogue)

    def _read_snapshot(self, published: CatalogueVersion) -> Snapshot:
        catalogue = self._losses.without(published)
        with self.cursor() as cursor:
            check_layout(cursor, self.folder, catalogue.files)
            rollup = self._rollups.build(cursor, catalogue)
            uploaded = self._layers.read(cursor, catalogue.files.get(LAYERS, ()))
            beside = self._losses.describe_beside(uploaded)
            return Snapshot(
                catalogue=replace(catalogue, lacking=group_by_dataset(beside)),
                rollup=rollup,
                sources=read_sources(cursor, catalogue, rollup.select(TOTALS)),
                **vars(self._read_geography(cursor, catalogue)),
                quarantine=(
                    *read_quarantine(cursor, catalogue.files.get(QUARANTINE, ())),
                    *self._describe_losses(published),
                    *beside,
                ),
                uploaded=uploaded,
                sensor_ids=read_sensor_ids(cursor, catalogue),
            )

    def _describe_losses(self, published: CatalogueVersion) -> tuple[Quarantined, ...]:
        if not self._losses.lost:
            return ()
        entries: list[FileEntry] = []
        with suppress(StoreError):
            entries = self._reader.files()
        return self._losses.describe(published, entries)

    def _other_files(self) -> list[str]:
        """Return the files that earlier versions alone show, every raster and every photo."""
        root = self.folder / DATASET_FOLDER
        earlier: set[str] = set()
        with suppress(StoreError):
            earlier = {str(root / entry.path) for entry in self._reader.files()}
        beside = [
            str(path)
            for parent, pattern in ((RASTERS, "*.tif"), (PHOTOS, "*.jpg"))
            for path in (self.folder / parent).glob(pattern)
        ]
        return sorted({*earlier, *beside} - {*_paths_of(self._published)})

    def _read_geography(self, cursor: Cursor, catalogue: CatalogueVersion) -> LoadedGeography:
        key = catalogue.digest(*GEOGRAPHY_DATASETS)
        if key not in self._geographies:
            self._geographies[key] = read_geography(cursor, catalogue)
        return self._geographies[key]
