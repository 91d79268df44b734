"""Copies of SQLite databases for backups, as of one moment and checked."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from cop.errors import StoreError


def copy_database(
    path: Path, copy: Path, *, connect: Callable[[Path], sqlite3.Connection], remedy: str
) -> bool:
    """Copy a database that others may be writing; return False if there is none.

    Raise StoreError, which ends with the ``remedy``, if it cannot be read or is damaged.
    """
    if not path.is_file():
        return False
    try:
        with closing(connect(path)) as opened, closing(sqlite3.connect(copy)) as copied:
            opened.backup(copied)
            # A copy of its own needs no journal beside it.
            copied.execute("PRAGMA journal_mode = DELETE")
            (found,) = copied.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as fault:
        raise StoreError(f"{path}: cannot be read ({fault}); {remedy}") from fault
    if found != "ok":
        raise StoreError(f"{path}: damaged ({found}); {remedy}")
    return True
