"""Marking a source or one of its records anew.

Records that came without a marking of their own follow their source.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cop.model.marking import highest_marking
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.event_identity import event_hash_sql
from cop.store.dataset.own_marking import OWN, clear_own, fill_own
from cop.store.dataset.record import record_hash_sql
from cop.store.dataset.schema import EVENT_COLUMNS, EVENTS, RECORD_DATASETS
from cop.store.engine import fetch, quote

Remark = Callable[[str, str | None], str]
"""From the marking of a record, and the one of its own if it has any, to its new one."""
_IDS = ("event_id", "source_id", "record_id", "sensor_id", "code", "name")
"""The columns that a record is named by."""


@dataclass(frozen=True)
class Marked:
    """What is marked anew: the records of a source in a dataset or, with ``record``, one of them.

    ``record`` is its id in the picture, or the id or name that its source gave it.
    """

    dataset: str
    source: str
    record: str | None = None

    @property
    def where(self) -> str:
        """The condition on a row."""
        if self.record is None:
            return "source = $source"
        declared = EVENT_COLUMNS if self.dataset == EVENTS else RECORD_DATASETS[self.dataset]
        ids = ", ".join(quote(name) for name in _IDS if name in declared)
        return f"(source = $source AND $record IN ({ids}))"

    @property
    def with_own(self) -> str:
        """The join of a row with the marking of its own."""
        key = "event_id" if self.dataset == EVENTS else "record_id"
        return f"LEFT JOIN {OWN} ON {OWN}.id = {key}"

    @property
    def values(self) -> dict[str, Any]:
        """The values of the condition."""
        return {"source": self.source} | ({} if self.record is None else {"record": self.record})


def remark_by(old: str, new: str) -> Remark:
    """Return how records follow their source from ``old`` to ``new``.

    One with the source's marking gets the new one, or stays as high as it was marked on its own;
    one that is marked higher stays so, and is at least as the source is.
    """

    def remark(marking: str, own: str | None) -> str:
        followed = (own,) if marking == old else (marking,)
        return highest_marking((new, *filter(None, followed)))

    return remark


def find_markings(transaction: WriteTransaction, marked: Marked) -> list[str]:
    """Return the marking of each record."""
    if marked.dataset == EVENTS:
        files = transaction.event_files()
    else:
        path = transaction.intact(marked.dataset)
        files = [] if path is None else [path]
    if not files:
        return []
    rows = fetch(
        transaction.cursor,
        f"SELECT marking FROM read_parquet($files) WHERE {marked.where}",
        {"files": files, **marked.values},
    )
    return [marking for (marking,) in rows]


def mark_records(
    transaction: WriteTransaction,
    marked: Marked,
    remark: Remark,
    *,
    lowered_from: str | None = None,
) -> int:
    """Mark records anew, and return how many changed; all others stay.

    What records are marked on their own is looked up where a source is ``lowered_from`` a marking.
    """
    if lowered_from is None:
        clear_own(transaction)
    else:
        fill_own(transaction, marked.dataset, marked.source, lowered_from)
    if marked.dataset == EVENTS:
        return _mark_events(transaction, marked, remark)
    path = transaction.intact(marked.dataset)
    if path is None:
        return 0
    found, values = _list_changes(transaction, [path], marked, remark)
    if found:
        sql = _remarked_sql(marked, record_hash_sql(marked.dataset), "read_parquet($files)")
        values["files"] = [path]
        transaction.replace_by(marked.dataset, f"{sql} ORDER BY source, record_id", values)
    return found


def _mark_events(transaction: WriteTransaction, marked: Marked, remark: Remark) -> int:
    changed = 0
    stored = "read_parquet($files, hive_partitioning => false)"
    columns = ", ".join(map(quote, EVENT_COLUMNS))
    sql = f"SELECT {columns} FROM ({_remarked_sql(marked, event_hash_sql(), stored)})"
    for month in sorted(transaction.months):
        files = transaction.files_of_month(month)
        found, values = _list_changes(transaction, files, marked, remark)
        if found:
            changed += found
            transaction.replace_month(month, sql, {"files": files, **values})
    return changed


def _list_changes(
    transaction: WriteTransaction, files: list[str], marked: Marked, remark: Remark
) -> tuple[int, dict[str, Any]]:
    """Return how many records change, and their markings before and after."""
    rows = fetch(
        transaction.cursor,
        f"SELECT marking, own, count(*) FROM read_parquet($files) {marked.with_own} "
        f"WHERE {marked.where} GROUP BY ALL",
        {"files": files, **marked.values},
    )
    changes = [(one, own or "", remark(one, own), n) for one, own, n in rows]
    n = sum(n for marking, _, new, n in changes if new != marking)
    old, own, new, _ = ([*column] for column in zip(*changes, strict=True)) if changes else [[]] * 4
    return n, {"old": old, "own": own, "new": new, **marked.values}


def _remarked_sql(marked: Marked, content_hash: str, stored: str) -> str:
    return f"""
        SELECT * REPLACE (
            CASE WHEN {marked.where} THEN {content_hash} ELSE content_hash END AS content_hash)
        FROM (
            SELECT stored.* REPLACE (
                CASE WHEN {marked.where} THEN changed.new ELSE marking END AS marking)
            FROM {stored} stored {marked.with_own}
            LEFT JOIN (SELECT unnest($old::VARCHAR[]) AS old, unnest($own::VARCHAR[]) AS old_own,
                unnest($new::VARCHAR[]) AS new) AS changed
            ON changed.old = marking AND changed.old_own = coalesce(own, ''))
    """
