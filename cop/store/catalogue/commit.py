"""A commit in DuckLake: files are registered with tables and partitions, none is copied."""

from collections.abc import Mapping
from pathlib import Path

from cop.store.catalogue.lake import LAKE, table_names
from cop.store.dataset.schema import EVENT_COLUMNS, EVENTS, MONTH
from cop.store.engine import Cursor, quote, quote_text


def show_table(cursor: Cursor, dataset: str, path: Path | None) -> None:
    """Show a file as the whole of a dataset; without a file the dataset is dropped."""
    table = f"{LAKE}.{quote(dataset)}"
    if path is None:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        return
    cursor.execute(
        f"CREATE OR REPLACE TABLE {table} AS "
        f"FROM read_parquet({quote_text(str(path))}) WITH NO DATA"
    )
    _add(cursor, dataset, path)


def show_months(
    cursor: Cursor,
    before: Mapping[str, tuple[Path, ...]],
    after: Mapping[str, tuple[Path, ...]],
    *,
    afresh: bool,
) -> None:
    """Show the files of each month of events in place of those before.

    ``afresh`` begins with an empty table: a delete would read files, which may be damaged.
    """
    table = f"{LAKE}.{EVENTS}"
    if afresh or EVENTS not in table_names(cursor):
        columns = ", ".join(f"{quote(name)} {kind}" for name, kind in EVENT_COLUMNS.items())
        cursor.execute(f"CREATE OR REPLACE TABLE {table} ({columns}, {MONTH} VARCHAR)")
        cursor.execute(f"ALTER TABLE {table} SET PARTITIONED BY ({MONTH})")
    stored = {} if afresh else before
    added: list[Path] = []
    stale: list[str] = []
    for month in sorted({*after, *stored}):
        old, new = stored.get(month, ()), after.get(month, ())
        if new[: len(old)] == old:
            added.extend(new[len(old) :])
        else:
            stale.append(month)
            added.extend(new)
    if stale:
        cursor.execute(
            f"DELETE FROM {table} WHERE {MONTH} IN (SELECT unnest($months))", {"months": stale}
        )
    for path in added:
        _add(cursor, EVENTS, path)


def _add(cursor: Cursor, dataset: str, path: Path) -> None:
    cursor.execute(
        f"CALL ducklake_add_data_files('{LAKE}', {quote_text(dataset)}, "
        f"{quote_text(str(path))}, hive_partitioning => {str(dataset == EVENTS).lower()})"
    )
