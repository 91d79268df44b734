"""What an undo or a restore took out of a dataset: loaded again, it is marked at least as then."""

from pathlib import Path

from cop.model.marking import highest_marking
from cop.store.catalogue.file_check import check_file
from cop.store.catalogue.history import read_history
from cop.store.catalogue.metadata import list_files
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.catalogue.version import DATASET_FOLDER
from cop.store.dataset.schema import SOURCES
from cop.store.engine import fetch


def list_taken_out(transaction: WriteTransaction, dataset: str) -> list[str]:
    """Return the files that a dataset had until something was taken out of it.

    They are those of stored versions that are whole. What was taken out before is in no version
    that can be read either.
    """
    versions = {note.version for note in read_history(transaction.cursor) if note.takes_out}
    if not versions:
        return []
    root = transaction.folder / DATASET_FOLDER
    ended = (
        str(root / entry.path)
        for entry in list_files(transaction.cursor)
        if entry.dataset == dataset and entry.until in versions
    )
    return [path for path in sorted(ended) if check_file(Path(path)) is None]


def marking_taken_out(transaction: WriteTransaction, source: str) -> str | None:
    """Return how a source was marked where it was taken out; None where it never was."""
    files = list_taken_out(transaction, SOURCES)
    if not files:
        return None
    rows = fetch(
        transaction.cursor,
        "SELECT DISTINCT marking FROM read_parquet($files) WHERE id = $source",
        {"files": files, "source": source},
    )
    return highest_marking(marking for (marking,) in rows) if rows else None
