"""The columns that each dataset must have, so that an older warehouse is refused by name."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from cop.errors import StoreError
from cop.store.catalogue.file_check import check_file
from cop.store.dataset.schema import (
    BASIS_COLUMNS,
    COVERAGE,
    COVERAGE_COLUMNS,
    EVENT_COLUMNS,
    EVENTS,
    LAYER_COLUMNS,
    LAYERS,
    OUTAGE_COLUMNS,
    OUTAGES,
    PLACEMENTS,
    POINT_COLUMNS,
    QUARANTINE,
    QUARANTINE_COLUMNS,
    RECORD_DATASETS,
    SEGMENT_COVERAGE,
    SEGMENT_COVERAGE_COLUMNS,
    SOURCE_COLUMNS,
    SOURCES,
    VIEWSHED_COLUMNS,
    VIEWSHEDS,
)
from cop.store.engine import Cursor, DatabaseError, fetch

LAYOUT: dict[str, frozenset[str]] = {
    EVENTS: frozenset(EVENT_COLUMNS),
    SOURCES: frozenset(SOURCE_COLUMNS),
    LAYERS: frozenset(LAYER_COLUMNS),
    OUTAGES: frozenset(OUTAGE_COLUMNS),
    PLACEMENTS: frozenset(POINT_COLUMNS) - {*BASIS_COLUMNS},
    VIEWSHEDS: frozenset(VIEWSHED_COLUMNS),
    COVERAGE: frozenset(COVERAGE_COLUMNS) - {*BASIS_COLUMNS},
    SEGMENT_COVERAGE: frozenset(SEGMENT_COVERAGE_COLUMNS),
    QUARANTINE: frozenset(QUARANTINE_COLUMNS),
    **{name: frozenset(columns) for name, columns in RECORD_DATASETS.items()},
}


def check_layout(cursor: Cursor, folder: Path, files: Mapping[str, Sequence[str]]) -> None:
    """Raise StoreError where a dataset lacks a column; its first intact file speaks for all."""
    for dataset, needed in LAYOUT.items():
        for file in files.get(dataset, ()):
            missing = needed - _columns_of(cursor, file)
            if not missing:
                break
            if check_file(Path(file)) is None:
                raise StoreError(
                    f"{folder}: the warehouse was written by an earlier build: its dataset "
                    f"{dataset!r} has no {', '.join(sorted(missing))}. Choose another folder with "
                    "--data, or remove this one and build it again from the sources"
                )


def _columns_of(cursor: Cursor, file: str) -> set[str]:
    """Return the columns of a file; none if its footer is damaged beyond reading."""
    try:
        described = fetch(cursor, "DESCRIBE SELECT * FROM read_parquet($file)", {"file": file})
    except DatabaseError:
        return set()
    return {row[0] for row in described}
