"""The history of a warehouse: its versions, when each was published and what it changed."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from cop.errors import DatasetMissingError, StoreError
from cop.store.catalogue.lake import LAKE
from cop.store.catalogue.metadata import FileEntry
from cop.store.catalogue.version_note import LoadNote, read_note
from cop.store.engine import Cursor, DatabaseError, fetch

UNDONE, RESTORED = "undo of version", "restored from"
"""What the messages of versions begin with that take records out."""


class VersionNote(BaseModel):
    """One version of the warehouse; ``load`` is there where a file was loaded."""

    model_config = ConfigDict(frozen=True)

    version: int
    published_at: datetime
    message: str
    load: LoadNote | None

    @property
    def takes_out(self) -> bool:
        """Whether records of the version before may be there no more."""
        return self.message.startswith((UNDONE, RESTORED))


class VersionState(VersionNote):
    """A version with the datasets that it changed, and the files and bytes that it added."""

    datasets: tuple[str, ...]
    files_added: int
    bytes_added: int


def list_versions(
    notes: Sequence[VersionNote], entries: Sequence[FileEntry], *, dataset: str | None = None
) -> list[VersionState]:
    """Return the versions, or those that changed a dataset, in the order of their notes.

    Raise DatasetMissingError if no stored version has that dataset.
    """
    stored = sorted({entry.dataset for entry in entries})
    if dataset is not None and dataset not in stored:
        raise DatasetMissingError(
            f"no version has a dataset {dataset!r}; there are: {', '.join(stored) or 'none'}"
        )
    changed: defaultdict[int, set[str]] = defaultdict(set)
    added: defaultdict[int, list[int]] = defaultdict(list)
    for entry in entries:
        changed[entry.since].add(entry.dataset)
        added[entry.since].append(entry.size_bytes)
        if entry.until is not None:
            changed[entry.until].add(entry.dataset)
    return [
        VersionState(
            **dict(note),
            datasets=tuple(sorted(changed[note.version])),
            files_added=len(added[note.version]),
            bytes_added=sum(added[note.version]),
        )
        for note in notes
        if dataset is None or dataset in changed[note.version]
    ]


def read_history(cursor: Cursor) -> list[VersionNote]:
    """Read every version with a message, the newest first."""
    try:
        rows = fetch(
            cursor,
            "SELECT snapshot_id, max(snapshot_time) OVER (ORDER BY snapshot_id)::TIMESTAMP, "
            "commit_message, commit_extra_info "
            f"FROM ducklake_snapshots('{LAKE}') WHERE snapshot_id > 0 "
            "QUALIFY commit_message IS NOT NULL ORDER BY snapshot_id DESC",
        )
    except DatabaseError as fault:
        raise StoreError(f"cannot read the catalogue: {fault}") from fault
    return [
        VersionNote(version=version, published_at=at, message=message, load=read_note(extra).load)
        for version, at, message, extra in rows
    ]
