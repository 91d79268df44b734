"""Damage: files of the warehouse whose content does not match their name."""

import re
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from cop.errors import VersionDamagedError
from cop.store.catalogue.file_check import Expected, check_file
from cop.store.catalogue.lake import current_version, read_notes
from cop.store.catalogue.metadata import list_files
from cop.store.catalogue.version import DATASET_FOLDER, QUARANTINE_FOLDER, CatalogueVersion
from cop.store.dataset.photo import FOLDER as PHOTOS
from cop.store.dataset.raster import FOLDER as RASTERS
from cop.store.dataset.reject import FOLDER as REJECTS
from cop.store.dataset.schema import TERRAIN
from cop.store.engine import Cursor, DatabaseError, fetch
from cop.store.room.file import BRIEFS, REPORT_PHOTOS

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_BESIDE = (
    f"{RASTERS}/*.tif",
    f"{PHOTOS}/*.jpg",
    f"{REJECTS}/*/*.csv",
    f"{REPORT_PHOTOS}/*.jpg",
    f"{BRIEFS}/*",
)


@dataclass(frozen=True, kw_only=True)
class Damage:
    """A damaged file, its path below the warehouse; ``is_current`` where the newest shows it."""

    path: str
    fault: str
    is_current: bool


def find_damage(cursor: Cursor, folder: Path, *, threads: int) -> tuple[list[Damage], int]:
    """Check every file that a stored version shows, and all that are beside the datasets.

    Return what is damaged and how many files were checked. What lies in quarantine already is
    passed over, unless the newest version shows it.
    """
    expected = _expect(cursor, folder)
    with ThreadPoolExecutor(threads) as pool:
        faults = pool.map(lambda item: check_file(folder / item[0], item[1]), expected.items())
    damaged = [
        Damage(path=path, fault=fault, is_current=about.is_current)
        for (path, about), fault in zip(expected.items(), faults, strict=True)
        if fault is not None and (about.is_current or not is_set_aside(folder, path))
    ]
    return damaged, len(expected)


def is_set_aside(folder: Path, path: str) -> bool:
    """Return whether a file is in quarantine and no longer in its place."""
    return not (folder / path).exists() and (folder / QUARANTINE_FOLDER / path).exists()


def _expect(cursor: Cursor, folder: Path) -> dict[str, Expected]:
    version = current_version(cursor)
    expected: dict[str, Expected] = {}
    for file in sorted(list_files(cursor), key=lambda file: file.since):
        path = f"{DATASET_FOLDER}/{file.path}"
        shown = file.is_shown_at(version) or (path in expected and expected[path].is_current)
        expected[path] = Expected(is_current=shown, size_bytes=file.size_bytes, n=file.n)
    for path, is_current in _beside(cursor, folder, expected):
        before = path in expected and expected[path].is_current
        expected[path] = Expected(is_current=is_current or before)
    return expected


def _beside(
    cursor: Cursor, folder: Path, datasets: dict[str, Expected]
) -> Iterator[tuple[str, bool]]:
    """Return the files beside the datasets, and whether figures of the newest version read them."""
    for pattern in _BESIDE:
        for path in sorted(folder.glob(pattern)):
            if _SHA256.fullmatch(path.stem):
                yield path.relative_to(folder).as_posix(), False
    for note in read_notes(cursor).values():
        if note.load is not None and note.load.rejects_file is not None:
            yield note.load.rejects_file, False
    for name, about in list(datasets.items()):
        if name.startswith(f"{DATASET_FOLDER}/{TERRAIN}/"):
            for raster in read_rasters(cursor, folder / name):
                yield raster, about.is_current


def read_rasters(cursor: Cursor, terrain: Path) -> list[str]:
    """Return the rasters that a file of the terrain dataset names; none if it cannot be read."""
    try:
        rows = fetch(cursor, "SELECT path FROM read_parquet($path)", {"path": str(terrain)})
    except DatabaseError:
        return []
    return [path for (path,) in rows]


def check_present(folder: Path, catalogue: CatalogueVersion, *, lost: Collection[str] = ()) -> None:
    """Refuse an earlier version of which a file is gone or ``lost``: never read in part."""
    for paths in catalogue.files.values():
        for path in map(Path, paths):
            if str(path) in lost or not path.is_file():
                raise VersionDamagedError(
                    f"version={catalogue.version} shows {path.relative_to(folder)}, which was "
                    "damaged and is removed or in quarantine: ask for another version; "
                    "`cop doctor` says what is wrong"
                )
