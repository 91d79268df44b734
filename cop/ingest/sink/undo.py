"""Undoing the last load of a source: one further version, the earlier ones stay as they are."""

from dataclasses import dataclass
from typing import Final

from cop.errors import VersionError
from cop.ingest.coverage.outage import rebuild_outages
from cop.ingest.coverage.viewshed import rebuild_coverage
from cop.model.source import SourceKind
from cop.settings import StoreSettings
from cop.store.catalogue.history import UNDONE
from cop.store.catalogue.transaction import open_transaction
from cop.store.catalogue.version_note import LoadNote
from cop.store.dataset.received import list_received
from cop.store.dataset.schema import EVENTS, SENSORS, STATISTICS
from cop.store.dataset.undo_load import (
    count_source,
    find_last_load,
    read_before,
    recall_declaration,
    recall_events,
    recall_records,
    recall_reports,
)
from cop.store.room.audit import note_step

KINDS: Final[tuple[SourceKind, ...]] = ("events", "sensors", "status", "statistics")
SUBJECT: Final = "source"


@dataclass(frozen=True, kw_only=True)
class Undone:
    """The result of an undo: the new version, the undone load, the source's records now."""

    source: str
    version: int
    undone: int
    file: str
    records: int


def undo_load(
    settings: StoreSettings, source: str, *, by: str, version: int | None = None
) -> Undone:
    """Take back the last load of a source; undone again, that load is back.

    With ``version`` only where that is the last load. Raise VersionError where there is none, or
    the version before it is no longer stored.
    """
    with open_transaction(settings) as transaction:
        if source in list_received(transaction):
            raise VersionError(
                f"source {source!r} is what a partner gave: their next package corrects and "
                "withdraws, `cop partner suspend` stops it (docs/partners.md)"
            )
        last = find_last_load(transaction, source)
        note = last.load
        if note is None or note.kind not in KINDS:
            raise VersionError(
                f"source {source!r} holds {note.kind if note else 'nothing'}: only loads of "
                f"{', '.join(KINDS)} are taken back; load the earlier file again"
            )
        if version is not None and version != last.version:
            raise VersionError(
                f"source {source!r} was loaded again since, as version {last.version}: undo that "
                "load first"
            )
        before = read_before(transaction, last.version)
        kind = next(kind for kind in KINDS if kind == note.kind)
        if kind == EVENTS:
            recall_events(transaction, source, before)
        elif kind == STATISTICS:
            recall_records(transaction, STATISTICS, source, before)
        elif kind == "status":
            recall_reports(transaction, source, before)
        else:
            recall_records(transaction, SENSORS, source, before)
        recall_declaration(transaction, source, before)
        if kind in {"sensors", "status"}:
            rebuild_outages(transaction)
            rebuild_coverage(transaction)
        records = count_source(transaction, kind, source)
        text = f"{UNDONE} {last.version}"
        undo_version = transaction.commit(
            f"{text} ({kind} of {source} from {note.file}) by {by}",
            load=LoadNote(
                source=source, profile=note.profile, file=text, kind=kind,
                accepted=0, rejected=0, duplicate=0, superseded=0,
            ),
        )  # fmt: skip
    detail = f"{text}, {kind} from {note.file}: {records} records of it are there now"
    note_step(
        settings,
        who=by,
        subject=f"{SUBJECT} {source}",
        action="undo",
        version=undo_version,
        detail=detail,
    )
    return Undone(
        source=source, version=undo_version, undone=last.version, file=note.file, records=records
    )
