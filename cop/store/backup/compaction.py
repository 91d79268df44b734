"""Compaction: months of events that lie in many small files are written anew as one file each."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from cop.errors import BusyError, DamageError, StoreError
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import WriteTransaction, open_transaction
from cop.store.catalogue.version import CATALOGUE_FILE, month_of

MANY_FILES = 6
"""A month of so many files is compacted beside the work: below MOST_FILES, where a load must."""


@dataclass(frozen=True, kw_only=True)
class Compaction:
    """What was compacted: ``version`` is None if a writer was at work, so nothing was done.

    ``damaged`` names files whose content is not that of their name; their months stay as they are.
    """

    version: int | None
    months: tuple[str, ...] = ()
    files_before: int = 0
    damaged: tuple[str, ...] = ()


def compact(
    settings: StoreSettings,
    *,
    least_files: int = 2,
    most_months: int | None = None,
    wait_s: float = 0,
) -> Compaction:
    """Write each month of ``least_files`` files or more as one file; a version of equal events.

    The months of the most files come first, ``most_months`` of them. Earlier versions keep their
    files. A writer at work is waited for ``wait_s``, then nothing is done. Raise StoreError where
    there is no warehouse.
    """
    if not (settings.data / CATALOGUE_FILE).is_file():
        raise StoreError(f"{settings.data} is not a warehouse (no {CATALOGUE_FILE}): check --data")
    try:
        with open_transaction(settings, wait_s=wait_s) as transaction:
            chosen = choose_months(transaction.event_files(), least_files)[:most_months]
            parts, damaged = _read_parts(transaction, chosen)
            for month, files in parts.items():
                select = "FROM read_parquet($files, hive_partitioning => false)"
                transaction.replace_month(month, select, {"files": files})
            return Compaction(
                version=transaction.commit(f"compacted {', '.join(parts)}"),
                months=tuple(parts),
                files_before=sum(map(len, parts.values())),
                damaged=damaged,
            )
    except BusyError:
        return Compaction(version=None)


def _read_parts(
    transaction: WriteTransaction, months: Iterable[str]
) -> tuple[dict[str, list[str]], tuple[str, ...]]:
    """Return the files of each month that is intact, and what is wrong with the others."""
    parts, damaged = {}, []
    for month in months:
        try:
            parts[month] = transaction.files_of_month(month)
        except DamageError as fault:
            damaged.append(str(fault))
    return parts, tuple(damaged)


def choose_months(files: Iterable[str], least_files: int) -> list[str]:
    """Return the months of ``least_files`` files or more, those of the most files first."""
    return [month for month, n in Counter(map(month_of, files)).most_common() if n >= least_files]
