"""The history of a warehouse: its versions, and what each load brought, kept with the commit."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, ValidationError

from cop.errors import StoreError
from cop.store.catalogue import LAKE
from cop.store.engine import Cursor, DatabaseError, fetch


class LoadNote(BaseModel):
    """What became of the rows of a file; ``rejects_file`` is a path below the warehouse."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    source: str
    profile: str
    file: str
    kind: str
    accepted: int
    rejected: int
    duplicate: int
    superseded: int
    rejects_file: str | None = None


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
        VersionNote(version=version, published_at=at, message=message, load=_load_note(extra))
        for version, at, message, extra in rows
    ]


def _load_note(extra: str | None) -> LoadNote | None:
    """Read a note; what another program may have written there is none."""
    try:
        return LoadNote.model_validate_json(extra) if extra else None
    except ValidationError:
        return None
