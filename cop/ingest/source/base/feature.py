"""Vector files that GDAL reads: one driver is left to it, files have names of ours."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyogrio
import pyogrio.raw
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS
from pyproj.exceptions import CRSError

from cop.ingest.source.base.opened import (
    BATCH_ROWS,
    Batch,
    Job,
    OpenedFile,
    choose_layer,
    clean_names,
    number_rows,
    read_wkb,
)
from cop.model.upload import LayerSeen

_Listed = tuple[LayerSeen, Path | str, int]
Prepared = Path | str | Mapping[str, Path]
"""What GDAL opens: one file or, by their titles, several whose layers are listed together."""
_MOST_LAYERS = 1_000
CountRows = Callable[[Path | str, int], list[int] | None]
"""Returns the rows of each of so many layers of a file, or None to have GDAL count them."""
_UNREADABLE = (
    DataSourceError, DataLayerError, ValueError, RuntimeError, pa.ArrowException, OSError,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Layer:
    """A layer that was opened: its place in the file, and how its features are read."""

    path: Path | str
    place: int
    names: tuple[str, ...]
    total: int
    encoding: str | None
    is_text: bool


def open_feature(
    job: Job,
    *,
    prepare: Callable[[Job], Prepared] = lambda job: job.path,
    encoding: str | None = None,
    is_text: bool = False,
    drops_blank: bool = False,
    dull: frozenset[str] = frozenset(),
    has_unread_crs: bool = False,
    count_rows: CountRows = lambda _path, _layers: None,
    rename: Callable[[str], str] = str,
) -> OpenedFile:
    """Open a layer; ``prepare`` returns what GDAL opens, checked and unpacked under our names.

    ``rename`` gives a column the name that it has here.
    Raises InputFileError where the file cannot be read as what it is named.
    """
    prepared = prepare(job)
    try:
        listed = _list_layers(prepared, count_rows)
        layers = tuple(seen for seen, _, _ in listed)
        chosen = choose_layer(job, layers)
        _, path, place = listed[chosen]
        info = pyogrio.read_info(path, layer=place, encoding=encoding)
        layers = _recount(layers, chosen, int(info["features"]))
    except _UNREADABLE as fault:
        raise job.refuse(_explain(job, fault)) from fault
    read = None if has_unread_crs else read_crs(info["crs"])
    if info["crs"] and read is None and not has_unread_crs and job.choices.crs is None:
        job.notes.add("crs_unknown", str(info["crs"])[:80])
    layer = _Layer(
        path=path,
        place=place,
        names=clean_names(map(rename, info["fields"]), job),
        total=max(int(info["features"]), 1),
        encoding=encoding,
        is_text=is_text,
    )
    return OpenedFile(
        names=layer.names,
        read=lambda: _read(job, layer),
        is_text=is_text,
        is_shaped=info["geometry_type"] is not None,
        drops_blank=drops_blank,
        dull=dull,
        encoding=(info["encoding"] or "").lower() or None,
        crs=read,
        layers=layers,
        layer=layers[chosen].name,
        source=(path, place),
    )


def read_crs(text: str | None) -> CRS | None:
    """Read a system from an authority's code or WKT, of a stranger's text nothing else."""
    if not text:
        return None
    code = re.fullmatch(r"(EPSG|OGC|ESRI):(\w{1,12})", text, re.ASCII)
    try:
        return CRS.from_authority(*code.groups()) if code else CRS.from_wkt(text)
    except CRSError:
        return None


def _recount(layers: tuple[LayerSeen, ...], place: int, rows: int) -> tuple[LayerSeen, ...]:
    """Return the layers with GDAL's count of the one that is opened, where it has one."""
    if rows < 0:
        return layers
    own = layers[place].model_copy(update={"rows": rows})
    return (*layers[:place], own, *layers[place + 1 :])


def _list_layers(prepared: Prepared, count_rows: CountRows) -> list[_Listed]:
    """Return the layers of what was prepared, each with its file and its place there."""
    if not isinstance(prepared, Mapping):
        return _list_layers_of(prepared, count_rows)
    found: list[_Listed] = []
    for title, path in prepared.items():
        own = _list_layers_of(path, count_rows)
        for seen, _, place in own:
            name = title if len(own) == 1 else f"{title}: {seen.name}"
            found.append((seen.model_copy(update={"name": name[:200]}), path, place))
    return found[:_MOST_LAYERS]


def _list_layers_of(path: Path | str, count_rows: CountRows) -> list[_Listed]:
    found: list[_Listed] = []
    named = pyogrio.list_layers(path)
    counted = count_rows(path, len(named))
    for place, (name, geometry) in enumerate(named[:_MOST_LAYERS]):
        rows = _count(path, place) if counted is None else counted[place]
        found.append((LayerSeen(name=str(name)[:200], rows=rows, geometry=geometry), path, place))
    return found


def _count(path: Path | str, place: int) -> int:
    info = pyogrio.read_info(path, layer=place, force_feature_count=True)
    return max(int(info["features"]), 0)


def _read(job: Job, layer: _Layer) -> Iterator[Batch]:
    first = 1
    try:
        with pyogrio.raw.open_arrow(
            layer.path,
            layer=layer.place,
            encoding=layer.encoding,
            batch_size=BATCH_ROWS,
            use_pyarrow=True,
        ) as (meta, reader):
            column = meta["geometry_name"] or "wkb_geometry"
            for record in reader:
                count = record.num_rows
                share = min((first + count) / layer.total, 1.0)
                batch = _batch(record, column, layer.names, first, share)
                yield _as_texts(batch) if layer.is_text else batch
                first += count
    except MemoryError:
        raise
    except _UNREADABLE as fault:
        raise job.refuse(_explain(job, fault)) from fault


def _batch(record: Any, column: str, names: tuple[str, ...], first: int, share: float) -> Batch:
    shapes = given = None
    place = record.schema.get_field_index(column)
    if place >= 0:
        shapes, given = read_wkb(record.column(place))
    fields = [number for number in range(record.num_columns) if number != place]
    cells = {name: record.column(field) for name, field in zip(names, fields, strict=True)}
    rows = number_rows(first, record.num_rows)
    return Batch(rows=rows, columns=cells, share=share, shapes=shapes, given=given)


def _as_texts(batch: Batch) -> Batch:
    texts = {name: cells.cast(pa.string()) for name, cells in batch.columns.items()}
    return replace(batch, columns=texts)


def _explain(job: Job, fault: Exception) -> str:
    reason = str(fault).replace(str(job.path), job.name).replace(str(job.scratch), "")
    return f"not readable as {job.format.title}: {reason}; export it again"
