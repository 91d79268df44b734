"""Reading GeoJSON (RFC 7946) as plain JSON, so that no driver is chosen by the file's content."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.errors import ShapelyError

from cop.errors import InputFileError
from cop.ingest.source.format import TableFormat
from cop.ingest.source.table import build_table, cut_batches, need_file

_WGS84 = CRS.from_epsg(4326)
_SAME_AS_WGS84 = ("CRS84", "EPSG::4326", "EPSG:4326")
_UNUSABLE = (ValueError, TypeError, KeyError, AttributeError, IndexError, ShapelyError)


def read_geojson(path: Path) -> gpd.GeoDataFrame:
    """Read a FeatureCollection: text columns, geometry (None where unusable), ``__row__`` from 1.

    Raises InputFileError naming the file and what to do.
    """
    need_file(path)
    held = _read_json(path)
    features = held.get("features") if isinstance(held, dict) else None
    if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
        raise InputFileError(
            f"{path.name}: no GeoJSON FeatureCollection; export the layer as GeoJSON"
        )
    properties = [
        f["properties"] if isinstance(f.get("properties"), dict) else {} for f in features
    ]
    shapes = [_read_shape(feature.get("geometry")) for feature in features]
    return build_table(properties, shapes, _read_crs(path, held.get("crs")))


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
        return _WGS84 if name.endswith(_SAME_AS_WGS84) else CRS.from_user_input(name)
    except (CRSError, KeyError, TypeError) as fault:
        raise InputFileError(
            f"{path.name}: crs {str(declared)[:80]!r} is unknown; export the layer as EPSG:4326"
        ) from fault


FORMAT = TableFormat(
    name="geojson",
    read_batches=lambda path, _profile: cut_batches(read_geojson(path)),
    has_geometry=True,
    has_position_columns=False,
)
