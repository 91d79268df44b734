"""The files of a version that a viewer may have whole: GeoParquet of datasets, rasters as COG."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cop.model.marking import highest_marking
from cop.query.dataset import TITLES
from cop.query.item.crs import Bounds
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.catalogue.admission import bind_admission
from cop.store.dataset.schema import EVENTS, PLACEMENTS, RECORD_DATASETS, SENSORS, TERRAIN
from cop.store.snapshot import Snapshot

PARQUET: Final = "application/vnd.apache.parquet"
COG: Final = "image/tiff; application=geotiff; profile=cloud-optimized"
GEOGRAPHY: Final = ("line", "segments", "sectors", "counties", "background", "places")
_READ: Final = "read_parquet($files, hive_partitioning => false)"


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A file of a version: ``name`` is its own within the dataset, ``path`` where it is."""

    name: str
    path: Path
    media_type: str
    size: int


@dataclass(frozen=True, kw_only=True)
class StoredDataset:
    """The files of a dataset that a viewer may have, and what is known of their records.

    ``oldest`` and ``newest`` are of events (naive UTC); bounds are None where nothing has a place.
    """

    name: str
    title: str
    marking: str
    synthetic: bool
    files: tuple[StoredFile, ...]
    bounds: Bounds | None = None
    oldest: datetime | None = None
    newest: datetime | None = None


def list_datasets(service: QueryService, view: View) -> dict[str, StoredDataset]:
    """Return the datasets of a view's version with files that its viewer may have, by name.

    A file with any record that is withheld is left out.
    """
    part = view.content(*view.snapshot.catalogue.files)
    about = (view.snapshot.version, view.snapshot.known_at)
    return service.answer("stored files", part, lambda: dict(_list(service, view)), about=about)


def find_file(service: QueryService, view: View, dataset: str, name: str) -> StoredFile | None:
    """Return a file that the viewer may have; None if there is none of that name."""
    found = list_datasets(service, view).get(dataset)
    if found is None:
        return None
    return next((file for file in found.files if file.name == name), None)


def _list(service: QueryService, view: View) -> Iterator[tuple[str, StoredDataset]]:
    snapshot = view.snapshot
    whole = service.warehouse.snapshot_at(version=snapshot.version)
    for dataset in (EVENTS, *RECORD_DATASETS, *GEOGRAPHY):
        paths = _list_open(service, snapshot, whole, dataset)
        rasters = _list_heights(service, paths) if dataset == TERRAIN else []
        if paths:
            yield dataset, _describe(service, view, dataset, paths, rasters)
    for name, layer in snapshot.uploaded.items():
        if layer.state != "published":
            continue
        content = layer.content
        paths = _list_open(service, snapshot, whole, name)
        rasters = [content.raster] if content.raster is not None else []
        if paths or rasters:
            yield name, _describe(service, view, name, paths, rasters)


def _list_open(
    service: QueryService, snapshot: Snapshot, whole: Snapshot, dataset: str
) -> tuple[str, ...]:
    """Return the files of a dataset without a record that is withheld."""
    own, stored = (one.catalogue.files.get(dataset, ()) for one in (snapshot, whole))
    if snapshot.release is None:
        return own
    if dataset == SENSORS and not _is_same(snapshot, whole, PLACEMENTS):
        # Where a sensor stands now may be withheld, and its record says where it stood.
        return ()
    found = tuple(path for path in own if path in stored)
    if dataset == EVENTS:
        found = _without_withheld(service, snapshot, found)
    # Who is not told which sources are withheld is not told by which months are missing either.
    if not snapshot.release.names_withheld and found != stored:
        return ()
    return found


def _is_same(snapshot: Snapshot, whole: Snapshot, dataset: str) -> bool:
    return snapshot.catalogue.files.get(dataset) == whole.catalogue.files.get(dataset)


def _without_withheld(
    service: QueryService, snapshot: Snapshot, paths: Sequence[str]
) -> tuple[str, ...]:
    admission = snapshot.catalogue.admitted
    if not paths or admission is None or admission.release.smallest_count > 1:
        return tuple(paths) if admission is None else ()
    readable, values = bind_admission(admission)
    rows = service.warehouse.query(
        "SELECT DISTINCT filename FROM read_parquet($files, filename => true, "
        f"hive_partitioning => false) WHERE NOT coalesce({readable}, false)",
        {**values, "files": list(paths)},
    )
    withheld = {path for (path,) in rows}
    return tuple(path for path in paths if path not in withheld)


def _list_heights(service: QueryService, paths: Sequence[str]) -> list[str]:
    if not paths:
        return []
    rows = service.warehouse.query(
        f"SELECT DISTINCT path FROM {_READ} ORDER BY 1", {"files": list(paths)}
    )
    return [path for (path,) in rows]


def _describe(
    service: QueryService, view: View, dataset: str, paths: Sequence[str], rasters: Sequence[str]
) -> StoredDataset:
    snapshot, warehouse = view.snapshot, service.warehouse
    files = [_build(Path(path), PARQUET) for path in paths]
    files += [
        _build(warehouse.folder / path, COG) for path in rasters if not warehouse.is_lost(path)
    ]
    layer = snapshot.uploaded.get(dataset)
    if layer is not None:
        markings, synthetic = [layer.declared.marking], layer.declared.synthetic
    else:
        markings, synthetic = _read_markings(service, dataset, paths)
    bounds, oldest, newest = _read_extent(service, paths)
    return StoredDataset(
        name=dataset,
        title=layer.declared.title if layer else TITLES.get(dataset, dataset),
        marking=highest_marking(markings),
        synthetic=synthetic,
        files=tuple(files),
        bounds=bounds,
        oldest=oldest,
        newest=newest,
    )


def _build(path: Path, kind: str) -> StoredFile:
    # A month of events is a folder of its own.
    month = path.parent.name if "=" in path.parent.name else ""
    name = f"{month.partition('=')[2]}-{path.name}" if month else path.name
    size = path.stat().st_size if path.is_file() else 0
    return StoredFile(name=name, path=path, media_type=kind, size=size)


def _read_markings(
    service: QueryService, dataset: str, paths: Sequence[str]
) -> tuple[list[str], bool]:
    """Return the markings of a dataset's records, and whether any of them is synthetic."""
    if dataset in GEOGRAPHY:
        return ["TLP:CLEAR"], False
    rows = service.warehouse.query(
        f"SELECT DISTINCT marking, synthetic FROM {_READ}", {"files": list(paths)}
    )
    return [marking for marking, _ in rows], any(synthetic for _, synthetic in rows)


def _read_extent(
    service: QueryService, paths: Sequence[str]
) -> tuple[Bounds | None, datetime | None, datetime | None]:
    values = {"files": list(paths)}
    if not paths:
        return None, None, None
    columns = {
        name
        for (name,) in service.warehouse.query(
            f"SELECT column_name FROM (DESCRIBE SELECT * FROM {_READ})", values
        )
    }
    edges = (
        "min(ST_XMin(geometry)), min(ST_YMin(geometry)), max(ST_XMax(geometry)), "
        "max(ST_YMax(geometry))"
        if "geometry" in columns
        else "NULL, NULL, NULL, NULL"
    )
    moment = "occurred_at" if "occurred_at" in columns else "NULL"
    ((west, south, east, north, oldest, newest),) = service.warehouse.query(
        f"SELECT {edges}, min({moment}), max({moment}) FROM {_READ}", values
    )
    bounds = None if west is None else (west, south, east, north)
    return bounds, oldest, newest
