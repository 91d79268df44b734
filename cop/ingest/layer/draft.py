"""Reading a LayerDraft: the features converted from a file, as GeoParquet in EPSG:4326."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from cop.errors import InputFileError
from cop.model.styling import StyleWords
from cop.model.upload import FEATURES, PHOTO, RASTER, REPORT
from cop.model.uploaded import (
    FEATURE_ID,
    GEOMETRY,
    OCCURRED_AT,
    OWN_PREFIX,
    Attribute,
    AttributeKind,
)

MOST_ATTRIBUTES, LONGEST_NAME = 200, 100
_DEGREES = {("EPSG", "4326"), ("OGC", "CRS84")}


@dataclass(frozen=True, kw_only=True)
class LayerDraft:
    """The content of a draft folder, checked by its columns; ``name`` is its name in errors.

    ``geometry`` is the column of the shapes, ``style`` how its file draws them; without
    ``identified`` features are numbered by row.
    """

    name: str
    features: Path | None
    geometry: str = GEOMETRY
    attributes: tuple[Attribute, ...] = ()
    identified: bool = True
    dated: bool = False
    raster: Path | None = None
    photo: Path | None = None
    report: Mapping[str, Any] = field(default_factory=dict)
    style: StyleWords | None = None


def read_draft(path: Path) -> LayerDraft:
    """Read a draft folder, or a GeoParquet file alone; InputFileError names what is wrong."""
    if path.is_dir():
        features, raster = path / FEATURES, path / RASTER
        raster_file = raster if raster.is_file() else None
        report = _read_report(path / REPORT)
        if not features.is_file():
            if raster_file is None:
                raise InputFileError(f"{path.name}: has neither {FEATURES} nor {RASTER}")
            return LayerDraft(name=path.name, features=None, raster=raster_file, report=report)
        found = _read_features(features, path.name, raster=raster_file, report=report)
        photo = path / PHOTO
        found = replace(found, style=_read_style(report))
        return replace(found, photo=photo) if photo.is_file() else found
    if not path.is_file():
        raise InputFileError(f"{path}: no such file or folder; check the path")
    return _read_features(path, path.name, raster=None, report={})


def _read_report(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise InputFileError(
            f"{path.name}: is not JSON ({fault}); create the draft again"
        ) from fault
    return found if isinstance(found, dict) else {}


def _read_style(report: Mapping[str, Any]) -> StyleWords | None:
    stated = report.get("style")
    try:
        return None if stated is None else StyleWords.model_validate(stated)
    except ValidationError as fault:
        raise InputFileError(
            f"{REPORT}: its style cannot be read ({fault.error_count()} errors); create the draft "
            "again"
        ) from fault


def _read_features(
    path: Path, name: str, *, raster: Path | None, report: Mapping[str, Any]
) -> LayerDraft:
    try:
        footer = pq.read_metadata(path)
        schema = footer.schema.to_arrow_schema()
    except (OSError, pa.ArrowException) as fault:
        reason = " ".join(str(fault).split())[:200]
        raise InputFileError(f"{name}: cannot be read as GeoParquet: {reason}") from fault
    geometry = _geometry_of(name, footer.metadata or {}, schema.names)
    _check_names(name, schema.names)
    types = {column.name: column.type for column in schema}
    dated = OCCURRED_AT in types
    if dated and _kind_of(types[OCCURRED_AT]) != "TIMESTAMP":
        raise InputFileError(f"{name}: {OCCURRED_AT} is {types[OCCURRED_AT]}, not a time in UTC")
    own = {geometry, FEATURE_ID, OCCURRED_AT}
    return LayerDraft(
        name=name,
        features=path,
        geometry=geometry,
        attributes=tuple(
            Attribute(name=column, kind=_attribute_kind(name, column, kind))
            for column, kind in types.items()
            if column not in own
        ),
        identified=FEATURE_ID in types,
        dated=dated,
        raster=raster,
        report=report,
    )


def _geometry_of(name: str, metadata: Mapping[bytes, bytes], columns: list[str]) -> str:
    """Return the column of the shapes; they must be in degrees, longitude first."""
    try:
        geo = json.loads(metadata[b"geo"])
        primary = geo["primary_column"]
        column = geo["columns"][primary]
        identity = (column["crs"] or {}).get("id") if "crs" in column else {}
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise InputFileError(
            f"{name}: is not GeoParquet (it has no metadata of a geometry): write it with "
            "geopandas or ogr2ogr"
        ) from fault
    if identity is None:
        raise InputFileError(f"{name}: its coordinate system is not known: set EPSG:4326")
    crs = (str(identity.get("authority")), str(identity.get("code"))) if identity else None
    if crs is not None and crs not in _DEGREES:
        raise InputFileError(
            f"{name}: is in {crs[0]}:{crs[1]}: reproject it to EPSG:4326 (longitude, latitude)"
        )
    if column.get("encoding") != "WKB" or primary not in columns:
        raise InputFileError(f"{name}: its geometry is not WKB: write it with geopandas")
    return str(primary)


def _check_names(name: str, columns: list[str]) -> None:
    if len(columns) > MOST_ATTRIBUTES:
        raise InputFileError(
            f"{name}: {len(columns):,} columns; at most {MOST_ATTRIBUTES} are accepted: choose some"
        )
    seen: set[str] = set()
    for column in columns:
        if not column.strip() or len(column) > LONGEST_NAME or not column.isprintable():
            raise InputFileError(
                f"{name}: column {column[:40]!r} is empty, too long or not printable: rename it"
            )
        if column.lower().startswith(OWN_PREFIX):
            raise InputFileError(
                f"{name}: column {column!r}: no name may begin with {OWN_PREFIX}: rename it"
            )
        if column.lower() in seen:
            raise InputFileError(f"{name}: two columns are named {column!r}: rename one")
        seen.add(column.lower())


def _attribute_kind(name: str, column: str, kind: pa.DataType) -> AttributeKind:
    found = _kind_of(kind)
    if found is None:
        raise InputFileError(
            f"{name}: column {column!r} has {kind}; use text, numbers, yes/no or times in UTC"
        )
    return found


def _kind_of(kind: pa.DataType) -> AttributeKind | None:
    tests: tuple[tuple[bool, AttributeKind], ...] = (
        (pa.types.is_boolean(kind), "BOOLEAN"),
        (pa.types.is_integer(kind) and kind != pa.uint64(), "BIGINT"),
        (pa.types.is_floating(kind), "DOUBLE"),
        (pa.types.is_string(kind) or pa.types.is_large_string(kind), "VARCHAR"),
        (pa.types.is_null(kind), "VARCHAR"),
        (pa.types.is_timestamp(kind) and kind.tz is None, "TIMESTAMP"),
        (pa.types.is_date(kind), "TIMESTAMP"),
    )
    return next((found for matches, found in tests if matches), None)


def read_first_rows(folder: Path, n: int) -> pd.DataFrame:
    """Read the first rows of a draft folder without their shapes; none of a raster."""
    path = folder / FEATURES
    if not path.is_file():
        return pd.DataFrame()
    with pq.ParquetFile(path) as file:
        names = [name for name in file.schema_arrow.names if name != GEOMETRY]
        batch = next(file.iter_batches(batch_size=n, columns=names), None)
    return pd.DataFrame() if batch is None else batch.to_pandas()
