"""The copy of the catalogue: what proves its bytes, and takes its place where they are damaged.

Every writer leaves a copy beside the catalogue, named by version and sha256. A catalogue that is
at rest equals it; one that is a version ahead, as its writer was killed, holds all rows of it.
"""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cop.errors import StoreError
from cop.store.catalogue.version import CATALOGUE_FILE, QUARANTINE_FOLDER
from cop.store.catalogue.writer import (
    file_sha256,
    make_folder,
    place_file,
    set_aside,
)

FOLDER: Final = "copies"
_NAMED = re.compile(r"catalogue-(\d{1,18})-([0-9a-f]{64})\.sqlite", re.ASCII)
_JOURNALS = ("-journal", "-wal", "-shm")
_NEWEST = "SELECT max(snapshot_id) FROM main.ducklake_snapshot"
_LASTING: Final = {
    "ducklake_snapshot": "*",
    "ducklake_snapshot_changes": "*",
    "ducklake_file_column_stats": "*",
    "ducklake_data_file": "data_file_id, table_id, begin_snapshot, path, path_is_relative, "
    "file_format, record_count, file_size_bytes",
}
"""What a later version leaves as it was, by table of DuckLake."""


@dataclass(frozen=True, kw_only=True)
class CatalogueCopy:
    """A copy of the catalogue, of a version and the sha256 that its name states."""

    path: Path
    version: int
    sha256: str

    @property
    def is_whole(self) -> bool:
        """Whether it still has the content that it was named by."""
        try:
            return file_sha256(self.path) == self.sha256
        except OSError:
            return False


@dataclass(frozen=True, kw_only=True)
class CatalogueDamage:
    """What is wrong with a catalogue; ``copy`` can take its place, None if there is none."""

    fault: str
    copy: CatalogueCopy | None


def list_copies(folder: Path) -> list[CatalogueCopy]:
    """Return the copies in a warehouse, the newest first."""
    named = ((path, _NAMED.fullmatch(path.name)) for path in (folder / FOLDER).glob("*.sqlite"))
    found = [
        CatalogueCopy(path=path, version=int(match[1]), sha256=match[2])
        for path, match in named
        if match is not None
    ]
    return sorted(
        found, key=lambda copy: (copy.version, copy.path.stat().st_mtime_ns), reverse=True
    )


def keep_copy(folder: Path) -> None:
    """Copy the catalogue, sound and at rest; nothing where the newest copy is of it already.

    Only who holds the writer's lock may. Raise StoreError if the copy cannot be written.
    """
    path = folder / CATALOGUE_FILE
    with _opened(path) as opened:
        ((version,),) = opened.execute(_NEWEST)
    sha256, before = file_sha256(path), list_copies(folder)
    if before and before[0].sha256 == sha256 and before[0].is_whole:
        return
    target = folder / FOLDER / f"catalogue-{version or 0}-{sha256}.sqlite"
    make_folder(target.parent)
    place_file(target, lambda draft: _copy(path, draft))
    for copy in before:
        if copy.path != target:
            copy.path.unlink(missing_ok=True)


def keep_copy_if_possible(folder: Path) -> None:
    """Copy the catalogue as ``keep_copy`` does; the next writer does it where this one cannot."""
    with suppress(StoreError, OSError, sqlite3.Error):
        keep_copy(folder)


def find_catalogue_damage(folder: Path) -> CatalogueDamage | None:
    """Return what is wrong with the catalogue at rest; None if nothing is, or it has no copy yet.

    Only who holds the writer's lock may ask, after what a killed writer left was rolled back.
    """
    path = folder / CATALOGUE_FILE
    copy = next((copy for copy in list_copies(folder) if copy.is_whole), None)
    if not path.is_file():
        return None if copy is None else CatalogueDamage(fault="is missing", copy=copy)
    if copy is not None and file_sha256(path) == copy.sha256:
        return None
    fault = find_sqlite_fault(path) or (copy and _find_break(path, copy))
    return CatalogueDamage(fault=fault, copy=copy) if fault else None


def settle_catalogue(folder: Path) -> CatalogueDamage | None:
    """Put the copy in the place of a catalogue that is damaged, and tell what was wrong.

    A damaged one without a copy stays; it is told too. Only who holds the writer's lock may.
    """
    damage = find_catalogue_damage(folder)
    if damage is not None and damage.copy is not None:
        _replace(folder, damage.copy)
    return damage


def _replace(folder: Path, copy: CatalogueCopy) -> None:
    """Set the catalogue aside, and put a copy in its place."""
    path, aside = folder / CATALOGUE_FILE, folder / QUARANTINE_FOLDER
    if path.exists():
        set_aside(path, aside / f"catalogue-{file_sha256(path)[:16]}.sqlite")
    # SQLite would play a journal that lies beside another catalogue into that one.
    for suffix in _JOURNALS:
        journal = folder / f"{CATALOGUE_FILE}{suffix}"
        if journal.exists():
            set_aside(journal, aside / journal.name)
    place_file(path, lambda draft: _copy(copy.path, draft))


def find_sqlite_fault(path: Path) -> str | None:
    """Return how SQLite finds its file damaged, None if it is not."""
    try:
        with _opened(path) as opened:
            faults = [text for (text,) in opened.execute("PRAGMA integrity_check")]
    except sqlite3.Error as fault:
        faults = [str(fault)]
    return None if faults == ["ok"] else f"is damaged: {' '.join('; '.join(faults).split())[:300]}"


def _find_break(path: Path, copy: CatalogueCopy) -> str | None:
    """Return what of a copy the catalogue no longer holds; None if it only goes on from there."""
    try:
        with _opened(path) as opened:
            opened.execute("ATTACH $copy AS kept", {"copy": f"{copy.path.as_uri()}?mode=ro"})
            ((version,),) = opened.execute(_NEWEST)
            if version is None or version <= copy.version:
                return f"has changed since version {copy.version} was published"
            for table in _lost_from(opened):
                return f"has other rows in {table} than version {copy.version} was published with"
    except sqlite3.Error as fault:
        return f"cannot be compared with its copy: {fault}"
    return None


def _lost_from(opened: sqlite3.Connection) -> Iterator[str]:
    for table, columns in _LASTING.items():
        lost = opened.execute(
            f"SELECT {columns} FROM kept.{table} EXCEPT SELECT {columns} FROM main.{table} LIMIT 1"
        )
        if lost.fetchone() is not None:
            yield table


def _opened(path: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=60))


def _copy(source: Path, draft: Path) -> None:
    shutil.copyfile(source, draft)


def _written_at(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_mtime_ns
    return 0
