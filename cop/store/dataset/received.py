"""What partners gave: the rows of each partner, and which of them the picture shows.

Each partner's rows are a dataset of their own, with what it withdrew. An event of theirs is the row
that came over the fewest servers.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import pyarrow as pa

from cop.errors import PackageError, StoreError
from cop.model.marking import highest_marking
from cop.model.source import OF_PARTNER
from cop.store.catalogue.quarantine import quarantined_datasets
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.delay import Delays, read_delays
from cop.store.dataset.event_identity import event_hash_sql
from cop.store.dataset.schema import (
    EVENT_COLUMNS,
    MONTH,
    PLACED_COLUMNS,
    RAW_COLUMNS,
    RECEIVED,
)
from cop.store.dataset.source import stored_sources
from cop.store.engine import fetch, quote, quote_text

KEY: Final = ("origin", "record")
"""What a record is known by between servers."""
GIVEN_COLUMNS: Final[Mapping[str, str]] = {
    "number": "BIGINT",
    "origin": "VARCHAR",
    "record": "VARCHAR",
    "origin_source": "VARCHAR",
    "path": "VARCHAR[]",
    "hops_left": "INTEGER",
    "precision": "VARCHAR",
    **{n: kind for n, kind in RAW_COLUMNS.items() if n not in ("source", "source_id")},
}
"""A row as it is given: the package in which it changed last, whose it is, the servers that it
came over, to how many more it may go, and the event."""
WITHDRAWN_COLUMNS: Final[Mapping[str, str]] = {
    "number": "BIGINT",
    "origin": "VARCHAR",
    "record": "VARCHAR",
}
RECEIVED_COLUMNS: Final[Mapping[str, str]] = {
    **GIVEN_COLUMNS,
    "gone": "BOOLEAN",
    "source": "VARCHAR",
    "event_id": "VARCHAR",
    **PLACED_COLUMNS,
}
"""A row as it is stored: with the source and the event that it is here, empty once withdrawn."""
_LONGEST_ID, _DIGEST = 60, 12
_NAMES: Final = ", ".join(map(quote, RECEIVED_COLUMNS))


@dataclass(frozen=True, kw_only=True)
class ReceivedCounts:
    """How many events came, changed and went; ``delays`` are of those that came."""

    added: int
    changed: int
    withdrawn: int
    delays: Delays = field(default_factory=Delays)


def local_source(origin: str, source: str) -> str:
    """Return the id that a source of another agency has here."""
    name = f"{origin.lower()}{OF_PARTNER}{source}"
    if len(name) <= _LONGEST_ID and OF_PARTNER not in source:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:_DIGEST]
    plain = f"{origin.lower()}{OF_PARTNER}{source.replace(OF_PARTNER, '_')}"
    return f"{plain[: _LONGEST_ID - _DIGEST - 1]}-{digest}"


def name_event(source: str, record: str) -> str:
    """Return the id of the event that a record is here, as NAMED_ID builds it."""
    return hashlib.md5(f"{source}\x1fid\x1f{record}".encode(), usedforsecurity=False).hexdigest()


def received_name(partner: str) -> str:
    """Return the name of the dataset with what a partner gave."""
    return f"{RECEIVED}{partner.lower().replace('-', '_')}"


def gives_itself(transaction: WriteTransaction, agency: str) -> bool:
    """Return whether packages of an agency itself were taken here, be they damaged now."""
    name = received_name(agency)
    return transaction.has(name) or name in quarantined_datasets(transaction)


def list_received(transaction: WriteTransaction) -> frozenset[str]:
    """Return the ids of the sources whose events partners gave."""
    files = list(_received_files(transaction).values())
    if not files:
        return frozenset()
    rows = fetch(
        transaction.cursor,
        "SELECT DISTINCT source FROM read_parquet($files) WHERE source IS NOT NULL",
        {"files": files},
    )
    return frozenset(source for (source,) in rows)


def check_sources(transaction: WriteTransaction, sources: Collection[str]) -> None:
    """Raise PackageError if a source that a partner gives has the id of one of our own."""
    files = transaction.event_files()
    own = {source for source in sources if source in stored_sources(transaction)}
    own -= list_received(transaction)
    is_lost = any(name.startswith(RECEIVED) for name in quarantined_datasets(transaction))
    if not own or not files or is_lost:
        return
    rows = fetch(
        transaction.cursor,
        "SELECT DISTINCT source FROM read_parquet($files) WHERE source IN "
        "(SELECT unnest($own::VARCHAR[])) ORDER BY 1",
        {"files": files, "own": sorted(own)},
    )
    for (source,) in rows:
        raise PackageError(
            f"source {source} is one of this server's own, loaded before `--` was for partners: "
            "nothing was taken; load its file under another id and undo that load"
        )


def apply_received(
    transaction: WriteTransaction,
    partner: str,
    rows: pa.Table,
    withdrawn: pa.Table,
    *,
    number: int,
    is_whole: bool,
    at: datetime,
) -> ReceivedCounts:
    """Merge what a partner gives into its rows, and let the events follow.

    ``rows`` have RECEIVED_COLUMNS but ``gone``, ``withdrawn`` WITHDRAWN_COLUMNS; of two rows of a
    record the one of the later package counts, in whichever order they come. What an earlier
    package gave is withdrawn where a whole one lacks it. Where a marking was raised here it stays.
    """
    cursor = transaction.cursor
    merge = _ReceivedMerge(transaction, received_name(partner))
    cursor.register("given_rows", rows)
    cursor.register("given_withdrawn", withdrawn)
    try:
        merge.stage(number=number, is_whole=is_whole)
        merge.read_stored()
        merge.keep_raised()
        merge.store()
    finally:
        cursor.unregister("given_rows")
        cursor.unregister("given_withdrawn")
    return merge.publish(at)


def shown_sql(datasets: Mapping[str, str], *, where: str = "true") -> str:
    """Select the rows that are shown of partners' datasets, by their files' paths."""
    if not datasets:
        empty = ", ".join(
            f"NULL::{kind} AS {quote(name)}" for name, kind in RECEIVED_COLUMNS.items()
        )
        return f"SELECT {empty}, NULL::VARCHAR AS via WHERE false"
    every = " UNION ALL ".join(
        f"SELECT {_NAMES}, {quote_text(name)} AS via FROM read_parquet({quote_text(path)})"
        for name, path in sorted(datasets.items())
    )
    return (
        f"SELECT * FROM ({every}) WHERE NOT gone AND {where} QUALIFY row_number() OVER "
        "(PARTITION BY event_id ORDER BY len(path), via) = 1"
    )


@dataclass(frozen=True)
class _ReceivedMerge:
    transaction: WriteTransaction
    dataset: str

    def stage(self, *, number: int, is_whole: bool) -> None:
        """Find what is newer than what is there: the table ``fresh``, its events ``affected``."""
        stored = self._files().get(self.dataset)
        is_lost = stored is None and self.dataset in quarantined_datasets(self.transaction)
        if is_lost and not is_whole:
            raise StoreError(
                f"{self.dataset}: what this partner gave before is damaged and in quarantine: ask "
                "it for everything (`cop exchange export --whole` there)"
            )
        before = f"read_parquet({quote_text(stored)})" if stored else f"({shown_sql({})})"
        self._run(f"CREATE OR REPLACE TEMP TABLE before AS SELECT {_NAMES} FROM {before}")
        self._run(f"CREATE OR REPLACE TEMP TABLE shown_before AS {shown_sql(self._files())}")
        self._run(
            "CREATE OR REPLACE TEMP TABLE arrived AS SELECT *, false AS gone FROM given_rows "
            "UNION ALL BY NAME SELECT *, true AS gone FROM given_withdrawn"
        )
        if is_whole:
            self._run(
                "INSERT INTO arrived BY NAME SELECT origin, record, $number AS number, "
                "true AS gone FROM before WHERE NOT gone AND number < $number "
                "AND NOT EXISTS (SELECT 1 FROM arrived a WHERE a.origin = before.origin "
                "AND a.record = before.record)",
                number=number,
            )
        self._run(
            f"CREATE OR REPLACE TEMP TABLE fresh AS SELECT {_listed('a')} FROM arrived a "
            "LEFT JOIN before b USING (origin, record) "
            "WHERE b.number IS NULL OR a.number > b.number"
        )
        self._run(
            "CREATE OR REPLACE TEMP TABLE affected AS "
            "SELECT DISTINCT event_id FROM fresh WHERE event_id IS NOT NULL UNION "
            "SELECT b.event_id FROM fresh JOIN before b USING (origin, record) "
            "WHERE b.event_id IS NOT NULL"
        )
        if is_lost:
            self._add_orphans()

    def _add_orphans(self) -> None:
        """Take events for affected that are of no partner's rows any more: theirs were lost."""
        files = self.transaction.event_files()
        if files:
            self._run(
                "INSERT INTO affected SELECT event_id FROM read_parquet($files) "
                "WHERE contains(source, $of_partner) AND event_id NOT IN "
                "(SELECT event_id FROM shown_before UNION ALL FROM affected)",
                files=files, of_partner=OF_PARTNER,
            )  # fmt: skip

    def read_stored(self) -> None:
        """Read the affected events as they are: ``stored_events``."""
        files = self.transaction.event_files()
        read = (
            f"SELECT event_id, content_hash, marking, {MONTH} FROM read_parquet($files, "
            "hive_partitioning => true) WHERE event_id IN (FROM affected)"
            if files
            else "SELECT NULL::VARCHAR AS event_id, NULL::UBIGINT AS content_hash, "
            f"NULL::VARCHAR AS marking, NULL::VARCHAR AS {MONTH} WHERE false"
        )
        values = {"files": files} if files else {}
        self._run(f"CREATE OR REPLACE TEMP TABLE stored_events AS {read}", **values)

    def keep_raised(self) -> None:
        """Find markings that were raised here since a record came: the table ``raised``.

        Those of what is withdrawn stay with its row: it may come again.
        """
        self._run(
            "CREATE OR REPLACE TEMP TABLE all_raised AS SELECT event_id, "
            "list(DISTINCT marking ORDER BY marking) AS markings FROM (SELECT s.event_id, "
            "s.marking FROM stored_events s JOIN shown_before b USING (event_id) "
            "WHERE s.marking <> b.marking UNION ALL SELECT s.event_id, s.marking "
            "FROM stored_events s ANTI JOIN shown_before USING (event_id) "
            "UNION ALL SELECT f.event_id, b.marking FROM fresh f "
            "JOIN before b USING (origin, record) WHERE NOT f.gone AND b.gone "
            "AND b.marking IS NOT NULL) GROUP BY event_id"
        )
        self._run(
            "CREATE OR REPLACE TEMP TABLE raised AS "
            "SELECT event_id, markings[1] AS marking FROM all_raised"
        )
        for (markings,) in self._fetch("SELECT DISTINCT markings FROM all_raised"):
            self._run(
                "UPDATE raised SET marking = $highest WHERE event_id IN "
                "(SELECT event_id FROM all_raised WHERE markings = $markings::VARCHAR[])",
                highest=highest_marking(markings), markings=markings,
            )  # fmt: skip
        self._run(
            "UPDATE fresh SET marking = r.marking FROM before b, raised r WHERE fresh.gone "
            "AND fresh.origin = b.origin AND fresh.record = b.record AND r.event_id = b.event_id"
        )

    def store(self) -> None:
        """Set the rows of the partner."""
        self.transaction.replace_by(
            self.dataset,
            f"SELECT {_NAMES} FROM before ANTI JOIN fresh USING (origin, record) "
            f"UNION ALL SELECT {_NAMES} FROM fresh ORDER BY origin, record",
        )

    def publish(self, at: datetime) -> ReceivedCounts:
        """Write the months of the affected events anew."""
        is_affected = "event_id IN (FROM affected)"
        self._run(
            f"CREATE OR REPLACE TEMP TABLE shown AS {shown_sql(self._files(), where=is_affected)}"
        )
        self._raise_shown()
        self._leave_unchanged()
        columns = ", ".join(map(quote, EVENT_COLUMNS))
        new = (
            f"SELECT {columns} FROM (SELECT * EXCLUDE (number, origin, record, origin_source, "
            "path, hops_left, precision, gone, via), record AS source_id, "
            f"{event_hash_sql()} AS content_hash, $at::TIMESTAMP AS ingested_at, "
            "NULL::TIMESTAMP AS valid_until, "
            "ST_SetCRS(ST_Point(lon, lat), 'EPSG:4326') AS geometry "
            "FROM shown WHERE strftime(occurred_at, '%Y-%m') = $month)"
        )
        for month in self._months():
            files = self.transaction.files_of_month(month)
            values: dict[str, Any] = {"month": month, "at": at}
            rest = ""
            if files:
                values["files"] = files
                rest = (
                    f" UNION ALL SELECT {columns} FROM read_parquet($files, "
                    f"hive_partitioning => false) WHERE event_id NOT IN (FROM affected)"
                )
            self.transaction.replace_month(month, f"{new}{rest}", values)
        ((added, changed, withdrawn),) = self._fetch(
            "SELECT count(*) FILTER (s.event_id IS NULL), count(*) FILTER (s.event_id IS NOT NULL "
            "AND n.event_id IS NOT NULL), count(*) FILTER (n.event_id IS NULL) "
            "FROM shown n FULL JOIN stored_events s USING (event_id)"
        )
        delays = read_delays(
            self.transaction.cursor,
            "SELECT n.* FROM shown n LEFT JOIN stored_events s USING (event_id) "
            "WHERE s.event_id IS NULL",
            at=at,
        )
        return ReceivedCounts(added=added, changed=changed, withdrawn=withdrawn, delays=delays)

    def _raise_shown(self) -> None:
        """Mark what is shown at least as it was raised."""
        pairs = self._fetch(
            "SELECT DISTINCT r.marking, n.marking FROM shown n JOIN raised r USING (event_id)"
        )
        for raised, new in pairs:
            self._run(
                "UPDATE shown SET marking = $highest WHERE marking = $new AND event_id IN "
                "(SELECT event_id FROM raised WHERE marking = $raised)",
                highest=highest_marking((raised, new)), new=new, raised=raised,
            )  # fmt: skip

    def _leave_unchanged(self) -> None:
        """Leave events alone that are already as they should be."""
        self._run(
            "CREATE OR REPLACE TEMP TABLE same AS SELECT event_id FROM "
            f"(SELECT event_id, {event_hash_sql()} AS hash FROM shown) "
            "JOIN stored_events USING (event_id) WHERE hash = content_hash"
        )
        for table in ("affected", "shown", "stored_events"):
            self._run(f"DELETE FROM {table} WHERE event_id IN (FROM same)")

    def _months(self) -> list[str]:
        rows = self._fetch(
            f"SELECT {MONTH} FROM stored_events UNION "
            "SELECT strftime(occurred_at, '%Y-%m') FROM shown ORDER BY 1"
        )
        return [month for (month,) in rows]

    def _files(self) -> dict[str, str]:
        """Return the files of all partners' rows, by dataset."""
        return _received_files(self.transaction)

    def _run(self, sql: str, **values: Any) -> None:
        self.transaction.cursor.execute(sql, values)

    def _fetch(self, sql: str, **values: Any) -> list[Any]:
        return fetch(self.transaction.cursor, sql, values)


def _received_files(transaction: WriteTransaction) -> dict[str, str]:
    found = {name: transaction.intact(name) for name in transaction.names(RECEIVED)}
    return {name: path for name, path in found.items() if path is not None}


def _listed(table: str) -> str:
    return ", ".join(f"{table}.{quote(name)}" for name in RECEIVED_COLUMNS)
