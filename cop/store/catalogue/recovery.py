"""After a killed writer: roll back its unfinished transaction and remove its files."""

import shutil
from contextlib import suppress
from pathlib import Path

from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.catalogue.lock import WarehouseLock
from cop.store.catalogue.metadata import list_files
from cop.store.catalogue.store import open_store
from cop.store.catalogue.version import CATALOGUE_FILE, DATASET_FOLDER
from cop.store.catalogue.writer import CONTENT_DRAFT, DRAFT_SUFFIX
from cop.store.engine import Cursor, open_engine

MERGED_FOLDER = "compaction"
"""What a compaction writes beside the work, under its own lock; nobody else touches it."""
_CATALOGUE_DRAFT = f".{Path(CATALOGUE_FILE).stem}"
"""What the drafts of the catalogue and of its copies begin with."""


def clean_up(settings: StoreSettings) -> list[Path]:
    """Undo and sweep what a killed writer left, and settle a damaged catalogue.

    Nothing is done if a writer is at work, or where this user may not write.
    """
    store = open_store(settings)
    try:
        if not store.has_remains():
            return []
        with store.writer_lock(timeout_s=0) as lock:
            if not store.settle():
                return []
            store.preserve()
            cursor = open_engine(settings, store.extensions)
            try:
                store.attach(cursor)
                return sweep(cursor, store.folder, lock)
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
