"""Taking back what a load did to a source: its records are again those of the version before.

Markings that were raised since stay: an earlier marking is no decision to release.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from cop.errors import VersionError
from cop.model.marking import highest_marking
from cop.model.source import SourceKind
from cop.store.catalogue.history import VersionNote, read_history
from cop.store.catalogue.lake import read_versions
from cop.store.catalogue.listing import read_catalogue
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.catalogue.version import CatalogueVersion, month_of
from cop.store.dataset.raised_marking import RaisedMarkings
from cop.store.dataset.report import report_files
from cop.store.dataset.schema import (
    EVENT_COLUMNS,
    EVENTS,
    RECORD_DATASETS,
    REPORT_COLUMNS,
    REPORTS,
    SOURCES,
)
from cop.store.dataset.source import (
    Source,
    register_source,
    report_names,
    restore_source,
    stored_sources,
    withdraw_source,
)
from cop.store.engine import fetch, quote


def find_last_load(transaction: WriteTransaction, source: str) -> VersionNote:
    """Return the newest version that loaded a source; raise VersionError if none is stored."""
    for note in read_history(transaction.cursor):
        if note.load is not None and note.load.source == source:
            return note
    raise VersionError(
        f"source {source[:60]!r}: no load of it is stored; `cop versions` lists the loads"
    )


def read_before(transaction: WriteTransaction, version: int) -> CatalogueVersion:
    """Return the version before one; raise VersionError if it is no longer stored."""
    before = version - 1
    if before and before not in read_versions(transaction.cursor):
        raise VersionError(
            f"version {before}, the one before version {version}, is no longer stored, so that "
            "load cannot be undone"
        )
    return read_catalogue(transaction.cursor, transaction.folder, version=before)


def recall_events(transaction: WriteTransaction, source: str, before: CatalogueVersion) -> None:
    """Set the events of a source back to those of a version; those of other sources stay."""
    earlier: dict[str, list[str]] = {}
    for path in before.files.get(EVENTS, ()):
        earlier.setdefault(month_of(path), []).append(path)
    columns = ", ".join(map(quote, EVENT_COLUMNS))
    raised = _raise(transaction, EVENTS, source, before)
    for month in sorted({*transaction.months, *earlier}):
        now, then = transaction.months.get(month, ()), earlier.get(month, [])
        if [str(path) for path in now] == then:
            continue
        files = transaction.files_of_month(month)
        transaction.need_intact(map(Path, then))
        parts = _parts(columns, files, then, raised)
        values: dict[str, object] = {"source": source}
        values |= {"now": files} if files else {}
        values |= {"then": then} if then else {}
        if _has_any(transaction, source, files + then):
            transaction.replace_month(month, parts, values)


def recall_records(
    transaction: WriteTransaction, dataset: str, source: str, before: CatalogueVersion
) -> None:
    """Set the records of a source back to those of a version; those of other sources stay."""
    path = transaction.intact(dataset)
    then = list(before.files.get(dataset, ()))
    raised = _raise(transaction, dataset, source, before)
    now, columns = [path] if path else [], RECORD_DATASETS[dataset]
    parts, values = _recall(transaction, source, now, then, columns, raised=raised)
    if parts:
        transaction.replace_by(
            dataset, f"SELECT * FROM ({parts}) ORDER BY source, record_id", values
        )


def recall_reports(transaction: WriteTransaction, source: str, before: CatalogueVersion) -> None:
    """Set the status reports of a source back to those of a version; those of others stay."""
    for dataset in sorted({*transaction.names(REPORTS), *report_names(before.files)}):
        path = transaction.intact(dataset)
        then = list(before.files.get(dataset, ()))
        parts, values = _recall(transaction, source, [path] if path else [], then, REPORT_COLUMNS)
        if parts:
            order = 'sensor_id, "at", source'
            transaction.replace_by(dataset, f"SELECT * FROM ({parts}) ORDER BY {order}", values)


def _recall(
    transaction: WriteTransaction,
    source: str,
    now: list[str],
    then: list[str],
    columns: Iterable[str],
    *,
    raised: RaisedMarkings | None = None,
) -> tuple[str, dict[str, object]]:
    """Return the SELECT of others' rows as they are and the source's own as they were."""
    transaction.need_intact(map(Path, then))
    values: dict[str, object] = {"source": source}
    values |= {"now": now} if now else {}
    values |= {"then": then} if then else {}
    return _parts(", ".join(map(quote, columns)), now, then, raised), values


def _raise(
    transaction: WriteTransaction, dataset: str, source: str, before: CatalogueVersion
) -> RaisedMarkings:
    """Compare the markings of a source's records then with those of now."""
    path = None if dataset == EVENTS else transaction.intact(dataset)
    now = transaction.event_files() if dataset == EVENTS else [path] if path else []
    then = [file for file in before.files.get(dataset, ()) if file not in now]
    transaction.need_intact(map(Path, then))
    stated = _restored_source(transaction, source, before)
    floors = {} if stated is None else {source: stated[0].marking}
    return RaisedMarkings(transaction.cursor, dataset, then, floors, now=now)


