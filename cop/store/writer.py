"""Writing GeoParquet: a draft is synced, then renamed, so a name always means a whole file."""

import os
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cop.errors import StoreError
from cop.store.engine import Cursor, DatabaseError, quote_text

ROW_GROUP_ROWS = 50_000
_OPTIONS = (
    f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP_ROWS}, GEOPARQUET_VERSION 'BOTH'"
)


def publish_parquet(
    cursor: Cursor, select: str, folder: Path, *, values: Mapping[str, Any] | None = None
) -> Path:
    """Write the rows of a SELECT to a new file in ``folder`` and give its path.

    The file carries GeoParquet metadata and native Parquet geometry both: geopandas reads the one,
    DuckLake needs the other.
    """
    target = folder / f"{uuid.uuid4().hex}.parquet"

    def copy(draft: Path) -> None:
        cursor.execute(f"COPY ({select}) TO {quote_text(str(draft))} ({_OPTIONS})", values or {})

    publish_file(target, copy)
    return target


def publish_file(target: Path, write: Callable[[Path], None]) -> None:
    """Let ``write`` fill a draft beside the target, then show it whole under its name."""
    folder = target.parent
    draft = folder / f".{uuid.uuid4().hex}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write(draft)
        _sync(draft)
        draft.replace(target)
        _sync(folder)
    except (OSError, DatabaseError) as fault:
        raise StoreError(f"{folder.name}: cannot write {target}: {fault}") from fault
    finally:
        draft.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
