"""The default records of a version: written with it, so that a load alone switches nothing."""

from collections.abc import Sequence
from datetime import datetime

from cop.model.default_records import DefaultRecords, carry_default
from cop.model.filter import Records
from cop.model.moment import utc_now
from cop.store.engine import Cursor, DatabaseError, fetch


def build_default(
    cursor: Cursor,
    before: DefaultRecords | None,
    files_before: Sequence[str],
    files: Sequence[str],
    *,
    published_at: datetime,
) -> DefaultRecords | None:
    """Return the default of a version with these files of events.

    ``published_at`` is when the last version was published: one from before there were defaults
    has none, and is given the one that it had shown since then.
    """
    try:
        if before is None and files_before:
            since = published_at.replace(microsecond=0)
            before = carry_default(None, read_loaded(cursor, files_before), since)
        return carry_default(before, read_loaded(cursor, files), utc_now())
    except DatabaseError:
        # A damaged file of another month must not keep a publish from being made.
        return before


def read_loaded(cursor: Cursor, files: Sequence[str]) -> frozenset[Records]:
    """Return which records are in files of events: real, synthetic, both or none."""
    if not files:
        return frozenset()
    found = fetch(
        cursor,
        "SELECT min(synthetic), max(synthetic) FROM read_parquet($files, hive_partitioning => "
        "false)",
        {"files": list(files)},
    )
    sorts: dict[bool, Records] = {False: "real", True: "synthetic"}
    return frozenset(sorts[value] for value in found[0] if value is not None)
