"""Merging events by identity: the new is added, the same counted, a correction supersedes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cop.model.event import COMPOSITION
from cop.model.moment import utc_now
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.schema import EVENT_COLUMNS, MONTH, PLACED_COLUMNS, RAW_COLUMNS
from cop.store.engine import fetch, quote

_UNIT_SEPARATOR = "chr(31)"
MOST_FILES = 16
"""A month of this many files is written anew as one, whatever is added."""
SMALL_PART = 8
"""What is at most one in so many of a month's events is added as a file of its own."""
_NOT_CONTENT = ("source", "source_id", "synthetic")


@dataclass(frozen=True, kw_only=True)
class MergeCounts:
    """How many rows were new, already there, or corrected a row that was there."""

    accepted: int = 0
    duplicate: int = 0
    superseded: int = 0

    def __add__(self, other: "MergeCounts") -> "MergeCounts":
        """Add up the counts of two merges."""
        return MergeCounts(
            accepted=self.accepted + other.accepted,
            duplicate=self.duplicate + other.duplicate,
            superseded=self.superseded + other.superseded,
        )


def merge_events(
    transaction: WriteTransaction, source: str, frames: Iterable[pd.DataFrame]
) -> MergeCounts:
    """Merge frames of raw and placed columns of one source into the months of a transaction.

    A row is identified by its source and source id or, without one, by its content and its
    occurrence number within the frame: rows without ids must therefore come in one frame. Of rows
    of one frame with one id the first counts.
    """
    cursor = transaction.cursor
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE known (event_id VARCHAR, content_hash UBIGINT, month VARCHAR)"
    )
    if transaction.months:
        cursor.execute(
            "INSERT INTO known SELECT event_id, content_hash, month "
            "FROM read_parquet($files, hive_partitioning => true) WHERE source = $source",
            {"files": transaction.event_files(), "source": source},
        )
    total = MergeCounts()
    for frame in frames:
        total += _merge_frame(transaction, source, frame)
    return total


def withdraw_source(transaction: WriteTransaction, source: str) -> None:
    """Leave a transaction without the events of a source; earlier versions keep them."""
    transaction.renewed.add(source)
    if not transaction.months:
        return
    rows = fetch(
        transaction.cursor,
        f"SELECT DISTINCT {MONTH} FROM read_parquet($files, hive_partitioning => true) "
        f"WHERE source = $source ORDER BY 1",
        {"files": transaction.event_files(), "source": source},
    )
    for (month,) in rows:
        transaction.replace_month(
            month,
            "FROM read_parquet($files) WHERE source <> $source",
            {"files": transaction.files_of_month(month), "source": source},
        )


def _merge_frame(transaction: WriteTransaction, source: str, frame: pd.DataFrame) -> MergeCounts:
    cursor = transaction.cursor
    columns = [*RAW_COLUMNS, *PLACED_COLUMNS]
    unsaid = dict.fromkeys(set(COMPOSITION) - set(frame.columns))
    cursor.register("incoming", frame.assign(**unsaid)[columns])
    cursor.execute(_staged_sql(), {"source": source, "ingested_at": utc_now()})
    cursor.unregister("incoming")
    counts = dict.fromkeys(("accepted", "duplicate", "superseded"), 0)
    counts.update(fetch(cursor, "SELECT outcome, count(*) FROM staged GROUP BY outcome"))
    months = fetch(
        cursor,
        f"SELECT {MONTH} FROM staged WHERE outcome <> 'duplicate' "
        f"UNION SELECT known_month FROM staged WHERE outcome = 'superseded' ORDER BY 1",
    )
    for (month,) in months:
        _write_month(transaction, month)
    cursor.execute(
        "DELETE FROM known WHERE event_id IN "
        "(SELECT event_id FROM staged WHERE outcome = 'superseded')"
    )
    cursor.execute(
        f"INSERT INTO known SELECT event_id, content_hash, {MONTH} FROM staged "
        "WHERE outcome <> 'duplicate'"
    )
    return MergeCounts(**counts)


def _staged_sql() -> str:
    typed = ", ".join(
        f"{quote(name)}::{kind} AS {quote(name)}"
        for name, kind in {**RAW_COLUMNS, **PLACED_COLUMNS}.items()
    )
    content = ", ".join(
        f"coalesce({quote(name)}::VARCHAR, '')" for name in RAW_COLUMNS if name not in _NOT_CONTENT
    )
    return f"""
        CREATE OR REPLACE TEMP TABLE staged AS
        WITH typed AS (SELECT {typed}, row_number() OVER () AS position FROM incoming),
        hashed AS (SELECT *, concat_ws({_UNIT_SEPARATOR}, {content}) AS content FROM typed),
        numbered AS (
            SELECT *, CASE WHEN source_id IS NULL
                THEN row_number() OVER (PARTITION BY source_id, content ORDER BY position)
            END AS occurrence FROM hashed
        ),
        identified AS (
            SELECT * EXCLUDE (content, occurrence),
                md5_number_lower(content) AS content_hash,
                CASE WHEN source_id IS NULL
                    THEN md5(concat_ws({_UNIT_SEPARATOR}, $source, 'content', content, occurrence))
                    ELSE md5(concat_ws({_UNIT_SEPARATOR}, $source, 'id', source_id))
                END AS event_id,
                $ingested_at::TIMESTAMP AS ingested_at,
                NULL::TIMESTAMP AS valid_until,
                ST_SetCRS(ST_Point(lon, lat), 'EPSG:4326') AS geometry,
                strftime(occurred_at, '%Y-%m') AS {MONTH}
            FROM numbered
        )
        SELECT identified.* EXCLUDE (position), known.month AS known_month,
            CASE WHEN known.content_hash = identified.content_hash
                    OR row_number() OVER (PARTITION BY event_id ORDER BY position) > 1
                    THEN 'duplicate'
                WHEN known.event_id IS NULL THEN 'accepted'
                ELSE 'superseded' END AS outcome
        FROM identified LEFT JOIN known USING (event_id)
    """


def _write_month(transaction: WriteTransaction, month: str) -> None:
    """Add a small part of a large month as a further file; write the month anew otherwise."""
    columns = ", ".join(map(quote, EVENT_COLUMNS))
    select = f"SELECT {columns} FROM staged WHERE {MONTH} = $month AND outcome <> 'duplicate'"
    values: dict[str, Any] = {"month": month}
    files = transaction.files_of_month(month)
    if files and _is_small_part(transaction, month, files):
        transaction.extend_month(month, select, values)
        return
    if files:
        values["files"] = files
        select += (
            f" UNION ALL SELECT {columns} FROM read_parquet($files) WHERE event_id NOT IN "
            "(SELECT event_id FROM staged WHERE outcome = 'superseded')"
        )
    transaction.replace_month(month, select, values)


def _is_small_part(transaction: WriteTransaction, month: str, files: list[str]) -> bool:
    """Whether nothing of the month is corrected, and what is new is few beside what is there."""
    if len(files) >= MOST_FILES:
        return False
    new, corrected = fetch(
        transaction.cursor,
        f"SELECT count(*) FILTER ({MONTH} = $month AND outcome <> 'duplicate'), "
        "count(*) FILTER (outcome = 'superseded' AND known_month = $month) FROM staged",
        {"month": month},
    )[0]
    if corrected:
        return False
    (held,) = fetch(
        transaction.cursor, "SELECT count(*) FROM read_parquet($files)", {"files": files}
    )[0]
    return bool(new * SMALL_PART <= held)
