"""Loading lines on the ground: barriers and boundaries, with their geodesic length."""

from datetime import datetime

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

from cop.ingest.check.check import Check, CheckedTable
from cop.ingest.profile.kind import LineProfile
from cop.ingest.sink.load import Sink
from cop.model.progress import StepProgress, ignore_progress
from cop.model.source import ROW
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.event_merge import MergeCounts
from cop.store.dataset.locate import Locator
from cop.store.dataset.record import merge_records
from cop.store.dataset.schema import LINES

_GEOD = Geod(ellps="WGS84")
_WORLD = (-180.0, -90.0, 180.0, 90.0)


def merge_checked(
    transaction: WriteTransaction,
    _locator: Locator,
    profile: LineProfile,
    rows: pd.DataFrame,
    _progress: StepProgress = ignore_progress,
) -> MergeCounts:
    """Merge checked lines; sources repeat or lack ids, so a line is identified by its content."""
    return merge_records(transaction, LINES, profile.source, rows)


def check_lines(
    table: gpd.GeoDataFrame, profile: LineProfile, *, file: str, now: datetime
) -> CheckedTable:
    """Map and check a table, projected to EPSG:4326; a missing column is a ProfileError."""
    check = Check(table, profile, file=file)
    lines = table.geometry
    check.refuse(~lines.geom_type.isin(("LineString", "MultiLineString")), "geometry", "no line")
    check.refuse(lines.is_empty, "geometry", "an empty line")
    degrees = gpd.GeoSeries(lines.where(check.good)).to_crs("EPSG:4326")
    degrees = gpd.GeoSeries(shapely.force_2d(degrees.array), index=table.index, crs="EPSG:4326")
    check.refuse(~_is_on_earth(degrees), "geometry", "no position within 180 and 90 degrees")
    length_km = degrees.map(_length_km)
    check.refuse(~(length_km > 0), "geometry", "a line without length")
    rows = gpd.GeoDataFrame({ROW: table[ROW]}, geometry=degrees, index=table.index)
    rows["line_type"] = check.word("line_type")
    rows["kind"] = check.text("kind")
    rows["name"] = check.text("name")
    rows["length_km"] = length_km
    rows["marking"] = check.markings()
    rows["attributes"] = check.attributes()
    return check.finish(rows)


def _is_on_earth(lines: gpd.GeoSeries) -> "pd.Series[bool]":
    bounds = lines.bounds
    west, south, east, north = _WORLD
    inside = bounds["minx"].ge(west) & bounds["maxx"].le(east)
    return inside & bounds["miny"].ge(south) & bounds["maxy"].le(north)


def _length_km(line: shapely.Geometry | None) -> float:
    return np.nan if line is None else _GEOD.geometry_length(line) / 1000


SINK: Sink[LineProfile] = Sink(check_lines, merge_checked)
