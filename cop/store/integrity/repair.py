"""Repair: damaged files go into quarantine, and the last good version replaces them."""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from cop.model.moment import utc_now
from cop.settings import StoreSettings
from cop.store.catalogue.file_check import check_file
from cop.store.catalogue.lake import current_version, read_notes
from cop.store.catalogue.metadata import FileEntry, list_files, read_bounds
from cop.store.catalogue.quarantine import write_quarantine
from cop.store.catalogue.transaction import WriteTransaction, open_transaction
from cop.store.catalogue.version import DATASET_FOLDER, QUARANTINE_FOLDER, month_of
from cop.store.catalogue.version_note import Quarantined, VersionExtra
from cop.store.catalogue.writer import set_aside
from cop.store.dataset.raster import FOLDER as RASTERS
from cop.store.dataset.schema import EVENT_COLUMNS, EVENTS, MONTH, QUARANTINE, SOURCES, TERRAIN
from cop.store.engine import fetch, quote
from cop.store.integrity.damage import Damage, find_damage, read_rasters

Part = tuple[str, str | None]


@dataclass(frozen=True, kw_only=True)
class Repair:
    """The version that was published (None if none was needed) and the files set aside."""

    version: int | None
    moved: tuple[str, ...]
    quarantined: tuple[Quarantined, ...]


def repair(settings: StoreSettings) -> Repair:
    """Quarantine what is damaged and show the last good version of it, in one publish.

    A table is replaced by its newest intact earlier version; a month of events by that of the
    newest version whose files of the month are all intact, else by what is intact of it. Damaged
    files are moved to the folder quarantine/, never removed. Raise StoreError if the catalogue is
    damaged or another process publishes.
    """
    folder = settings.data.resolve()
    with open_transaction(settings, repairing=True) as transaction:
        damage, _ = find_damage(transaction.cursor, folder, threads=settings.threads)
        plan = _Plan(transaction, damage)
        version = plan.publish() if any(item.is_current for item in damage) else None
        # Moved last: a writer killed before leaves damage that the next repair finds again.
        moved = [
            set_aside(folder / item.path, folder / QUARANTINE_FOLDER / item.path)
            for item in damage
            if check_file(folder / item.path) is not None
        ]
    return Repair(
        version=version,
        moved=tuple(path.relative_to(folder).as_posix() for path in moved),
        quarantined=tuple(plan.found),
    )


