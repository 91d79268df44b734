"""Marking a source anew: records that came without a marking of their own follow it."""

from collections.abc import Callable
from typing import Any

from cop.model.marking import highest_marking
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.event_identity import event_hash_sql
from cop.store.dataset.record import record_hash_sql
from cop.store.dataset.schema import EVENT_COLUMNS
from cop.store.engine import fetch, quote

Remark = Callable[[str], str]
"""From the marking of a record to its new one."""


def remark_by(old: str, new: str) -> Remark:
    """Return how records follow their source from ``old`` to ``new``.

    One with the source's own gets the new one; one that is marked higher stays so, and is at least
    as the source is.
    """
    return lambda marking: new if marking == old else highest_marking((marking, new))


def mark_events(transaction: WriteTransaction, source: str, remark: Remark) -> int:
    """Mark the events of a source anew, and return how many changed; other sources stay."""
    changed = 0
    for month in sorted(transaction.months):
        files = transaction.files_of_month(month)
        found, values = _list_changes(transaction, files, source, remark)
        if not found:
            continue
        changed += found
        transaction.replace_month(month, _events_sql(), {"files": files, **values})
    return changed


def mark_records(transaction: WriteTransaction, dataset: str, source: str, remark: Remark) -> int:
    """Mark the records of a source anew, and return how many changed; other sources stay."""
    path = transaction.intact(dataset)
    if path is None:
        return 0
    found, values = _list_changes(transaction, [path], source, remark)
    if found:
        transaction.replace_by(
            dataset,
            f"SELECT * REPLACE (CASE WHEN source = $source THEN {record_hash_sql(dataset)} "
            f"ELSE content_hash END AS content_hash) FROM (SELECT * REPLACE ({_NEW} AS marking) "
            "FROM read_parquet($files))",
            {"files": [path], **values},
        )
    return found


_NEW = "CASE WHEN source = $source THEN $new[list_position($old, marking)] ELSE marking END"


def _list_changes(
    transaction: WriteTransaction, files: list[str], source: str, remark: Remark
) -> tuple[int, dict[str, Any]]:
    """Return how many records change, and the markings of the source before and after."""
    rows = fetch(
        transaction.cursor,
        "SELECT marking, count(*) FROM read_parquet($files) WHERE source = $source GROUP BY 1",
        {"files": files, "source": source},
    )
    changes = {marking: (remark(marking), n) for marking, n in rows}
    n = sum(n for marking, (new, n) in changes.items() if new != marking)
    values = {"old": [*changes], "new": [new for new, _ in changes.values()], "source": source}
    return n, values


def _events_sql() -> str:
    columns = ", ".join(map(quote, EVENT_COLUMNS))
    return f"""
        SELECT {columns} FROM (
            SELECT * REPLACE (CASE WHEN source = $source THEN {event_hash_sql()}
                ELSE content_hash END AS content_hash)
            FROM (
                SELECT * REPLACE ({_NEW} AS marking)
                FROM read_parquet($files, hive_partitioning => false)))
    """
