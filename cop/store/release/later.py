"""What versions after a snapshot had that the newest one has no more, and how it was marked."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cop.store.catalogue.metadata import FileEntry
from cop.store.catalogue.version import DATASET_FOLDER
from cop.store.dataset.layer import read_layers
from cop.store.dataset.schema import EVENTS, LAYERS, RECORD_DATASETS, SENSORS, SOURCES
from cop.store.engine import Cursor, fetch
from cop.store.snapshot import Snapshot

_MARKED: Final = frozenset({EVENTS, SOURCES, LAYERS, *RECORD_DATASETS})
Markings = Mapping[str, frozenset[str]]


@dataclass(frozen=True, kw_only=True, eq=False)
class LaterVersions:
    """The versions between a snapshot and the newest: files that this one does not show.

    ``sources`` and ``layers`` are the markings that they had there, ``sensors`` those of their
    records. Where not ``is_whole``, some of it can no longer be read.
    """

    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sources: Markings = field(default_factory=dict)
    layers: Markings = field(default_factory=dict)
    sensors: Markings = field(default_factory=dict)
    is_whole: bool = True


def read_later(
    cursor: Cursor,
    folder: Path,
    entries: Iterable[FileEntry],
    snapshot: Snapshot | None,
    newest: Snapshot,
    *,
    is_lost: Callable[[str], bool],
) -> LaterVersions:
    """Read what the versions between two snapshots had; ``entries`` are all stored files.

    Without the first it is what all versions had.
    """
    first = 0 if snapshot is None else snapshot.version
    shown = {path for paths in newest.catalogue.files.values() for path in paths}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        path = str(folder / DATASET_FOLDER / entry.path)
        is_between = first < entry.since <= newest.version
        if entry.dataset in _MARKED and is_between and path not in shown:
            found[entry.dataset].add(path)
    whole = {
        dataset: tuple(p for p in sorted(paths) if Path(p).is_file() and not is_lost(p))
        for dataset, paths in found.items()
    }
    return LaterVersions(
        files={dataset: paths for dataset, paths in whole.items() if paths},
        sources=_read_markings(cursor, "id", whole.get(SOURCES, ())),
        sensors=_read_markings(cursor, "sensor_id", whole.get(SENSORS, ())),
        layers=_read_layers(cursor, whole.get(LAYERS, ())),
        is_whole=all(len(whole[dataset]) == len(paths) for dataset, paths in found.items()),
    )


def _read_markings(cursor: Cursor, key: str, files: Iterable[str]) -> Markings:
    listed = [*files]
    if not listed:
        return {}
    sql = f"SELECT {key}, list(DISTINCT marking) FROM read_parquet($files) GROUP BY {key}"
    return {name: frozenset(marks) for name, marks in fetch(cursor, sql, {"files": listed})}


def _read_layers(cursor: Cursor, files: Iterable[str]) -> Markings:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for file in files:
        for name, layer in read_layers(cursor, [file]).items():
            found[name].add(layer.declared.marking)
    return {name: frozenset(marks) for name, marks in found.items()}
