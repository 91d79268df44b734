"""Taking back what a load did to a source: its records are again those of the version before."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from cop.errors import VersionError
from cop.model.source import SourceKind
from cop.store.catalogue import Snapshot, read_snapshot, read_versions
from cop.store.engine import fetch, quote
from cop.store.history import VersionNote, read_history
from cop.store.publication import Publication, month_of
from cop.store.schema import EVENT_COLUMNS, EVENTS, RECORD_DATASETS, SOURCES
from cop.store.source import (
    Source,
    held_sources,
    register_source,
    restore_source,
    withdraw_source,
)


def find_last_load(publication: Publication, source: str) -> VersionNote:
    """Give the newest kept version that loaded a source; VersionError where there is none."""
    for note in read_history(publication.cursor):
        if note.load is not None and note.load.source == source:
            return note
    raise VersionError(
        f"source {source[:60]!r}: no load of it is kept; `cop versions` lists those there are"
    )


def read_before(publication: Publication, version: int) -> Snapshot:
    """Give the version before one; VersionError where it is no longer kept."""
    before = version - 1
    if before and before not in read_versions(publication.cursor):
        raise VersionError(
            f"version {before}, the one before version {version}, is no longer kept, so that load "
            "cannot be taken back"
        )
    return read_snapshot(publication.cursor, publication.folder, version=before)


def recall_events(publication: Publication, source: str, before: Snapshot) -> None:
    """Give a source the events that it had at a version; those of other sources stay."""
    earlier: dict[str, list[str]] = {}
    for path in before.files.get(EVENTS, ()):
        earlier.setdefault(month_of(path), []).append(path)
    columns = ", ".join(map(quote, EVENT_COLUMNS))
    for month in sorted({*publication.months, *earlier}):
        now, then = publication.months.get(month, ()), earlier.get(month, [])
        if [str(path) for path in now] == then:
            continue
        files = publication.files_of_month(month)
        publication.need_intact(map(Path, then))
        parts = _parts(columns, files, then)
        values: dict[str, object] = {"source": source}
        values |= {"now": files} if files else {}
        values |= {"then": then} if then else {}
        if _has_any(publication, source, files + then):
            publication.replace_month(month, parts, values)


def recall_records(publication: Publication, dataset: str, source: str, before: Snapshot) -> None:
    """Give a source the records of a dataset that it had at a version; those of others stay."""
    path = publication.intact(dataset)
    now, then = [path] if path else [], list(before.files.get(dataset, ()))
    publication.need_intact(map(Path, then))
    if not now and not then:
        return
    columns = ", ".join(map(quote, RECORD_DATASETS[dataset]))
    values: dict[str, object] = {"source": source}
    values |= {"now": now} if now else {}
    values |= {"then": then} if then else {}
    select = f"SELECT * FROM ({_parts(columns, now, then)}) ORDER BY source, record_id"
    publication.replace_by(dataset, select, values)


def recall_declaration(publication: Publication, source: str, before: Snapshot) -> None:
    """Let a source say of itself what it said at a version, or nothing where it was not there.

    It is as old as it was then: taking a load back is no loading.
    """
    earlier = _declared_at(publication, before).get(source)
    if earlier is None:
        withdraw_source(publication, source)
    elif held_sources(publication).get(source) != earlier:
        said, loaded_at = earlier
        register_source(publication, said, loaded_at=loaded_at)


def count_source(publication: Publication, kind: SourceKind, source: str) -> int:
    """Count the records of a source that are published or about to be."""
    if kind == EVENTS:
        files = publication.event_files()
    else:
        path = publication.path_of(kind)
        files = [str(path)] if path else []
    return _count(publication, source, files)


def _declared_at(
    publication: Publication, before: Snapshot
) -> Mapping[str, tuple[Source, datetime]]:
    found = {}
    for path in before.files.get(SOURCES, ()):
        publication.need_intact([Path(path)])
        names = [*Source.model_fields]
        rows = fetch(
            publication.cursor,
            f"SELECT {', '.join(map(quote, names))}, loaded_at FROM read_parquet($path)",
            {"path": path},
        )
        for *row, loaded_at in rows:
            said = {n: v for n, v in zip(names, row, strict=True) if v is not None}
            found[said["id"]] = restore_source(said), loaded_at
    return found


def _parts(columns: str, now: list[str], then: list[str]) -> str:
    """Give the SELECT of others' rows as they are now, and the source's own as they were."""
    parts = []
    if now:
        parts.append(f"SELECT {columns} FROM read_parquet($now) WHERE source <> $source")
    if then:
        parts.append(f"SELECT {columns} FROM read_parquet($then) WHERE source = $source")
    return " UNION ALL ".join(parts)


def _has_any(publication: Publication, source: str, files: list[str]) -> bool:
    return bool(_count(publication, source, files))


def _count(publication: Publication, source: str, files: list[str]) -> int:
    if not files:
        return 0
    rows = fetch(
        publication.cursor,
        "SELECT count(*) FROM read_parquet($files) WHERE source = $source",
        {"files": files, "source": source},
    )
    return int(rows[0][0])
