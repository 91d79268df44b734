"""DuckLake's own tables, for what no documented function returns; nothing else reads them.

Of every file of all versions: since when and until when it is shown, its rows and the bounds of
its columns. `ducklake_list_files` answers for one table at one version, without rows or bounds, and
takes several milliseconds for each.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from cop.store.catalogue.lake import LAKE, TURN, read_notes
from cop.store.catalogue.version import digest_names
from cop.store.engine import Cursor, DatabaseError, fetch

FORMAT: Final = "1.0"
"""The version of DuckLake's format whose tables these are."""
COLUMNS: Final[dict[str, frozenset[str]]] = {
    "ducklake_data_file": frozenset(
        {
            *("data_file_id", "table_id", "path", "file_size_bytes", "record_count"),
            *("begin_snapshot", "end_snapshot"),
        }
    ),
    "ducklake_delete_file": frozenset({"data_file_id", "begin_snapshot", "end_snapshot"}),
    "ducklake_table": frozenset({"table_id", "table_name", "begin_snapshot", "end_snapshot"}),
    "ducklake_file_column_stats": frozenset(
        {"data_file_id", "column_id", "min_value", "max_value"}
    ),
    "ducklake_column": frozenset({"table_id", "column_id", "column_name"}),
    "ducklake_files_scheduled_for_deletion": frozenset(),
}
"""The tables and columns that this file depends on."""
SCHEMA: Final = f"__ducklake_metadata_{LAKE}.main"


@dataclass(frozen=True, kw_only=True)
class FileEntry:
    """A file that some stored version shows: its path below the datasets, and which versions.

    ``until`` is the first version without it, None if the newest shows it; ``n`` is its rows.
    """

    path: str
    since: int
    until: int | None
    size_bytes: int
    n: int

    def is_shown_at(self, version: int) -> bool:
        """Return whether a version shows the file."""
        return self.since <= version and (self.until is None or version < self.until)

    @property
    def dataset(self) -> str:
        """The dataset that the file is of."""
        return self.path.partition("/")[0]

    def shown_from(self, version: int) -> bool:
        """Return whether the version or a later one shows the file."""
        return self.until is None or self.until > version


@dataclass(frozen=True, kw_only=True)
class ShownFile:
    """A file that a version shows: its path below its dataset, and whether rows are left out."""

    dataset: str
    path: str
    has_deletes: bool


def list_shown(cursor: Cursor, version: int) -> list[ShownFile]:
    """Return the files of one version by dataset, the oldest first."""
    is_shown = "{0}.begin_snapshot <= $version AND coalesce({0}.end_snapshot > $version, true)"
    rows = fetch(
        cursor,
        "SELECT t.table_name, f.path, count(d.data_file_id) > 0 "
        f"FROM {SCHEMA}.ducklake_data_file f JOIN {SCHEMA}.ducklake_table t USING (table_id) "
        f"LEFT JOIN {SCHEMA}.ducklake_delete_file d "
        f"ON d.data_file_id = f.data_file_id AND {is_shown.format('d')} "
        f"WHERE {is_shown.format('f')} AND {is_shown.format('t')} "
        "GROUP BY t.table_name, f.path, f.data_file_id ORDER BY t.table_name, f.data_file_id",
        {"version": version},
    )
    return [
        ShownFile(dataset=dataset, path=path, has_deletes=deletes)
        for dataset, path, deletes in rows
    ]


def list_files(cursor: Cursor) -> list[FileEntry]:
    """Return every file that some stored version shows."""
    rows = fetch(
        cursor,
        "SELECT t.table_name || '/' || f.path, f.begin_snapshot, f.end_snapshot, "
        f"f.file_size_bytes, f.record_count FROM {SCHEMA}.ducklake_data_file f "
        f"JOIN {SCHEMA}.ducklake_table t USING (table_id) ORDER BY 2, 1",
    )
    return [
        FileEntry(path=path, since=since, until=until, size_bytes=size, n=n)
        for path, since, until, size, n in rows
    ]


def find_false_listings(cursor: Cursor) -> list[int]:
    """Return the stored versions that list other files than they were published with."""
    files = list_files(cursor)
    found = []
    for version, note in read_notes(cursor).items():
        names = sorted(file.path for file in files if file.is_shown_at(version))
        if (names or note.listing) and note.listing != digest_names(names):
            found.append(version)
    return found


def read_bounds(cursor: Cursor, path: str) -> dict[str, tuple[str, str]]:
    """Return the least and greatest identity and source of a file, by column, as published.

    The file itself may be damaged.
    """
    dataset, _, below = path.partition("/")
    rows = fetch(
        cursor,
        f"SELECT c.column_name, s.min_value, s.max_value FROM {SCHEMA}.ducklake_data_file f "
        f"JOIN {SCHEMA}.ducklake_table t USING (table_id) "
        f"JOIN {SCHEMA}.ducklake_file_column_stats s USING (data_file_id) "
        f"JOIN {SCHEMA}.ducklake_column c ON c.table_id = f.table_id AND c.column_id = s.column_id "
        "WHERE t.table_name = $dataset AND f.path = $path AND s.min_value IS NOT NULL "
        "AND c.column_name IN ('event_id', 'record_id', 'source')",
        {"dataset": dataset, "path": below},
    )
    return {name: (least, greatest) for name, least, greatest in rows}


def expire(cursor: Cursor, versions: Iterable[int]) -> None:
    """Remove versions, all in one transaction; raise DatabaseError if the catalogue refuses.

    DuckLake lists their files for `ducklake_cleanup_old_files`, which would also remove a file that
    another version shows again under the same name, as files are named by content. That list is
    emptied, now or by the next expiry: files that no version shows are removed by our own sweep.
    """
    expired = list(versions)
    with TURN:
        if expired:
            cursor.execute(
                f"CALL ducklake_expire_snapshots('{LAKE}', versions => $gone)", {"gone": expired}
            )
        with suppress(DatabaseError):
            cursor.execute(f"DELETE FROM {SCHEMA}.ducklake_files_scheduled_for_deletion")
