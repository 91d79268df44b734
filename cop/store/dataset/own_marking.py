"""Which records were marked on their own before their source was raised to the same marking.

A stored record does not state whether it follows its source. Earlier versions tell: a record that
was marked otherwise than its source has a marking of its own.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from cop.model.marking import parse_marking
from cop.store.catalogue.file_check import check_file
from cop.store.catalogue.metadata import FileEntry, list_files
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.catalogue.version import DATASET_FOLDER
from cop.store.dataset.schema import EVENTS, SOURCES
from cop.store.engine import fetch

OWN: Final = "own_marking"
"""The temporary table of identities and the markings that records have of their own."""


def clear_own(transaction: WriteTransaction) -> None:
    """Make OWN, empty."""
    transaction.cursor.execute(f"CREATE OR REPLACE TEMP TABLE {OWN} (id VARCHAR, own VARCHAR)")


def fill_own(transaction: WriteTransaction, dataset: str, source: str, marking: str) -> None:
    """Fill OWN with the records of a source that is raised to a marking step by step.

    Before each step the record was marked as its source, or on its own; of several such markings
    the last counts. What was loaded since follows its source.
    """
    clear_own(transaction)
    entries, root = list_files(transaction.cursor), transaction.folder / DATASET_FOLDER
    key = "event_id" if dataset == EVENTS else "record_id"
    for version, before in _list_raises(transaction, entries, source, marking):
        shown = (e.path for e in entries if e.dataset == dataset and e.is_shown_at(version))
        files = _whole(root, shown)
        if files:
            transaction.cursor.execute(
                f"INSERT INTO {OWN} SELECT {key}, marking FROM read_parquet($files) WHERE "
                f"source = $source AND marking <> $before AND {key} NOT IN (SELECT id FROM {OWN})",
                {"files": files, "source": source, "before": before},
            )


def _list_raises(
    transaction: WriteTransaction, entries: Iterable[FileEntry], source: str, marking: str
) -> list[tuple[int, str]]:
    """Return the last version before each raise, the newest first, and the marking there."""
    root = transaction.folder / DATASET_FOLDER
    ended = [
        (entry.until, str(root / entry.path))
        for entry in entries
        if entry.dataset == SOURCES and entry.until is not None
    ]
    files = _whole(root, {path for _, path in ended})
    if not files:
        return []
    rows = fetch(
        transaction.cursor,
        "SELECT filename, marking FROM read_parquet($files, filename => true) WHERE id = $source",
        {"files": files, "source": source},
    )
    markings, found = dict(rows), []
    for until, path in sorted(ended, reverse=True):
        earlier = markings.get(path, marking)
        if earlier == marking:
            continue
        if not parse_marking(earlier).is_lower_than(parse_marking(marking)):
            break
        found.append((until - 1, earlier))
        marking = earlier
    return found


def _whole(root: Path, paths: Iterable[str]) -> list[str]:
    return [str(root / path) for path in sorted(paths) if check_file(root / path) is None]
