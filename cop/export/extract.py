"""An uploaded layer exported whole, as a file for other programs: every stored feature."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from cop.errors import HandoutError
from cop.export.extracted import (
    Notes,
    Stamp,
    Write,
    write_by,
    write_sheet,
    write_table,
    write_zipped,
)
from cop.model.uploaded import GEOMETRY, OCCURRED_AT, OWN_PREFIX, UploadedLayer
from cop.query.service import QueryService
from cop.store.dataset.layer import find_layer

MOST_FEATURES: Final = 1_000_000
"""Larger layers are written only as GeoParquet, which streams them."""
_RASTER, _WHOLE = ".tif", ".parquet"
_GEO = {
    "version": "1.1.0",
    "primary_column": GEOMETRY,
    "columns": {GEOMETRY: {"encoding": "WKB", "geometry_types": []}},
}
_KINDS = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}


@dataclass(frozen=True, kw_only=True)
class Form:
    """A file format; one that is not ``mixed`` holds only points, only lines or only areas."""

    title: str
    write: Write
    mixed: bool = True


FORMS: Final[dict[str, Form]] = {
    ".gpkg": Form(
        title="GeoPackage", write=write_by("GPKG", FID="cop_fid", GEOMETRY_NAME="cop_geom")
    ),
    ".geojson": Form(title="GeoJSON", write=write_by("GeoJSON", COORDINATE_PRECISION="9")),
    ".geojsonl": Form(
        title="newline-delimited GeoJSON",
        write=write_by("GeoJSONSeq", COORDINATE_PRECISION="9"),
    ),
    ".fgb": Form(title="FlatGeobuf", write=write_by("FlatGeobuf")),
    ".kml": Form(title="KML", write=write_by("LIBKML")),
    ".kmz": Form(title="KMZ", write=write_by("LIBKML")),
    ".csv": Form(title="CSV", write=write_table(",")),
    ".tsv": Form(title="TSV", write=write_table("\t")),
    ".xlsx": Form(title="Excel workbook", write=write_sheet),
    ".shp.zip": Form(
        title="zipped Shapefile",
        write=write_zipped("ESRI Shapefile", ".shp", ENCODING="UTF-8"),
        mixed=False,
    ),
    ".gdb.zip": Form(
        title="zipped FileGDB",
        write=write_zipped(
            "OpenFileGDB",
            ".gdb",
            FID="cop_fid",
            GEOMETRY_NAME="cop_shape",
            TARGET_ARCGIS_VERSION="ARCGIS_PRO_3_2_OR_LATER",
        ),
        mixed=False,
    ),
}
"""By suffix; also, .parquet holds any number of features, and .tif a raster."""


def write_extract(service: QueryService, layer_id: str, out: Path) -> Notes:
    """Write a layer to a file in the format of its suffix; return what that could not keep.

    It is one that the viewers of the service may read: another is not there.
    A raster's file is the stored COG. The file appears complete or not at all. HandoutError says
    what cannot be written and what can, LayerMissingError names a wrong id.
    """
    snapshot = service.snapshot
    layer = find_layer(snapshot.uploaded, layer_id)
    suffix = _suffix_of(out, layer)
    if not out.parent.is_dir():
        raise HandoutError(
            f"{out}: folder {out.parent} does not exist; create it or choose another"
        )
    with _appearing(out, suffix) as part:
        if layer.content.raster is not None:
            shutil.copyfile(service.warehouse.folder / layer.content.raster, part)
            return []
        if layer.name not in snapshot.catalogue.files:
            raise HandoutError(f"layer {layer.id} is {layer.state}: it has no features to export")
        files = [Path(path) for path in snapshot.catalogue.files_of(layer.name)]
        if suffix == _WHOLE:
            return _write_whole(files, layer, part)
        return _write_form(files, layer, FORMS[suffix], part)


def _suffix_of(out: Path, layer: UploadedLayer) -> str:
    """Choose the format; HandoutError if the layer cannot be written in it."""
    is_raster = layer.content.raster is not None
    possible = [_RASTER] if is_raster else [_WHOLE, *FORMS]
    lower = out.name.lower()
    suffix = next((s for s in possible if lower.endswith(s)), None)
    if suffix is None:
        raise HandoutError(f"{out.name}: layer {layer.id} can be exported as {', '.join(possible)}")
    if suffix in FORMS:
        _check_fits(layer, FORMS[suffix])
    return suffix


def _check_fits(layer: UploadedLayer, form: Form) -> None:
    content = layer.content
    if content.n > MOST_FEATURES:
        raise HandoutError(
            f"layer {layer.id} has {content.n:,} features; {form.title} has at most "
            f"{MOST_FEATURES:,}: choose {_WHOLE}"
        )
    if not form.mixed and sum(map(bool, (content.points, content.lines, content.areas))) > 1:
        raise HandoutError(
            f"layer {layer.id} has {content.points} points, {content.lines} lines and "
            f"{content.areas} areas; {form.title} can have only one of these: choose .gpkg"
        )


@contextmanager
def _appearing(out: Path, suffix: str) -> Iterator[Path]:
    """Return a temporary path; the file moves to ``out`` at the end."""
    with TemporaryDirectory(prefix=".cop-extract-", dir=out.parent) as scratch:
        part = Path(scratch) / f"layer{suffix}"
        try:
            yield part
        except OSError as fault:
            raise HandoutError(f"{out}: cannot be written: {fault.strerror or fault}") from fault
        part.replace(out)


def _stamp(layer: UploadedLayer) -> Stamp:
    """Return the columns that describe the layer in every row, as in hand-outs."""
    declared = layer.declared
    return {
        "layer_marking": declared.marking,
        "layer_source": declared.source,
        "records": "SYNTHETIC" if declared.synthetic else "real",
    }


def _own_names(layer: UploadedLayer, names: list[str]) -> dict[str, str]:
    """Return the columns to write and their names; stamp columns keep theirs.

    Columns added by publishing are left out, and a time column without any time.
    """
    untimed = layer.content.undated is None
    columns = [
        name
        for name in names
        if not name.startswith(OWN_PREFIX) and not (untimed and name == OCCURRED_AT)
    ]
    stamped = _stamp(layer)
    taken = {name.casefold() for name in (*columns, *stamped)}
    called = {}
    for name in columns:
        called[name] = name
        if name.casefold() in stamped:
            free = (f"own_{name}", *(f"own_{name}_{n}" for n in range(2, 999)))
            called[name] = next(new for new in free if new.casefold() not in taken)
            taken.add(called[name].casefold())
    return called


def _renamed_notes(called: Mapping[str, str]) -> Notes:
    return [
        f"column {name!r} of the file is renamed {new!r}: the layer's own column is {name!r}"
        for name, new in called.items()
        if name != new
    ]


def _write_whole(files: list[Path], layer: UploadedLayer, part: Path) -> Notes:
    """Write GeoParquet, one row group after the other."""
    stamp, writer, notes = _stamp(layer), None, Notes()
    for path in files:
        with pq.ParquetFile(path) as file:
            names = _own_names(layer, file.schema_arrow.names)
            notes = _renamed_notes(names)
            for batch in file.iter_batches(columns=list(names)):
                rows = pa.Table.from_batches([batch])
                named = rows.rename_columns([names[name] for name in rows.column_names])
                table = _plain(named, stamp)
                writer = writer or pq.ParquetWriter(part, table.schema, compression="zstd")
                writer.write_table(table)
    if writer is not None:
        writer.close()
    return notes


def _plain(table: pa.Table, stamp: Stamp) -> pa.Table:
    place = table.schema.get_field_index(GEOMETRY)
    table = table.set_column(place, GEOMETRY, table.column(GEOMETRY).cast(pa.binary()))
    for name, value in stamp.items():
        table = table.append_column(name, pa.array([value] * len(table), pa.string()))
    return table.replace_schema_metadata({"geo": json.dumps(_GEO)})


def _write_form(files: list[Path], layer: UploadedLayer, form: Form, part: Path) -> Notes:
    rows, notes = _read(files, layer)
    try:
        return [*notes, *form.write(rows, part, layer.content.single)]
    except (ValueError, RuntimeError) as fault:
        reason = " ".join(str(fault).split())[:200]
        raise HandoutError(
            f"layer {layer.id} cannot be exported as {form.title} ({reason}): choose .gpkg"
        ) from fault


def _read(files: list[Path], layer: UploadedLayer) -> tuple[gpd.GeoDataFrame, Notes]:
    names = _own_names(layer, pq.read_schema(files[0]).names)
    table = pa.concat_tables([pq.read_table(path, columns=list(names)) for path in files])
    table = table.rename_columns([names[name] for name in table.column_names])
    place = table.schema.get_field_index(GEOMETRY)
    shapes = gpd.GeoSeries.from_wkb(table.column(place).cast(pa.binary()).to_pandas(), crs=4326)
    to_pandas: Callable[..., pd.DataFrame] = table.remove_column(place).to_pandas
    frame = to_pandas(types_mapper=_KINDS.get).assign(**_stamp(layer))
    for name in frame.select_dtypes(include="datetime"):
        frame[name] = frame[name].dt.tz_localize("UTC")
    return gpd.GeoDataFrame(frame, geometry=shapes), _renamed_notes(names)
