"""Reading GeoJSON (RFC 7946) as plain JSON, so that no driver is chosen by the file's content."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.errors import ShapelyError

from cop.errors import InputFileError
from cop.ingest.source.base.named_crs import read_named_crs
from cop.ingest.source.format import FileFormat, ProfileReader
from cop.ingest.source.table import build_table, cut_batches, need_file

if TYPE_CHECKING:
    import geopandas as gpd

    from cop.ingest.source.base.opened import Job, OpenedFile

_WGS84 = CRS.from_epsg(4326)
_SAME_AS_WGS84 = ("CRS84", "EPSG::4326", "EPSG:4326")
_UNUSABLE = (ValueError, TypeError, KeyError, AttributeError, IndexError, ShapelyError)
_END_BYTES = 1 << 16
_CRS_MEMBER = re.compile(rb'"crs"\s*:\s*\{[^{}]*"properties"\s*:\s*\{[^{}]*\}[^{}]*\}')
_PLAIN_CRS = re.compile(
    rb'"name"\s*:\s*"(urn:ogc:def:crs:)?(?P<authority>EPSG|OGC):(?P<code>[\w.:]{1,20})"'
)
_CRS_NAME = re.compile(rb'"name"\s*:\s*"(?P<name>[^"]{1,80})"')


def read_geojson(path: Path) -> "gpd.GeoDataFrame":
    """Read a FeatureCollection: text columns, geometry (None where unusable), ``__row__`` from 1.

    Raises InputFileError naming the file and what to do.
    """
    need_file(path)
    collection = _read_json(path)
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
        raise InputFileError(
            f"{path.name}: no GeoJSON FeatureCollection; export the layer as GeoJSON"
        )
    properties = [
        f["properties"] if isinstance(f.get("properties"), dict) else {} for f in features
    ]
    shapes = [_read_shape(feature.get("geometry")) for feature in features]
    return build_table(properties, shapes, _read_crs(path, collection.get("crs")))


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError) as fault:
        raise InputFileError(
            f"{path.name}: not readable as GeoJSON: {fault}; mend the file and retry"
        ) from fault
    except OSError as fault:
        raise InputFileError(f"{path.name}: cannot be read: {fault}") from fault


def _read_shape(geometry: Any) -> shapely.Geometry | None:
    try:
        return shapely.geometry.shape(geometry) if geometry else None
    except _UNUSABLE:
        return None


def _read_crs(path: Path, declared: Any) -> CRS:
    """Read the old ``crs`` member; without it coordinates are WGS 84."""
    if declared is None:
        return _WGS84
    try:
        name = str(declared["properties"]["name"])
        return _WGS84 if name.endswith(_SAME_AS_WGS84) else read_named_crs(name)
    except (CRSError, KeyError, TypeError) as fault:
        raise InputFileError(
            f"{path.name}: crs {str(declared)[:80]!r} is unknown; export the layer as EPSG:4326"
        ) from fault


def open_geojson(job: "Job") -> "OpenedFile":
    """Open a collection by GDAL; InputFileError where it cannot be read."""
    from cop.ingest.source.base.feature import open_feature
    from cop.ingest.source.base.long_number import quote_long_numbers
    from cop.ingest.source.base.record_count import count_features

    unread = find_unread_crs(job.path)
    if unread is not None and job.choices.crs is None:
        job.notes.add("crs_unknown", unread)
    opened = open_feature(job, prepare=quote_long_numbers, has_unread_crs=unread is not None)
    return replace(opened, count=lambda: count_features(job.path))


def find_unread_crs(path: Path) -> str | None:
    """Return the system that a file names and nobody knows: GDAL would take EPSG:4326."""
    with path.open("rb") as file:
        ends = file.read(_END_BYTES)
        file.seek(max(path.stat().st_size - _END_BYTES, 0))
        ends += file.read(_END_BYTES)
    found = _CRS_MEMBER.search(ends)
    if found is None:
        return None
    plain = _PLAIN_CRS.search(found[0])
    if plain is not None and _is_known(plain["authority"].decode(), plain["code"].decode()):
        return None
    named = _CRS_NAME.search(found[0])
    return named["name"].decode("utf-8", "replace") if named else "without a name"


def _is_known(authority: str, code: str) -> bool:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        CRS.from_authority(authority, code.rpartition(":")[2])
    except CRSError:
        return False
    return True


FORMAT = FileFormat(
    id="geojson",
    title="GeoJSON",
    kind="vector",
    suffixes=(".geojson", ".json"),
    magic=(b"{",),
    text=True,
    driver="GeoJSON",
    open_file=open_geojson,
    reader=ProfileReader(
        read_batches=lambda path, _profile: cut_batches(read_geojson(path)),
        has_geometry=True,
        has_position_columns=False,
    ),
)
