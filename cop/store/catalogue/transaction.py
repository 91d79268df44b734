"""A publish: new files lie beside the old until one catalogue transaction shows them all."""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from cop.errors import StoreError
from cop.model.default_records import DefaultRecords
from cop.model.moment import utc_instant
from cop.model.release import Release
from cop.settings import StoreSettings
from cop.store.catalogue import lake
from cop.store.catalogue.change import DatasetChanges, months_of
from cop.store.catalogue.clock import PublishClock
from cop.store.catalogue.commit import show_months, show_table
from cop.store.catalogue.default import build_default
from cop.store.catalogue.layout import check_layout
from cop.store.catalogue.listing import read_catalogue
from cop.store.catalogue.lock import WarehouseLock
from cop.store.catalogue.quarantine import release_restored
from cop.store.catalogue.recovery import sweep
from cop.store.catalogue.store import CatalogueStore, open_store
from cop.store.catalogue.version import DATASET_FOLDER, CatalogueVersion, build_listing
from cop.store.catalogue.version_note import LoadNote, Quarantined, VersionExtra
from cop.store.catalogue.writer import outlast_power_failure
from cop.store.dataset.schema import EVENTS
from cop.store.engine import Cursor, DatabaseError, describe_fault, open_engine

_LOCK_SECONDS = 60
RETRY_AFTER_S = (0.05, 0.2, 0.8, 2.0, 4.0, 8.0)
"""Waits for a reader that holds the catalogue while a commit wants it."""


@dataclass(kw_only=True)
class WriteTransaction(DatasetChanges):
    """One publish: the changes, and the commit that shows them all or none.

    ``renewed`` names the sources that are loaded whole again; what they lost is no longer in
    quarantine. A publish that is ``repairing`` sets ``quarantine`` itself. ``release`` is what who
    publishes may read, None everything; nothing else is changed. Files are removed only while
    ``lock`` is surely ours: another writer publishes what is there already under the same name.
    """

    clock: PublishClock
    store: CatalogueStore
    lock: WarehouseLock
    repairing: bool = False
    release: Release | None = None
    quarantine: tuple[Quarantined, ...] = ()
    renewed: set[str] = field(default_factory=set)

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
            self._transact_in_turn(tables, message, extra)
            version = lake.current_version(self.cursor)
        except DatabaseError as fault:
            version = self._settle(before, listing, new, fault)
        # SQLite commits by removing its journal, and leaves syncing that to others.
        outlast_power_failure(self.folder, f"version {version} was published")
        self.remove_files(new - self._shown() - self._beside)
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
        self.remove_files(self._new)
        self._new.clear()

    def remove_files(self, paths: Iterable[Path]) -> None:
        """Remove files that no version shows; where the lock was lost, the next writer does.

        What cannot be removed is left to it too.
        """
        for path in paths:
            if not self.lock.is_ours():
                return
            with suppress(OSError):
                path.unlink(missing_ok=True)

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

    def _transact_in_turn(
        self, tables: Mapping[str, Path | None], message: str, extra: VersionExtra
    ) -> None:
        """Commit, again while a reader has the catalogue."""
        for delay_s in (*RETRY_AFTER_S, None):
            try:
                with lake.TURN:
                    self._transact(tables, message, extra)
                return
            except DatabaseError as fault:
                self._roll_back()
                if delay_s is None or not lake.is_locked(fault):
                    raise
                time.sleep(delay_s)

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

    def _settle(self, before: int, listing: str, new: set[Path], fault: DatabaseError) -> int:
        """Return the version of a failed commit that took place all the same, by the catalogue.

        Another writer may have published since, where the lock was lost with the connection.
        """
        is_ours = self.lock.fence()
        version = self._find_version(before, listing, fault)
        if version is not None:
            return version
        self._new |= new
        self.discard()
        words = describe_fault(fault)
        if is_ours:
            raise StoreError(f"nothing was published, the catalogue refused: {words}") from fault
        raise StoreError(
            f"the catalogue failed ({words}) and the writer's lock was lost: this is not published "
            "as far as the catalogue tells now; look at `cop versions` before you publish it "
            "again"
        ) from fault

    def _find_version(self, before: int, listing: str, fault: DatabaseError) -> int | None:
        """Return the first version after ``before`` that shows the files of a listing."""
        for delay_s in (*RETRY_AFTER_S, None):
            try:
                with lake.TURN:
                    notes = lake.read_notes(self.cursor)
                break
            except DatabaseError as unread:
                self._roll_back()
                if delay_s is None or not self.store.may_pass(unread):
                    raise StoreError(
                        f"the catalogue failed ({describe_fault(fault)}) and cannot be read "
                        f"({describe_fault(unread)}): what was published before is safe; "
                        "run `cop doctor`"
                    ) from fault
                time.sleep(delay_s)
        found = (n for n, note in notes.items() if n > before and note.listing == listing)
        return next(found, None)

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
    store = open_store(settings)
    folder = store.folder
    if "=" in str(folder):
        raise StoreError(f"{folder}: a folder with '=' reads as a partition; choose another name")
    try:
        (folder / DATASET_FOLDER).mkdir(parents=True, exist_ok=True)
        with store.writer_lock(timeout_s=wait_s) as lock:
            cursor = open_engine(settings, ("spatial", *store.extensions))
            try:
                store.settle()
                store.attach_writer(cursor, lock)
                catalogue = read_catalogue(cursor, folder)
                if not repairing:
                    check_layout(cursor, folder, catalogue.files)
                sweep(cursor, folder, lock)
                transaction = _begin(cursor, catalogue, settings, store, lock)
                transaction.repairing = repairing
                transaction.check_clock()
                try:
                    yield transaction
                except BaseException:
                    transaction.discard()
                    raise
            finally:
                cursor.close()
            store.preserve()
    except OSError as fault:
        raise StoreError(f"{folder}: cannot write the warehouse: {fault}") from fault
    except DatabaseError as fault:
        raise StoreError(
            f"{folder}: nothing was published: {describe_fault(fault)}; "
            "`cop doctor` names a file that is damaged"
        ) from fault


def _begin(
    cursor: Cursor,
    catalogue: CatalogueVersion,
    settings: StoreSettings,
    store: CatalogueStore,
    lock: WarehouseLock,
) -> WriteTransaction:
    months = months_of(catalogue.event_files)
    stored = {name: Path(paths[0]) for name, paths in catalogue.files.items() if name != EVENTS}
    return WriteTransaction(
        cursor=cursor,
        folder=store.folder,
        published=catalogue,
        clock=PublishClock.of(settings),
        store=store,
        lock=lock,
        threads=settings.threads,
        months=dict(months),
        _before=months,
        _stored=stored,
    )
