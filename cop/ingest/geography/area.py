"""Builds the sectors' areas: all land and sea within reach of the line, parted without a gap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cop.ingest.geography.line import BorderLine
    from cop.ingest.geography.sector import Stretch
    from cop.model.region import Region

NO_SECTOR = "NONE"
_SAMPLE_KM = 0.5
_GRID_DEGREES = 1e-7
_MILE_KM = 1.609344


@dataclass(frozen=True, kw_only=True, eq=False)
class Division:
    """The sectors' areas in their order, and for each county its sector or NONE."""

    areas: tuple[shapely.Geometry, ...]
    reach: shapely.Geometry
    county_sector: tuple[str, ...]


def build_sectors(
    region: Region, stretches: Sequence[Stretch], segments: gpd.GeoDataFrame, division: Division
) -> gpd.GeoDataFrame:
    """The sectors table, westernmost first; beside lengths and counts time_zone (IANA)."""
    counted = segments["sector"].value_counts()
    return gpd.GeoDataFrame(
        {
            "sector": [sector.code for sector in region.sectors],
            "name": [sector.name for sector in region.sectors],
            "position": range(len(region.sectors)),
            "length_km": [stretch.length_km for stretch in stretches],
            "length_mi": [stretch.length_km / _MILE_KM for stretch in stretches],
            "segments": [int(counted[stretch.name]) for stretch in stretches],
            "time_zone": [sector.time_zone for sector in region.sectors],
        },
        geometry=list(division.areas),
        crs="EPSG:4326",
    )


def build_division(
    region: Region, line: BorderLine, stretches: Sequence[Stretch], counties: gpd.GeoDataFrame
) -> Division:
    """Divide the reach of the line into sectors.

    A declared county is wholly its sector's. Any other US county within reach goes, as far as
    the reach goes, to the sector nearest to most of it, so that county borders are followed.
    A county of two sectors, the other country and the sea are parted by the nearest stretch.
    """
    nearest = _Nearest(line, stretches)
    shapes = np.asarray(counties.geometry)
    own = [shapes[counties["county"].to_numpy() == name][0] for name in region.counties]
    reach = shapely.union_all([nearest.buffer(region.reach_km), *own])
    within = np.flatnonzero(shapely.intersects(shapes, reach)) if len(shapes) else np.array([], int)
    borders = nearest.borders(shapely.box(*shapely.bounds(reach)))
    faces = _faces([shapely.boundary(reach), *shapely.boundary(shapes[within]), *borders], reach)
    inside = shapely.point_on_surface(faces)
    owner = nearest.sector(shapely.get_coordinates(inside))
    county = _county_of(inside, shapes, within)
    _follow_counties(owner, county, shapely.area(faces), _declared(region, counties))
    areas = [
        shapely.normalize(shapely.coverage_union_all(faces[owner == position]))
        for position in range(len(stretches))
    ]
    return Division(
        areas=tuple(areas),
        reach=reach,
        county_sector=_county_sector(shapes, within, areas, [s.name for s in stretches]),
    )


