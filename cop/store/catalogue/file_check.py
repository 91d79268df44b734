"""The check of one file: its content matches its name and the catalogue."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from cop.store.catalogue.writer import file_sha256

MISSING: Final = "is missing"


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What is known of a file before it is read; None if it is not."""

    is_current: bool = False
    size_bytes: int | None = None
    n: int | None = None


def check_file(path: Path, about: Expected | None = None) -> str | None:
    """Return what is wrong with a file that is named by its sha256; None if nothing is."""
    about = about or Expected()
    try:
        if path.is_symlink() or not path.is_file():
            return MISSING if not path.exists() else "is no plain file"
        size = path.stat().st_size
        if about.size_bytes is not None and size != about.size_bytes:
            return f"holds {size:,} bytes, {about.size_bytes:,} were published"
        found = file_sha256(path)
        if found != path.stem:
            return f"has sha256 {found}, not that of its name"
        if about.n is not None and (n := pq.read_metadata(path).num_rows) != about.n:
            return f"holds {n:,} rows, the catalogue says {about.n:,}"
    except (OSError, ValueError) as fault:
        return f"cannot be read: {fault}"
    return None