@dataclass
class _Plan:
    """The publish of a repair, put together part by part."""

    transaction: WriteTransaction
    damage: list[Damage]
    found: list[Quarantined] = field(default_factory=list)
    _damaged: set[str] = field(init=False)
    _parts: dict[Part, list[FileEntry]] = field(init=False)
    _notes: dict[int, VersionExtra] = field(init=False)
    _version: int = field(init=False)

    def __post_init__(self) -> None:
        """Read what the catalogue knows."""
        cursor = self.transaction.cursor
        self._damaged = {item.path for item in self.damage}
        self._parts = defaultdict(list)
        for file in list_files(cursor):
            self._parts[_part_of(file)].append(file)
        self._notes = read_notes(cursor)
        self._version = current_version(cursor)

    def publish(self) -> int:
        """Replace every damaged part of the newest version and publish."""
        for part, lost in sorted(self._lost().items(), key=lambda item: repr(item[0])):
            if part != (QUARANTINE, None):
                self._replace(part, lost)
        self._leave_rasters()
        earlier = [self._renewed(row) for row in self._notes[self._version].quarantine]
        rows = [*earlier, *self.found]
        write_quarantine(self.transaction, rows)
        self.transaction.quarantine = tuple(rows)
        return self.transaction.commit(f"repair: {len(self.found)} files in quarantine")

    def _lost(self) -> dict[Part, list[FileEntry]]:
        lost = {}
        for part in self._parts:
            damaged = [f for f in self._shown(part, self._version) if self._is_damaged(f)]
            if damaged:
                lost[part] = damaged
        return lost

    def _is_damaged(self, file: FileEntry) -> bool:
        path = f"{DATASET_FOLDER}/{file.path}"
        return path in self._damaged or not (self.transaction.folder / path).exists()

    def _shown(self, part: Part, version: int) -> list[FileEntry]:
        return [file for file in self._parts[part] if file.is_shown_at(version)]

    def _replace(self, part: Part, lost: list[FileEntry]) -> None:
        shown = self._shown(part, self._version)
        intact = [file for file in shown if not self._is_damaged(file)]
        substitute = self._substitute(part)
        stored = [] if substitute is None else self._shown(part, substitute)
        # Files that were only added since are kept beside those of the substitute.
        own = {file.path for file in shown}
        paths = intact if {file.path for file in stored} <= own else stored
        moved = self._show(part, [self._absolute(file) for file in paths], older=paths is stored)
        n_part, n_now = (sum(file.n for file in files) for files in (shown, paths))
        for file in lost:
            bounds = read_bounds(self.transaction.cursor, file.path)
            first, last = bounds.get("event_id", bounds.get("record_id", (None, None)))
            self.found.append(
                Quarantined(
                    dataset=part[0],
                    part=part[1],
                    sha256=Path(file.path).stem,
                    found_at=utc_now(),
                    substitute_version=substitute,
                    n=file.n,
                    n_part=n_part,
                    n_missing=max(0, n_part - n_now + moved),
                    sources=self._sources(bounds.get("source")),
                    first_id=first,
                    last_id=last,
                )
            )

    def _substitute(self, part: Part) -> int | None:
        """Return the newest earlier version that shows the part whole."""
        for version in sorted(self._notes, reverse=True):
            lacking = {(row.dataset, row.part) for row in self._notes[version].quarantine}
            files = self._shown(part, version)
            whole = part not in lacking and not any(map(self._is_damaged, files))
            if version < self._version and files and whole:
                return version
        return None

    def _show(self, part: Part, paths: list[Path], *, older: bool) -> int:
        """Show files as a part; return how many events of older ones count elsewhere already."""
        dataset, month = part
        if dataset != EVENTS or month is None:
            self.transaction.tables[dataset] = paths[0] if paths else None
        elif paths:
            self.transaction.months[month] = tuple(paths)
            return self._drop_moved(month) if older else 0
        else:
            self.transaction.months.pop(month, None)
        return 0

    def _drop_moved(self, month: str) -> int:
        """An event that a later correction moved to another month must not count twice."""
        others = [
            str(path)
            for name, paths in self.transaction.months.items()
            if name != month
            for path in paths
            if not self._is_damaged_path(path)
        ]
        if not others:
            return 0
        values = {"files": self.transaction.files_of_month(month), "others": others}
        within = "FROM read_parquet($files) WHERE event_id"
        there = "(SELECT event_id FROM read_parquet($others))"
        ((n,),) = fetch(self.transaction.cursor, f"SELECT count(*) {within} IN {there}", values)
        if n:
            columns = ", ".join(map(quote, EVENT_COLUMNS))
            select = f"SELECT {columns} {within} NOT IN {there}"
            self.transaction.replace_month(month, select, values)
        return int(n)

    def _is_damaged_path(self, path: Path) -> bool:
        return path.relative_to(self.transaction.folder).as_posix() in self._damaged

    def _leave_rasters(self) -> None:
        """Rows of the terrain whose raster is damaged leave the dataset."""
        lost = {item.path for item in self.damage if item.path.startswith(f"{RASTERS}/")}
        path = self.transaction.path_of(TERRAIN)
        if path is None or not lost & set(read_rasters(self.transaction.cursor, path)):
            return
        values = {"path": str(path), "gone": sorted(lost)}
        which = "FROM read_parquet($path) WHERE path"
        there = "(SELECT unnest($gone::VARCHAR[]))"
        rows = fetch(
            self.transaction.cursor,
            f"SELECT record_id, source, path {which} IN {there}",
            values,
        )
        self.transaction.replace_by(TERRAIN, f"SELECT * {which} NOT IN {there}", values)
        self.found.extend(
            Quarantined(
                dataset=TERRAIN,
                sha256=Path(raster).stem,
                found_at=utc_now(),
                n=1,
                n_missing=1,
                sources=(source,),
                first_id=record_id,
                last_id=record_id,
            )
            for record_id, source, raster in rows
        )

    def _renewed(self, row: Quarantined) -> Quarantined:
        """An earlier entry of a part that is replaced again is shown as that part is now."""
        for new in self.found:
            if (new.dataset, new.part) == (row.dataset, row.part):
                update = {
                    "substitute_version": new.substitute_version,
                    "n_missing": max(row.n_missing, new.n_missing),
                }
                return row.model_copy(update=update)
        return row

    def _sources(self, bounds: tuple[str, str] | None) -> tuple[str, ...]:
        """Return the sources that may have been in a file, by the least and greatest of them."""
        if bounds is None or bounds[0] == bounds[1]:
            return () if bounds is None else (bounds[0],)
        path = self.transaction.path_of(SOURCES)
        if path is None or self._is_damaged_path(path):
            return ()
        rows = fetch(
            self.transaction.cursor,
            "SELECT id FROM read_parquet($path) WHERE id BETWEEN $low AND $high ORDER BY 1",
            {"path": str(path), "low": bounds[0], "high": bounds[1]},
        )
        return tuple(sorted({*bounds, *(name for (name,) in rows)}))

    def _absolute(self, file: FileEntry) -> Path:
        return self.transaction.folder / DATASET_FOLDER / file.path


def _part_of(file: FileEntry) -> Part:
    dataset, _, below = file.path.partition("/")
    is_month = dataset == EVENTS and below.startswith(f"{MONTH}=")
    return dataset, month_of(file.path) if is_month else None