class _Nearest:
    """Which sector's stretch a place is nearest to, measured in a conformal projection."""

    def __init__(self, line: BorderLine, stretches: Sequence[Stretch]) -> None:
        west, south, east, north = shapely.bounds(line.geometry)
        sixth = (north - south) / 6
        projection = CRS.from_proj4(
            f"+proj=lcc +lat_1={south + sixth} +lat_2={north - sixth} "
            f"+lat_0={(south + north) / 2} +lon_0={(west + east) / 2} +ellps=WGS84 +units=m"
        )
        geographic = CRS.from_epsg(4326)
        self._to_meters = Transformer.from_crs(geographic, projection, always_xy=True)
        self._to_degrees = Transformer.from_crs(projection, geographic, always_xy=True)
        self._line = self._project(line.geometry)
        points, owners = [], []
        for position, stretch in enumerate(stretches):
            # Cell middles, so that the two samples beside a cut lie equally far from it.
            count = max(1, round(stretch.length_km / _SAMPLE_KM))
            step = stretch.length_km / count
            points.append(line.position(stretch.km_from + step * (np.arange(count) + 0.5)))
            owners.append(np.full(count, position))
        self._xy = np.column_stack(self._to_meters.transform(*np.concatenate(points).T))
        self._owner = np.concatenate(owners)
        self._tree = cKDTree(self._xy)

    def sector(self, lonlat: np.ndarray) -> np.ndarray:
        """Position of the nearest sector for each of (n, 2) lon/lat points."""
        xy = np.column_stack(self._to_meters.transform(lonlat[:, 0], lonlat[:, 1]))
        return np.asarray(self._owner[self._tree.query(xy)[1]])

    def buffer(self, reach_km: float) -> shapely.Geometry:
        """All that lies within reach of the line, lon/lat."""
        around = shapely.buffer(shapely.simplify(self._line, 20), reach_km * 1000, quad_segs=16)
        return self._unproject(shapely.segmentize(shapely.simplify(around, 50), 10_000))

    def borders(self, around: shapely.Geometry) -> np.ndarray:
        """The lines of equal distance between neighboring sectors, lon/lat."""
        frame = shapely.buffer(self._project(shapely.segmentize(around, 0.5)), 50_000)
        cells = shapely.get_parts(
            shapely.voronoi_polygons(shapely.multipoints(self._xy), extend_to=frame, ordered=True)
        )
        areas = [
            shapely.union_all(cells[self._owner == position])
            for position in range(self._owner.max() + 1)
        ]
        lines = shapely.union_all(shapely.boundary(np.array(areas)))
        return np.array([self._unproject(shapely.segmentize(lines, 5_000))])

    def _project(self, geometry: shapely.Geometry) -> shapely.Geometry:
        return shapely.transform(geometry, self._to_meters.transform, interleaved=False)

    def _unproject(self, geometry: shapely.Geometry) -> shapely.Geometry:
        return shapely.transform(geometry, self._to_degrees.transform, interleaved=False)


def _faces(lines: Sequence[shapely.Geometry], reach: shapely.Geometry) -> np.ndarray:
    """The faces that the lines, noded together, cut out of the reach."""
    noded = shapely.union_all(np.array(lines), grid_size=_GRID_DEGREES)
    faces = shapely.get_parts(shapely.polygonize(list(shapely.get_parts(noded))))
    shapely.prepare(reach)
    return np.asarray(faces[shapely.contains(reach, shapely.point_on_surface(faces))])


def _county_of(inside: np.ndarray, shapes: np.ndarray, within: np.ndarray) -> np.ndarray:
    """The row of the county of each point, -1 if there is none."""
    county = np.full(len(inside), -1)
    if len(within):
        point, row = shapely.STRtree(shapes[within]).query(inside, predicate="within")
        county[point] = within[row]
    return county


def _declared(region: Region, counties: gpd.GeoDataFrame) -> dict[int, int]:
    """County row to the position of its sector; -1 where two sectors list the county."""
    rows = {name: row for row, name in enumerate(counties["county"])}
    declared: dict[int, int] = {}
    for position, sector in enumerate(region.sectors):
        for name in sector.counties:
            declared[rows[name]] = -1 if rows[name] in declared else position
    return declared


def _follow_counties(
    owner: np.ndarray, county: np.ndarray, size: np.ndarray, declared: dict[int, int]
) -> None:
    """Assign the faces of every county but the shared ones to one sector, in place."""
    for row in np.unique(county[county >= 0]).tolist():
        faces = county == row
        position = declared.get(row)
        if position is None:
            position = int(np.bincount(owner[faces], weights=size[faces]).argmax())
        if position >= 0:
            owner[faces] = position


def _county_sector(
    shapes: np.ndarray, within: np.ndarray, areas: Sequence[shapely.Geometry], codes: Sequence[str]
) -> tuple[str, ...]:
    """The sector with at least half of each county, NONE if there is none."""
    found = [NO_SECTOR] * len(shapes)
    for row in within.tolist():
        shares = shapely.area(shapely.intersection(shapes[row], np.array(areas)))
        if shares.max() >= shapely.area(shapes[row]) / 2:
            found[row] = codes[int(shares.argmax())]
    return tuple(found)
