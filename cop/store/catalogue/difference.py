"""The difference between two versions: files and rows of each dataset, figures of events."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from cop.errors import StoreError
from cop.model.uploaded import FEATURE_ID, PREFIX
from cop.settings import StoreSettings
from cop.store.catalogue.version import CatalogueVersion
from cop.store.catalogue.writer import file_sha256
from cop.store.dataset.schema import EVENTS, LAYERS, RECORD_DATASETS, SOURCES
from cop.store.engine import Cursor, DatabaseError, fetch, open_engine

_ROW = "md5(row_of_file::VARCHAR)"
_PLACED = "hash(content_hash, segment_id, sector, county)"
_IDENTITY: dict[str, tuple[str, str]] = {
    EVENTS: ("event_id", _PLACED),
    SOURCES: ("id", _ROW),
    LAYERS: ("id", _ROW),
    **dict.fromkeys(RECORD_DATASETS, ("record_id", "content_hash")),
}
"""What names a row, and what differs where it was corrected; elsewhere a row names itself."""
_ROWS = """
    WITH old_keys AS (SELECT {key} AS key, count(*) AS n, min({content}) AS content
        FROM {old} row_of_file GROUP BY 1),
    new_keys AS (SELECT {key} AS key, count(*) AS n, min({content}) AS content
        FROM {new} row_of_file GROUP BY 1)
    SELECT coalesce(sum(greatest(coalesce(new_keys.n, 0) - coalesce(old_keys.n, 0), 0)), 0)::BIGINT,
        coalesce(sum(greatest(coalesce(old_keys.n, 0) - coalesce(new_keys.n, 0), 0)), 0)::BIGINT,
        count(*) FILTER (old_keys.content <> new_keys.content)
    FROM old_keys FULL JOIN new_keys USING (key)
"""
_FIGURES = """
    SELECT CASE WHEN synthetic THEN 'synthetic' ELSE 'real' END AS records, sector, kind, unit,
        sum(sign)::BIGINT AS n, sum(sign * count)::BIGINT AS count
    FROM (SELECT *, 1 AS sign FROM {new} UNION ALL BY NAME SELECT *, -1 AS sign FROM {old})
    GROUP BY ALL HAVING n <> 0 OR sum(sign * count) <> 0 ORDER BY ALL
"""


class DatasetDifference(BaseModel):
    """Files and rows of a dataset that the later version has more, less, or corrected."""

    model_config = ConfigDict(frozen=True)

    dataset: str
    files_added: int
    files_removed: int
    rows_added: int
    rows_removed: int
    rows_corrected: int


class EventDifference(BaseModel):
    """By how much the records and the sum of their counts grew; real and synthetic apart."""

    model_config = ConfigDict(frozen=True)

    records: str
    sector: str
    kind: str
    unit: str
    n: int
    count: int


class VersionDifference(BaseModel):
    """What the version ``newer`` has other than ``older``; a dataset without change is left out."""

    model_config = ConfigDict(frozen=True)

    older: int
    newer: int
    datasets: tuple[DatasetDifference, ...]
    events: tuple[EventDifference, ...]


def build_difference(
    settings: StoreSettings, older: CatalogueVersion, newer: CatalogueVersion
) -> VersionDifference:
    """Compare two versions by the files that only one has; raise StoreError if one is damaged."""
    cursor = open_engine(settings, ())
    try:
        datasets = []
        events: list[EventDifference] = []
        for dataset in sorted({*older.files, *newer.files}):
            before, after = older.files.get(dataset, ()), newer.files.get(dataset, ())
            removed_files, added_files = sorted({*before} - {*after}), sorted({*after} - {*before})
            if removed_files or added_files:
                datasets.append(_compare(cursor, dataset, removed_files, added_files))
            if dataset == EVENTS:
                events = _compare_figures(cursor, removed_files, added_files)
    except DatabaseError as fault:
        raise StoreError(f"{dataset}: cannot be compared: {fault}; run `cop doctor`") from fault
    finally:
        cursor.close()
    return VersionDifference(
        older=older.version, newer=newer.version, datasets=tuple(datasets), events=tuple(events)
    )


def _compare(
    cursor: Cursor, dataset: str, removed_files: Sequence[str], added_files: Sequence[str]
) -> DatasetDifference:
    _check(removed_files)
    _check(added_files)
    key, content = _identity_of(dataset)
    old, new, values = _tables(removed_files, added_files)
    added, removed, corrected = fetch(
        cursor, _ROWS.format(key=key, content=content, old=old, new=new), values
    )[0]
    return DatasetDifference(
        dataset=dataset,
        files_added=len(added_files),
        files_removed=len(removed_files),
        rows_added=added,
        rows_removed=removed,
        rows_corrected=corrected,
    )


def _identity_of(dataset: str) -> tuple[str, str]:
    if dataset.startswith(PREFIX):
        return FEATURE_ID, _ROW
    return _IDENTITY.get(dataset, (_ROW, _ROW))


def _compare_figures(
    cursor: Cursor, removed_files: Sequence[str], added_files: Sequence[str]
) -> list[EventDifference]:
    if not removed_files and not added_files:
        return []
    old, new, values = _tables(removed_files, added_files)
    rows = fetch(cursor, _FIGURES.format(old=old, new=new), values)
    return [
        EventDifference(records=records, sector=sector, kind=kind, unit=unit, n=n, count=count)
        for records, sector, kind, unit, n, count in rows
    ]


def _tables(
    removed_files: Sequence[str], added_files: Sequence[str]
) -> tuple[str, str, dict[str, list[str]]]:
    """Return what to read of either version; without files, the other's columns and no row."""
    values = {
        "old_files": [*removed_files] or [*added_files],
        "new_files": [*added_files] or [*removed_files],
    }
    old, new = (
        f"(FROM read_parquet(${name}, hive_partitioning => false) WHERE {str(bool(paths)).lower()})"
        for name, paths in (("old_files", removed_files), ("new_files", added_files))
    )
    return old, new, values


def _check(paths: Sequence[str]) -> None:
    for path in map(Path, paths):
        try:
            whole = file_sha256(path) == path.stem
        except OSError as fault:
            raise StoreError(f"{path}: cannot be read ({fault}); run `cop doctor`") from fault
        if not whole:
            raise StoreError(f"{path}: damaged (its sha256 is another); run `cop doctor`")
