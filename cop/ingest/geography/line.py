"""Builds the border line: the edge that the time zones of one side share with the other's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Geod

from cop.errors import RegionError
from cop.ingest.geography.source import read_zone_rings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cop.model.region import LonLat, Region

GEOD = Geod(ellps="WGS84")
FARTHEST_END_M = 5000


@dataclass(frozen=True, kw_only=True, eq=False)
class BorderLine:
    """The line as vertices, with the geodesic kilometer mark of each from the line's start."""

    lonlat: np.ndarray
    km: np.ndarray

    @property
    def length_km(self) -> float:
        """Geodesic length on WGS84."""
        return float(self.km[-1])

    @property
    def geometry(self) -> shapely.LineString:
        """The whole line, lon/lat."""
        return shapely.LineString(self.lonlat)

    def position(self, km: np.ndarray) -> np.ndarray:
        """The points, (n, 2) lon/lat, at those kilometer marks."""
        lon = np.interp(km, self.km, self.lonlat[:, 0])
        return np.column_stack([lon, np.interp(km, self.km, self.lonlat[:, 1])])

    def locate(self, point: LonLat) -> float:
        """The kilometer mark of the line's point nearest to that one (nearest in degrees)."""
        steps = np.hypot(*np.diff(self.lonlat, axis=0).T)
        along = shapely.line_locate_point(self.geometry, shapely.Point(point))
        return float(np.interp(along, np.concatenate([[0.0], np.cumsum(steps)]), self.km))

    def cut(self, km_from: float, km_to: float) -> shapely.LineString:
        """The stretch between two kilometer marks."""
        inner = (self.km > km_from) & (self.km < km_to)
        ends = self.position(np.array([km_from, km_to]))
        return shapely.LineString(np.concatenate([ends[:1], self.lonlat[inner], ends[1:]]))

    def trimmed(self, km_from: float, km_to: float) -> BorderLine:
        """The line of that stretch alone, its kilometer marks counted anew."""
        return measured(shapely.get_coordinates(self.cut(km_from, km_to)))


def measured(lonlat: np.ndarray) -> BorderLine:
    """The line through those vertices, kilometer marks included."""
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    meters = GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2]
    return BorderLine(lonlat=lonlat, km=np.concatenate([[0.0], np.cumsum(meters)]) / 1000)


def build_line(region: Region) -> BorderLine:
    """The border line from its declared start to its declared end; without them, from the west."""
    ours = _edges(read_zone_rings(region.side_a.zones))
    theirs = _edges(read_zone_rings(region.side_b.zones))
    both, times = np.unique(np.concatenate([ours, theirs]), axis=0, return_counts=True)
    shared = both[times > 1]
    if not len(shared):
        raise RegionError(
            f"region {region.name}: the zones {', '.join(region.side_a.zones)} share no edge "
            f"with {', '.join(region.side_b.zones)}: correct side_a or side_b"
        )
    merged = shapely.line_merge(shapely.multilinestrings(shapely.linestrings(_points(shared))))
    parts = list(shapely.get_parts(merged))
    longest = max(parts, key=lambda part: (part.length, part.bounds))
    line = measured(shapely.get_coordinates(longest))
    start, end = (
        _mark(line, "line_start", region.line_start, region),
        _mark(line, "line_end", region.line_end, region),
    )
    if _backwards(line, start, end):
        flip = line.length_km
        line = measured(line.lonlat[::-1])
        start, end = (None if mark is None else flip - mark for mark in (start, end))
    return line.trimmed(start or 0.0, line.length_km if end is None else end)


def _backwards(line: BorderLine, start: float | None, end: float | None) -> bool:
    if start is not None and end is not None:
        return start > end
    if start is not None:
        return start > line.length_km / 2
    if end is not None:
        return end < line.length_km / 2
    return bool(line.lonlat[0, 0] > line.lonlat[-1, 0])


def _mark(line: BorderLine, key: str, point: LonLat | None, region: Region) -> float | None:
    if point is None:
        return None
    km = line.locate(point)
    (nearest,) = line.position(np.array([km]))
    meters = GEOD.inv(*point, *nearest)[2]
    if meters > FARTHEST_END_M:
        raise RegionError(
            f"region {region.name}: {key} {point} lies {meters / 1000:.0f} km off the line: "
            "choose a point on the line"
        )
    return km


def _edges(rings: Iterable[np.ndarray]) -> np.ndarray:
    """Distinct undirected edges as (n, 2) packed end points, the smaller first."""
    found = []
    for ring in rings:
        packed = (ring[:, 0] << 32) + ring[:, 1] + (1 << 31)
        edge = np.sort(np.column_stack([packed[:-1], packed[1:]]), axis=1)
        found.append(edge[edge[:, 0] != edge[:, 1]])
    return np.unique(np.concatenate(found), axis=0)


def _points(edges: np.ndarray) -> np.ndarray:
    lon = (edges >> 32) / 1e6
    lat = ((edges & 0xFFFFFFFF) - (1 << 31)) / 1e6
    return np.stack([lon, lat], axis=-1)
