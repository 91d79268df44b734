"""Adding events that are new and valid by construction: no checks, no look at what is there."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from cop.errors import StoreError
from cop.model.moment import utc_now
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.event_identity import (
    ADDED_COLUMNS,
    CONTENT_HASH,
    NAMED_ID,
    cast_sql,
    content_sql,
)
from cop.store.dataset.event_merge import MOST_FILES
from cop.store.dataset.schema import EVENT_COLUMNS, PLACED_COLUMNS, RAW_COLUMNS
from cop.store.engine import quote


def append_month(
    transaction: WriteTransaction, source: str, month: str, batches: Iterable[pa.RecordBatch]
) -> None:
    """Add batches of raw and placed columns of one month (2026-11) to a transaction.

    They are identified as ``merge_events`` does it. Each needs a source id that no other event
    has: the source must have been withdrawn in this transaction. Raise StoreError where it was
    not, or where an event is of another month.
    """
    if source not in transaction.renewed:
        raise StoreError(f"source {source!r}: withdraw its events before adding new ones")
    checked = _check_month(batches, month)
    first = next(checked, None)
    if first is None:
        return
    transaction.cursor.register(
        "incoming", pa.RecordBatchReader.from_batches(first.schema, chain([first], checked))
    )
    values: dict[str, Any] = {"source": source, "ingested_at": utc_now()}
    files = transaction.files_of_month(month)
    if files and len(files) < MOST_FILES:
        transaction.rewrite_files(month, (), _select(), values)
    else:
        columns = ", ".join(map(quote, EVENT_COLUMNS))
        others = f" UNION ALL SELECT {columns} FROM read_parquet($files)" if files else ""
        values |= {"files": files} if files else {}
        transaction.replace_month(month, f"SELECT {columns} FROM ({_select()}){others}", values)
    transaction.cursor.unregister("incoming")


def month_of_batch(batch: pa.RecordBatch) -> str:
    """Return the month of a batch's first event as events are parted by: 2026-11."""
    return f"{batch['occurred_at'][0].as_py():%Y-%m}"


def _check_month(batches: Iterable[pa.RecordBatch], month: str) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        span = pc.min_max(batch["occurred_at"]).as_py()
        if not all(f"{moment:%Y-%m}" == month for moment in span.values()):
            raise StoreError(f"month {month}: events of {span['min']} to {span['max']}")
        yield batch


def _select() -> str:
    return f"""
        WITH typed AS (SELECT {cast_sql({**RAW_COLUMNS, **PLACED_COLUMNS})} FROM incoming),
        hashed AS (SELECT *, {content_sql()} AS content FROM typed)
        SELECT * EXCLUDE (content), {CONTENT_HASH} AS content_hash, {NAMED_ID} AS event_id,
            {ADDED_COLUMNS}
        FROM hashed
    """
