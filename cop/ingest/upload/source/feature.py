"""Vector files that GDAL reads: one driver is left to it, files have names of ours."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import pyogrio
import pyogrio.raw
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS
from pyproj.exceptions import CRSError

from cop.ingest.upload.archive import UploadArchive, open_archive
from cop.ingest.upload.markup import check_xml
from cop.ingest.upload.source.opened import (
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

_SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_GDB_MEMBER = re.compile(r"(a[0-9a-f]{8}\.[a-z_]{3,20}|gdb|timestamps)", re.ASCII)
_UNREADABLE = (
    DataSourceError, DataLayerError, ValueError, RuntimeError, pa.ArrowException, OSError,
)  # fmt: skip
_END = 1 << 16
_CRS_MEMBER = re.compile(rb'"crs"\s*:\s*\{[^{}]*"properties"\s*:\s*\{[^{}]*\}[^{}]*\}')
_PLAIN_CRS = re.compile(rb'"name"\s*:\s*"(urn:ogc:def:crs:)?(EPSG|OGC):[\w.:]{1,20}"')
_OF_FORMAT = ("kml", "kmz", "gpx")
_DULL = frozenset(("altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon"))
_UNTYPED = "LIBKML"
"""Whose values are texts unless a schema says otherwise, so that kinds are found by the cells."""
_MARKUP = ("kml", "gpx")


def open_feature(job: Job) -> OpenedFile:
    """Open a layer; InputFileError where the file cannot be read as what it is named."""
    path = _prepare(job)
    try:
        layers = _list_layers(path)
        place = choose_layer(job, layers)
        info = pyogrio.read_info(path, layer=place, encoding=_encoding(job))
    except _UNREADABLE as fault:
        raise job.refuse(_say(job, fault)) from fault
    names = clean_names(list(info["fields"]), job)
    return OpenedFile(
        names=names,
        read=partial(_read, job, path, place, names, max(int(info["features"]), 1)),
        is_text=job.format.driver == _UNTYPED,
        is_shaped=info["geometry_type"] is not None,
        drops_blank=job.format.id in _OF_FORMAT,
        dull=_DULL if job.format.driver == _UNTYPED else frozenset(),
        encoding=(info["encoding"] or "").lower() or None,
        crs=None if _has_unread_crs(job) else read_crs(info["crs"]),
        layers=layers,
        layer=layers[place].name,
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


def _has_unread_crs(job: Job) -> bool:
    """Tell whether a GeoJSON names a system that is no plain code: GDAL would take EPSG:4326."""
    if job.format.id != "geojson":
        return False
    with job.path.open("rb") as file:
        ends = file.read(_END)
        file.seek(max(job.path.stat().st_size - _END, 0))
        ends += file.read(_END)
    found = _CRS_MEMBER.search(ends)
    return found is not None and _PLAIN_CRS.search(found[0]) is None


def _encoding(job: Job) -> str | None:
    return job.choices.encoding if job.format.id == "shapefile" else None


def _prepare(job: Job) -> Path | str:
    """Give the path to open, unpacked under names of ours where it is an archive."""
    if job.format.is_archive:
        with open_archive(job.path, file=job.name, settings=job.settings) as archive:
            return _UNPACK[job.format.id](job, archive)
    if job.format.id in _MARKUP:
        with job.path.open("rb") as stream:
            check_xml(stream, file=job.name)
    if job.format.id == "gpkg":
        _check_pages(job)
    # One line alone GDAL takes for no sequence, unless it is told.
    return f"GeoJSONSeq:{job.path}" if job.format.id == "geojsonl" else job.path


def _unpack_shapefile(job: Job, archive: UploadArchive) -> Path:
    named = [PurePosixPath(name) for name in archive.members]
    stems = sorted({str(name.with_suffix("")) for name in named if name.suffix.lower() == ".shp"})
    if len(stems) != 1:
        archive.refuse(f"{len(stems)} shapefiles inside; exactly one is read")
    own = {n.suffix.lower(): str(n) for n in named if str(n.with_suffix("")) == stems[0]}
    missing = [part for part in (".shp", ".shx", ".dbf") if part not in own]
    if missing:
        archive.refuse(f"the shapefile has no {', '.join(missing)}")
    for part in _SHAPEFILE:
        if part in own:
            archive.copy(own[part], job.scratch / f"input{part}")
    return job.scratch / "input.shp"


def _unpack_gdb(job: Job, archive: UploadArchive) -> Path:
    folders = {str(PurePosixPath(name).parent) for name in archive.members}
    folders = {folder for folder in folders if folder.lower().endswith(".gdb")}
    if len(folders) != 1:
        archive.refuse(f"{len(folders)} folders .gdb inside; exactly one is read")
    (folder,) = folders
    target = job.scratch / "input.gdb"
    target.mkdir()
    for name in archive.members:
        member = PurePosixPath(name)
        if str(member.parent) == folder and _GDB_MEMBER.fullmatch(member.name.lower()):
            archive.copy(name, target / member.name.lower())
    return target


def _unpack_kmz(job: Job, archive: UploadArchive) -> Path:
    """Take the document, or where that only points to others the first with placemarks."""
    named = sorted(
        (name for name in archive.members if name.lower().endswith(".kml")),
        key=lambda name: (name.lower() != "doc.kml", name),
    )
    counts = {name: _count_placemarks(job, archive, name) for name in named}
    main = next((name for name, count in counts.items() if count), None)
    if main is None:
        archive.refuse("no KML with a placemark inside")
    others = [name for name, count in counts.items() if count and name != main]
    if others:
        job.notes.add("members_ignored", ", ".join(others[:10]), rows=len(others))
    archive.copy(str(main), job.scratch / "input.kml")
    return job.scratch / "input.kml"


def _count_placemarks(job: Job, archive: UploadArchive, name: str) -> int:
    counted = 0

    def count(element: str) -> None:
        nonlocal counted
        counted += element.rpartition(":")[2] == "Placemark"

    with archive.open(name) as member:
        check_xml(member, file=job.name, on_start=count)
    return counted


_UNPACK = {"shapefile": _unpack_shapefile, "filegdb": _unpack_gdb, "kmz": _unpack_kmz}


def _check_pages(job: Job) -> None:
    """Let SQLite check its pages: GDAL reads on past damaged ones."""
    try:
        base = sqlite3.connect(f"file:{job.path}?mode=ro&immutable=1", uri=True)
        try:
            found = base.execute("PRAGMA quick_check(1)").fetchone()
            virtual = base.execute(
                "SELECT count(*) FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%' "
                "AND sql NOT LIKE '%USING rtree%'"
            ).fetchone()
        finally:
            base.close()
    except (sqlite3.Error, UnicodeDecodeError) as fault:
        raise job.refuse(f"its database is damaged: {fault}; export it again") from fault
    if found != ("ok",):
        raise job.refuse(f"its database is damaged: {found[0]}; export it again")
    if virtual != (0,):
        raise job.refuse("it holds virtual tables, which can reach outside; export the layer alone")


def _list_layers(path: Path | str) -> tuple[LayerSeen, ...]:
    listed = pyogrio.list_layers(path)[:1_000]
    layers = []
    for place, (name, geometry) in enumerate(listed):
        info = pyogrio.read_info(path, layer=place, force_feature_count=True)
        rows = int(info["features"])
        layers.append(LayerSeen(name=str(name)[:200], rows=max(rows, 0), geometry=geometry))
    return tuple(layers)


def _read(
    job: Job, path: Path | str, place: int, names: tuple[str, ...], total: int
) -> Iterator[Batch]:
    first = 1
    try:
        with pyogrio.raw.open_arrow(
            path,
            layer=place,
            encoding=_encoding(job),
            batch_size=BATCH_ROWS,
            use_pyarrow=True,
        ) as (meta, reader):
            column = meta["geometry_name"] or "wkb_geometry"
            for held in reader:
                count = held.num_rows
                batch = _batch(held, column, names, first, min((first + count) / total, 1.0))
                yield _as_texts(batch) if job.format.driver == _UNTYPED else batch
                first += count
    except MemoryError:
        raise
    except _UNREADABLE as fault:
        raise job.refuse(_say(job, fault)) from fault


def _batch(held: Any, column: str, names: tuple[str, ...], first: int, share: float) -> Batch:
    shapes = given = None
    place = held.schema.get_field_index(column)
    if place >= 0:
        shapes, given = read_wkb(held.column(place))
    fields = [number for number in range(held.num_columns) if number != place]
    cells = {name: held.column(field) for name, field in zip(names, fields, strict=True)}
    rows = number_rows(first, held.num_rows)
    return Batch(rows=rows, columns=cells, share=share, shapes=shapes, given=given)


def _as_texts(batch: Batch) -> Batch:
    texts = {name: cells.cast(pa.string()) for name, cells in batch.columns.items()}
    return replace(batch, columns=texts)


def _say(job: Job, fault: Exception) -> str:
    reason = str(fault).replace(str(job.path), job.name).replace(str(job.scratch), "")
    return f"not readable as {job.format.title}: {reason}; export it again"
