"""Copies of stored files without the rows that are withheld, in a folder of this process."""

import secrets
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from cop.store.engine import Cursor, quote, quote_text

READ: Final = "read_parquet($files, hive_partitioning => false)"
_NAME_BYTES: Final = 8
Condition = tuple[str, dict[str, Any]]
"""A condition over the rows of a file, and the values that it binds."""


class ReleaseCopies:
    """The folder of copies; each is named by its content and written once."""

    def __init__(self) -> None:
        """Choose a folder; it is made with the first copy."""
        name = f"cop-release-{secrets.token_hex(_NAME_BYTES)}"
        self.folder = Path(tempfile.gettempdir()).resolve() / name

    def write(self, cursor: Cursor, path: str, condition: Condition, target: Path) -> str:
        """Write the rows of a file that pass a condition, in their order; return the path."""
        where, values = condition
        rows = (f"SELECT * FROM {READ} WHERE {where}", {"files": [path], **values})
        return self.write_rows(cursor, rows, target)

    def write_rows(self, cursor: Cursor, rows: Condition, target: Path) -> str:
        """Write the rows of a SELECT with the values that it binds; return the path."""
        if not target.exists():
            select, values = rows
            self.folder.mkdir(mode=0o700, exist_ok=True)
            target.parent.mkdir(parents=True, exist_ok=True)
            written = target.with_suffix(".part")
            cursor.execute(f"CREATE OR REPLACE TEMP TABLE released AS {select}", values)
            cursor.execute(f"COPY released TO {quote_text(str(written))} (FORMAT parquet)")
            cursor.execute("DROP TABLE released")
            written.replace(target)
        return str(target)

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


def hash_row(columns: Iterable[tuple[str, str]]) -> str:
    """Return the hash of a row with those columns, each a name and a type, as SQL."""
    named = (
        f"ST_AsWKB({quote(name)})" if kind.startswith("GEOMETRY") else quote(name)
        for name, kind in columns
    )
    return f"sum(hash({', '.join(named)})::HUGEINT)"
