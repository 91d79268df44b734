"""Losses: files that a warehouse shows and that are gone or damaged; nothing reads them.

A file is lost as soon as it is missing or fails its check, and no longer once it passes one. What
shows it goes on without it, and says so; the warehouse itself is not changed.
"""

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from cop.model.moment import utc_now
from cop.model.uploaded import UploadedLayer
from cop.store.catalogue.file_check import MISSING, check_file
from cop.store.catalogue.metadata import FileEntry
from cop.store.catalogue.version import DATASET_FOLDER, CatalogueVersion, month_of
from cop.store.catalogue.version_note import Quarantined
from cop.store.dataset.photo import FOLDER as PHOTOS
from cop.store.dataset.schema import EVENTS, TERRAIN

Stamp = tuple[int, int, int]


def group_by_dataset(rows: Iterable[Quarantined]) -> dict[str, tuple[str, ...]]:
    """Return the sha256 of what is lost, by dataset."""
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        found[row.dataset] = (*found.get(row.dataset, ()), row.sha256)
    return found


def read_stamp(path: str) -> Stamp | None:
    """Return what changes when a file is written over; None if there is no file."""
    try:
        about = Path(path).stat()
    except OSError:
        return None
    return about.st_ino, about.st_mtime_ns, about.st_size


@dataclass(frozen=True, kw_only=True)
class Loss:
    """Why a file is lost, and since when that is known (naive UTC)."""

    fault: str
    found_at: datetime


class Losses:
    """The files of one warehouse that are lost, and those that were proved; for many threads."""

    def __init__(self, folder: Path) -> None:
        """Begin with nothing lost and nothing proved."""
        self._folder = folder
        self._lock = threading.Lock()
        self._lost: Mapping[str, Loss] = {}
        self._proved: Mapping[str, Stamp] = {}

    @property
    def lost(self) -> Mapping[str, Loss]:
        """The files that are lost, by path."""
        return self._lost

    def is_lost(self, path: Path | str) -> bool:
        """Return whether a file is lost."""
        return str(path) in self._lost

    def note_missing(self, paths: Iterable[str]) -> bool:
        """Look which files are there; return whether any was missing that was not known to be."""
        missing = [path for path in paths if path not in self._lost and not Path(path).is_file()]
        self._note(dict.fromkeys(missing, MISSING), ())
        return bool(missing)

    def choose_unproved(self, paths: Iterable[str]) -> list[str]:
        """Return the files that were not checked as they are now: new, written over, back again."""
        stamps = ((path, read_stamp(path)) for path in paths)
        return [path for path, stamp in stamps if stamp and stamp != self._proved.get(path)]

    def prove(self, paths: Iterable[str]) -> bool:
        """Check that files have the content that they are named by; return whether that is news."""
        before, faults, stamps = self._lost, dict[str, str](), dict[str, Stamp]()
        for path in paths:
            stamp, fault = read_stamp(path), check_file(Path(path))
            if stamp is not None:
                stamps[path] = stamp
            if fault is not None:
                faults[path] = fault
        self._note(faults, stamps.keys() - faults.keys())
        with self._lock:
            self._proved = {**self._proved, **stamps}
        return self._lost.keys() != before.keys()

    def without(self, catalogue: CatalogueVersion) -> CatalogueVersion:
        """Return a version without the files that are lost; itself where none of it is."""
        if not self._lost:
            return catalogue
        sound = {
            name: tuple(path for path in paths if path not in self._lost)
            for name, paths in catalogue.files.items()
        }
        return replace(catalogue, files={name: paths for name, paths in sound.items() if paths})

    def describe(
        self, catalogue: CatalogueVersion, entries: Sequence[FileEntry]
    ) -> tuple[Quarantined, ...]:
        """Return what is lost of a version, as entries of a quarantine.

        ``entries`` are what the catalogue knows of its files.
        """
        root = self._folder / DATASET_FOLDER
        rows = {str(root / entry.path): entry.n for entry in entries}
        return tuple(
            Quarantined(
                dataset=name,
                part=month_of(path) if name == EVENTS else None,
                sha256=Path(path).stem,
                found_at=self._lost[path].found_at,
                n=rows.get(path),
                n_missing=rows.get(path) or 1,
                fault=self._lost[path].fault,
            )
            for name, paths in catalogue.files.items()
            for path in paths
            if path in self._lost
        )

    def describe_beside(self, uploaded: Mapping[str, UploadedLayer]) -> tuple[Quarantined, ...]:
        """Return the rasters and photos that are lost, each as of the dataset that shows it."""
        shown = {
            path: layer.name
            for layer in uploaded.values()
            for path in (layer.content.raster, layer.content.photo)
            if path is not None
        }
        beside = {
            path: Path(path).relative_to(self._folder).as_posix()
            for path in self._lost
            if not Path(path).is_relative_to(self._folder / DATASET_FOLDER)
        }
        return tuple(
            Quarantined(
                dataset=shown.get(name, TERRAIN),
                sha256=Path(path).stem,
                found_at=self._lost[path].found_at,
                n=1,
                n_missing=1,
                fault=self._lost[path].fault,
            )
            for path, name in beside.items()
            if name in shown or not name.startswith(f"{PHOTOS}/")
        )

    def _note(self, faults: Mapping[str, str], sound: Collection[str]) -> None:
        with self._lock:
            kept = {path: loss for path, loss in self._lost.items() if path not in sound}
            at = utc_now()
            found = {
                path: Loss(fault=fault, found_at=kept[path].found_at if path in kept else at)
                for path, fault in faults.items()
            }
            self._lost = kept | found
            # One that is put back may have the stamp that it had.
            gone = [path for path, fault in faults.items() if fault == MISSING]
            self._proved = {path: s for path, s in self._proved.items() if path not in gone}
