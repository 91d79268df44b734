"""The history of a warehouse: its versions, when each was published and what it brought."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from cop.errors import StoreError
from cop.store.catalogue import LAKE
from cop.store.engine import Cursor, DatabaseError, fetch
from cop.store.note import LoadNote, read_note


class VersionNote(BaseModel):
    """One version of the warehouse; ``load`` is there where a file was loaded."""

    model_config = ConfigDict(frozen=True)

    version: int
    published_at: datetime
    message: str
    load: LoadNote | None


def read_history(cursor: Cursor) -> list[VersionNote]:
    """Read every version with a message, the newest first."""
    try:
        rows = fetch(
            cursor,
            "SELECT snapshot_id, snapshot_time::TIMESTAMP, commit_message, commit_extra_info "
            f"FROM ducklake_snapshots('{LAKE}') WHERE commit_message IS NOT NULL "
            "ORDER BY snapshot_id DESC",
        )
    except DatabaseError as fault:
        raise StoreError(f"cannot read the catalogue: {fault}") from fault
    return [
        VersionNote(version=version, published_at=at, message=message, load=read_note(extra).load)
        for version, at, message, extra in rows
    ]
