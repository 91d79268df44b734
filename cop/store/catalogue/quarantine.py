"""The quarantine dataset: damaged files that do not count until their rows are loaded again."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cop.store.catalogue.version_note import Quarantined
from cop.store.dataset.schema import (
    EVENTS,
    QUARANTINE,
    QUARANTINE_COLUMNS,
    RECORD_DATASETS,
    SOURCES,
)
from cop.store.engine import Cursor, fetch, quote

if TYPE_CHECKING:
    from cop.store.catalogue.transaction import WriteTransaction


def read_quarantine(cursor: Cursor, files: Sequence[str]) -> tuple[Quarantined, ...]:
    """Read the dataset; none if it has no file."""
    if not files:
        return ()
    names = list(QUARANTINE_COLUMNS)
    rows = fetch(
        cursor,
        f"SELECT {', '.join(map(quote, names))} FROM read_parquet($files) ORDER BY 1, 2, 3",
        {"files": list(files)},
    )
    return tuple(Quarantined(**dict(zip(names, row, strict=True))) for row in rows)


def quarantined_datasets(transaction: "WriteTransaction") -> set[str]:
    """Return the datasets of which something is in quarantine."""
    path = transaction.intact(QUARANTINE)
    return {row.dataset for row in read_quarantine(transaction.cursor, [path])} if path else set()


def write_quarantine(transaction: "WriteTransaction", rows: Sequence[Quarantined]) -> None:
    """Set the whole dataset; without rows it is no longer there."""
    columns = ", ".join(
        f"unnest(${name}::{kind}[]) AS {quote(name)}" for name, kind in QUARANTINE_COLUMNS.items()
    )
    ordered = sorted(rows, key=lambda row: (row.dataset, row.part or "", row.sha256))
    values = {
        name: [list(v) if isinstance(v := getattr(row, name), tuple) else v for row in ordered]
        for name in QUARANTINE_COLUMNS
    }
    transaction.replace_by(QUARANTINE, f"SELECT {columns}", values)


def release_restored(transaction: "WriteTransaction") -> tuple[Quarantined, ...]:
    """Take what is whole again out of the quarantine and return what stays in it."""
    path = transaction.intact(QUARANTINE)
    if path is None:
        return ()
    rows = read_quarantine(transaction.cursor, [path])
    lacking = [
        remaining for row in rows if (remaining := _still_lacking(transaction, row)) is not None
    ]
    if lacking != list(rows):
        write_quarantine(transaction, lacking)
    return tuple(lacking)


def _still_lacking(transaction: "WriteTransaction", row: Quarantined) -> Quarantined | None:
    """Return what is left of an entry; None if its sources are renewed or its rows are back."""
    left = tuple(source for source in row.sources if source not in transaction.renewed)
    if row.sources and not left:
        return None
    if left != row.sources:
        unknown = {"sources": left, "n_part": None, "first_id": None, "last_id": None}
        row = row.model_copy(update=unknown)
    files = transaction.changed_files(row.dataset, row.part)
    return None if files and _is_restored(transaction, row, files) else row


def _is_restored(transaction: "WriteTransaction", row: Quarantined, files: Sequence[str]) -> bool:
    """Whether a part has as many rows as it had, the outermost of the lost, and all is reloaded."""
    own = {EVENTS: "event_id", **dict.fromkeys(RECORD_DATASETS, "record_id")}.get(row.dataset)
    ((n, found),) = fetch(
        transaction.cursor,
        f"SELECT count(*), count(*) FILTER ({quote(own) if own else 'NULL'} IN ($first, $last)) "
        "FROM read_parquet($files)",
        {"files": list(files), "first": row.first_id, "last": row.last_id},
    )
    if n < (row.n_part or 0) or found < len({row.first_id, row.last_id} - {None}):
        return False
    path = transaction.intact(SOURCES)
    if path is None or not row.sources:
        return not row.sources
    reloaded = fetch(
        transaction.cursor,
        "SELECT id FROM read_parquet($path) WHERE loaded_at >= $found_at",
        {"path": path, "found_at": row.found_at},
    )
    return set(row.sources) <= {name for (name,) in reloaded}
