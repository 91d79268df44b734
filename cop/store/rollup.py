"""The daily rollup of events: counted once for each file, put together for each version."""

import threading
import weakref
from dataclasses import dataclass

from cop.store.catalogue import Snapshot
from cop.store.engine import Cursor, quote
from cop.store.schema import EVENTS

_PARTS = "rollup_parts"
_CREATE = f"""
    CREATE TABLE IF NOT EXISTS {_PARTS} (
        file VARCHAR, day TIMESTAMP, sector VARCHAR, county VARCHAR, kind VARCHAR, source VARCHAR,
        synthetic BOOLEAN, unit VARCHAR, n BIGINT, count BIGINT, oldest TIMESTAMP, newest TIMESTAMP
    )
"""
_COUNT = f"""
    INSERT INTO {_PARTS}
    SELECT filename, date_trunc('day', occurred_at)::TIMESTAMP, sector, county, kind, source,
        synthetic, unit, count(*)::BIGINT, sum(count)::BIGINT, min(occurred_at), max(occurred_at)
    FROM read_parquet($files, filename => true, hive_partitioning => false) GROUP BY ALL
"""


@dataclass(frozen=True, eq=False)
class Rollup:
    """A table of events by day, sector, county, kind, source and unit; it goes with its readers."""

    table: str
    files: frozenset[str]


class Rollups:
    """Builds the rollups of one engine; a file is read once however many versions show it."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        self._held: weakref.WeakValueDictionary[str, Rollup] = weakref.WeakValueDictionary()
        self._tables: set[str] = set()
        self._counted: set[str] = set()

    def build(self, cursor: Cursor, snapshot: Snapshot) -> Rollup:
        """Give the rollup of a version, the same one for equal events."""
        table = f"rollup_{snapshot.digest(EVENTS)}"
        with self._lock:
            held = self._held.get(table)
            if held is not None:
                return held
            rollup = Rollup(table=table, files=frozenset(snapshot.files.get(EVENTS, ())))
            self._count(cursor, rollup)
            cursor.execute(
                f"CREATE OR REPLACE TABLE {quote(table)} AS SELECT * EXCLUDE (file) FROM {_PARTS} "
                "WHERE file IN (SELECT unnest($files::VARCHAR[]))",
                {"files": sorted(rollup.files)},
            )
            self._held[table] = rollup
            self._tables.add(table)
            self._forget(cursor)
            return rollup

    def _count(self, cursor: Cursor, rollup: Rollup) -> None:
        cursor.execute(_CREATE)
        missing = sorted(rollup.files - self._counted)
        if missing:
            cursor.execute(_COUNT, {"files": missing})
            self._counted |= set(missing)

    def _forget(self, cursor: Cursor) -> None:
        """Drop what no reader holds any more."""
        held = list(self._held.values())
        for table in self._tables - {rollup.table for rollup in held}:
            cursor.execute(f"DROP TABLE IF EXISTS {quote(table)}")
            self._tables.discard(table)
        unused = self._counted - {file for rollup in held for file in rollup.files}
        if unused:
            cursor.execute(
                f"DELETE FROM {_PARTS} WHERE file IN (SELECT unnest($files::VARCHAR[]))",
                {"files": sorted(unused)},
            )
            self._counted -= unused
