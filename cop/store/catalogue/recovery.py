"""After a killed writer: roll back its unfinished transaction and remove its files."""

import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from cop.errors import BusyError, StoreError
from cop.settings import StoreSettings
from cop.store.catalogue.copy import keep_copy_if_possible, list_copies, settle_catalogue
from cop.store.catalogue.lake import attach
from cop.store.catalogue.lock import WarehouseLock, writer_lock
from cop.store.catalogue.metadata import list_files
from cop.store.catalogue.version import CATALOGUE_FILE, DATASET_FOLDER
from cop.store.catalogue.writer import CONTENT_DRAFT, DRAFT_SUFFIX
from cop.store.engine import CATALOGUE_EXTENSIONS, Cursor, open_engine

MERGED_FOLDER = "compaction"
"""What a compaction writes beside the work, under its own lock; nobody else touches it."""
_CATALOGUE_DRAFT = f".{Path(CATALOGUE_FILE).stem}"
"""What the drafts of the catalogue and of its copies begin with."""


def roll_back(folder: Path) -> bool:
    """Undo the catalogue transaction of a killed writer; False if a writer is at work.

    A reader cannot: SQLite keeps what is to be undone in a journal that only a writer may apply.
    """
    if not (folder / CATALOGUE_FILE).is_file():
        return False
    try:
        with writer_lock(folder, timeout_s=0):
            return roll_back_locked(folder)
    except (BusyError, OSError):
        return False


def roll_back_locked(folder: Path) -> bool:
    """Undo what a killed writer began, under the writer's lock; False if that cannot be."""
    catalogue = folder / CATALOGUE_FILE
    if not catalogue.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"{catalogue.as_uri()}?mode=rw", uri=True)) as opened:
            opened.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except (OSError, sqlite3.Error):
        return False
    return True


def clean_up(settings: StoreSettings) -> list[Path]:
    """Undo and sweep what a killed writer left, and settle a damaged catalogue.

    Nothing is done if a writer is at work, or where this user may not write.
    """
    folder = settings.data.resolve()
    if not (folder / CATALOGUE_FILE).is_file() and not list_copies(folder):
        return []
    try:
        with writer_lock(folder, timeout_s=0) as lock:
            roll_back_locked(folder)
            damage = settle_catalogue(folder)
            if damage is not None and damage.copy is None:
                return []
            keep_copy_if_possible(folder)
            cursor = open_engine(settings, CATALOGUE_EXTENSIONS)
            try:
                attach(cursor, folder, read_only=True)
                return sweep(cursor, folder, lock)
            finally:
                cursor.close()
    except (OSError, StoreError):
        return []


def sweep(cursor: Cursor, folder: Path, lock: WarehouseLock) -> list[Path]:
    """Remove drafts, and the files of datasets that no stored version shows; give what was removed.

    Only who has the writer's lock may, while it is surely theirs: a publish that is going on has
    both. What cannot be removed is left to the next one.
    """
    root = folder / DATASET_FOLDER
    shown = {root / file.path for file in list_files(cursor)}
    left = {p for p in root.rglob("*.parquet") if p not in shown}
    return _remove({*_drafts(folder), *left}, lock)


def sweep_drafts(folder: Path, lock: WarehouseLock) -> list[Path]:
    """Remove drafts alone, where no catalogue says which files are shown; under the same lock."""
    return _remove(_drafts(folder), lock)


def _drafts(folder: Path) -> set[Path]:
    """Find what was half written under this lock, and the folder that a killed merge spilled to.

    Others write beside the catalogue under locks of their own, as the audit record does at any
    moment: their drafts are not touched.
    """
    merged = folder / MERGED_FOLDER
    drafts = (path for path in folder.rglob(f".*{DRAFT_SUFFIX}") if merged not in path.parents)
    return {path for path in drafts if path.is_dir() or _is_own(path)}


def _is_own(draft: Path) -> bool:
    named = CONTENT_DRAFT.fullmatch(draft.name) is not None
    return named or draft.name.startswith(_CATALOGUE_DRAFT)


def _remove(paths: set[Path], lock: WarehouseLock) -> list[Path]:
    removed = []
    for path in sorted(paths):
        if not lock.is_ours():
            break
        with suppress(OSError):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
            removed.append(path)
    return removed
