"""Records that are brought back are marked at least as now: what was raised since stays so."""

from collections.abc import Mapping, Sequence
from typing import Any

from cop.model.marking import highest_marking
from cop.store.dataset.event_identity import event_hash_sql
from cop.store.dataset.record import record_hash_sql
from cop.store.dataset.schema import EVENTS
from cop.store.engine import Cursor, fetch

_SEPARATOR = chr(31)


class RaisedMarkings:
    """The records of earlier files of a dataset whose markings have to be higher than they were.

    Each is marked at least as its source in ``floors``, and as the same record in ``now``; one that
    is no longer there as in any of ``gone``. It uses temporary tables of the cursor.
    """

    def __init__(
        self,
        cursor: Cursor,
        dataset: str,
        then: Sequence[str],
        floors: Mapping[str, str],
        *,
        now: Sequence[str],
        gone: Sequence[str] = (),
    ) -> None:
        """Compare the files ``then`` with those of now."""
        self._cursor = cursor
        is_event = dataset == EVENTS
        self._key = "event_id" if is_event else "record_id"
        self._hash = event_hash_sql() if is_event else record_hash_sql(dataset)
        self._has_any = False
        if then and floors:
            values: dict[str, Any] = {"sources": [*floors], "then": [*then]}
            self._list_carried(values, now, gone)
            self._list_raised(values, floors)

    def select(self, rows: str) -> str:
        """Return rows of the earlier files, a SELECT, with their markings raised."""
        if not self._has_any:
            return rows
        return (
            "SELECT * EXCLUDE (is_raised) REPLACE (CASE WHEN is_raised "
            f"THEN {self._hash} ELSE content_hash END AS content_hash) FROM (SELECT stored.* "
            "REPLACE (coalesce(raised.new, stored.marking) AS marking), "
            f"raised.new IS NOT NULL AS is_raised FROM ({rows}) stored {self._joined()})"
        )

    def has_any(self, files: Sequence[str]) -> bool:
        """Return whether any record of some of the earlier files has to be raised."""
        if not self._has_any:
            return False
        rows = fetch(
            self._cursor,
            f"SELECT 1 FROM read_parquet($files) stored {self._joined()} "
            "WHERE raised.new IS NOT NULL LIMIT 1",
            {"files": [*files]},
        )
        return bool(rows)

    def _joined(self) -> str:
        return (
            f"LEFT JOIN carried ON carried.id = stored.{self._key} LEFT JOIN raised ON "
            "raised.source = stored.source AND raised.old = stored.marking "
            "AND raised.carried = coalesce(carried.markings, '')"
        )

    def _list_carried(
        self, values: Mapping[str, Any], now: Sequence[str], gone: Sequence[str]
    ) -> None:
        """List what the same records carry elsewhere."""
        listed = (
            f"SELECT {self._key} AS id, marking FROM read_parquet(${{}}) "
            f"WHERE source IN (SELECT unnest($sources)) AND {self._key} IN "
            f"(SELECT {self._key} FROM read_parquet($then))"
        )
        parts = [listed.format("now")] if now else []
        if gone:
            present = f"AND {self._key} NOT IN (SELECT {self._key} FROM read_parquet($now))"
            parts.append(f"{listed.format('gone')} {present if now else ''}")
        none = "SELECT NULL::VARCHAR AS id, NULL::VARCHAR AS marking WHERE false"
        files = {name: [*paths] for name, paths in (("now", now), ("gone", gone)) if paths}
        self._cursor.execute(
            "CREATE OR REPLACE TEMP TABLE carried AS SELECT id, "
            "string_agg(DISTINCT marking, chr(31) ORDER BY marking) AS markings "
            f"FROM ({' UNION ALL '.join(parts) or none}) GROUP BY id",
            {**values, **files} if parts else {},
        )

    def _list_raised(self, values: Mapping[str, Any], floors: Mapping[str, str]) -> None:
        """List what becomes of each marking, by source and by what is carried elsewhere."""
        rows = fetch(
            self._cursor,
            "SELECT DISTINCT source, marking, coalesce(markings, '') FROM read_parquet($then) "
            f"LEFT JOIN carried ON id = {self._key} WHERE source IN (SELECT unnest($sources))",
            values,
        )
        found = []
        for source, old, carried in rows:
            elsewhere = carried.split(_SEPARATOR) if carried else []
            new = highest_marking((old, floors[source], *elsewhere))
            if new != old:
                found.append((source, old, carried, new))
        columns = [list(column) for column in zip(*found, strict=True)] or [[], [], [], []]
        self._cursor.execute(
            "CREATE OR REPLACE TEMP TABLE raised AS SELECT unnest($source::VARCHAR[]) AS source, "
            "unnest($old::VARCHAR[]) AS old, unnest($carried::VARCHAR[]) AS carried, "
            "unnest($new::VARCHAR[]) AS new",
            dict(zip(("source", "old", "carried", "new"), columns, strict=True)),
        )
        self._has_any = bool(found)