def recall_declaration(
    transaction: WriteTransaction, source: str, before: CatalogueVersion
) -> None:
    """Set the description of a source back to that of a version; remove it if it had none.

    It is as old as it was then: taking a load back is no loading. Its marking is at least that of
    now.
    """
    restored = _restored_source(transaction, source, before)
    if restored is None:
        withdraw_source(transaction, source)
    elif stored_sources(transaction).get(source) != restored:
        stated, loaded_at = restored
        register_source(transaction, stated, loaded_at=loaded_at)


def _restored_source(
    transaction: WriteTransaction, source: str, before: CatalogueVersion
) -> tuple[Source, datetime] | None:
    """Return a source as it was declared then, marked at least as now; None if it had none."""
    earlier, now = (
        found.get(source)
        for found in (_declared_at(transaction, before), stored_sources(transaction))
    )
    if earlier is None or now is None:
        return earlier
    stated, loaded_at = earlier
    marking = highest_marking((stated.marking, now[0].marking))
    return stated.model_copy(update={"marking": marking}), loaded_at


def count_source(transaction: WriteTransaction, kind: SourceKind, source: str) -> int:
    """Count the records of a source that are published or about to be."""
    if kind == EVENTS:
        files = transaction.event_files()
    elif kind == "status":
        files = report_files(transaction)
    else:
        path = transaction.path_of(kind)
        files = [str(path)] if path else []
    return _count(transaction, source, files)


def _declared_at(
    transaction: WriteTransaction, before: CatalogueVersion
) -> Mapping[str, tuple[Source, datetime]]:
    found = {}
    for path in before.files.get(SOURCES, ()):
        transaction.need_intact([Path(path)])
        names = [*Source.model_fields]
        rows = fetch(
            transaction.cursor,
            f"SELECT {', '.join(map(quote, names))}, loaded_at FROM read_parquet($path)",
            {"path": path},
        )
        for *row, loaded_at in rows:
            stated = {n: v for n, v in zip(names, row, strict=True) if v is not None}
            found[stated["id"]] = restore_source(stated), loaded_at
    return found


def _parts(
    columns: str, now: list[str], then: list[str], raised: RaisedMarkings | None = None
) -> str:
    """Return the SELECT of others' rows as they are now, and the source's own as they were."""
    parts = []
    if now:
        parts.append(f"SELECT {columns} FROM read_parquet($now) WHERE source <> $source")
    if then:
        own = f"SELECT {columns} FROM read_parquet($then) WHERE source = $source"
        parts.append(own if raised is None else raised.select(own))
    return " UNION ALL ".join(parts)


def _has_any(transaction: WriteTransaction, source: str, files: list[str]) -> bool:
    return bool(_count(transaction, source, files))


def _count(transaction: WriteTransaction, source: str, files: list[str]) -> int:
    if not files:
        return 0
    rows = fetch(
        transaction.cursor,
        "SELECT count(*) FROM read_parquet($files) WHERE source = $source",
        {"files": files, "source": source},
    )
    return int(rows[0][0])
