"""Builds the map background: land, coast, lakes, rivers, and the lines of states and counties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from cop.ingest.geography.quadrant import split_lines, split_polygon
from cop.ingest.geography.segment import river_stretches
from cop.ingest.geography.source import ISLAND, LAKE, LAND, read_traces, read_zone_area

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cop.ingest.geography.line import BorderLine
    from cop.ingest.geography.source import Shore
    from cop.model.region import Bounds, Region

_NEAR_SIMPLIFY = 0.00005
_FAR_SIMPLIFY = 0.002
_SHORE_SIMPLIFY = 0.0001
# GSHHG's rivers lie up to 2 km off the line where they are the line itself.
_RIVER_CLEARANCE_DEGREES = 0.025
_COUNTRY_CLEARANCE_DEGREES = 0.04
_STUB_DEGREES = 0.02
_SMALLEST_HOLE = 1e-6
_ISLAND_ZOOMS = {0.0: 9, 2e-5: 8, 1e-4: 7, 5e-4: 5, 2e-3: 3, 1e-2: 0}
_LAKE_ZOOMS = {0: 10, 5: 9, 20: 7, 100: 5, 500: 3}
_RIVER_ZOOMS = {0.0: 9, 0.5: 8, 1.5: 7, 3.0: 5}
_COUNTY_ZOOM = 6


def build_background(
    region: Region, line: BorderLine, counties: gpd.GeoDataFrame, reach: shapely.Geometry
) -> gpd.GeoDataFrame:
    """The background table: class, name, min_zoom, geometry, clipped to the extent.

    Land is one fill for all countries, so nothing shows through along the border; it is cut
    along tile edges. Lines hold each state or county edge once, none along coast or border.
    """
    shapely.prepare(reach)
    land = _land(region)
    state, county = _county_edges(counties)
    rows = [*_shores(region, land), *_lakes(region), *_rivers(region, line)]
    far = _thinned([*state, *_other_edges(region, line, land, counties)], reach, region.extent)
    rows += [("state", "", 0, part) for part in split_lines(far)]
    near = _thinned(county, reach, region.extent)
    rows += [("county", "", _COUNTY_ZOOM, part) for part in split_lines(near)]
    kinds, names, zooms, shapes = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {"class": kinds, "name": names, "min_zoom": zooms}, geometry=list(shapes), crs="EPSG:4326"
    )


def _land(region: Region) -> Any:
    """All land as one area. GSHHG's shore is finer than the census's: that one fills in bays."""
    rings = [t.lonlat for t in read_traces("gshhs", region.extent) if t.level == LAND]
    land = shapely.union_all(_clipped_polygons(rings, region.extent))
    return _without_pinholes(shapely.make_valid(shapely.simplify(land, _SHORE_SIMPLIFY)))


def _shores(region: Region, land: Any) -> Iterator[tuple[str, str, int, Any]]:
    """Land and its coast; islands too small to see at a zoom are left out of it."""
    frame = _shrunk(region.extent)
    for island in shapely.get_parts(land):
        zoom = _by_size(_ISLAND_ZOOMS, island.area)
        for part in split_polygon(island):
            yield ("land", "", zoom, part)
        for part in split_lines([shapely.clip_by_rect(shapely.boundary(island), *frame)]):
            yield ("coast", "", zoom, part)


def _without_pinholes(land: shapely.Geometry) -> shapely.Geometry:
    whole = []
    for part in shapely.get_parts(land):
        if part.geom_type == "Polygon":
            holes = [ring for ring in part.interiors if shapely.Polygon(ring).area > _SMALLEST_HOLE]
            whole.append(shapely.Polygon(part.exterior, holes))
    return shapely.MultiPolygon(whole)


def _lakes(region: Region) -> list[tuple[str, str, int, Any]]:
    traces = list(read_traces("gshhs", region.extent))
    islands = _clipped_polygons((t.lonlat for t in traces if t.level == ISLAND), region.extent)
    dry = shapely.union_all(islands) if len(islands) else shapely.Polygon()
    rows = []
    for trace in traces:
        if trace.level == LAKE:
            for lake in _clipped_polygons([trace.lonlat], region.extent):
                wet = shapely.difference(lake, dry)
                rows.append(("lake", "", _by_size(_LAKE_ZOOMS, trace.area_km2), wet))
    return rows


def _rivers(region: Region, line: BorderLine) -> list[tuple[str, str, int, Any]]:
    """Unnamed rivers from GSHHG, and the rivers that are the border from the line itself."""
    ours = [(name, line.cut(start, end)) for name, start, end in river_stretches(region, line)]
    banks = shapely.buffer(
        shapely.simplify(shapely.MultiLineString([part for _, part in ours]), 0.001),
        _RIVER_CLEARANCE_DEGREES,
    )
    shapely.prepare(banks)
    rows = []
    for trace in read_traces("rivers", region.extent):
        course = shapely.clip_by_rect(shapely.LineString(trace.lonlat), *region.extent)
        zoom = _by_size(_RIVER_ZOOMS, shapely.length(course))
        if shapely.intersects(course, banks):
            course = shapely.difference(course, banks)
        rows += [("river", "", zoom, part) for part in split_lines([course])]
    for name, part in ours:
        rows += [("river", name, 4, piece) for piece in split_lines([part])]
    return rows


def _county_edges(counties: gpd.GeoDataFrame) -> tuple[list[Any], list[Any]]:
    """Lines between counties of different states, and of the same; edges of one county left out."""
    edges, owners = [], []
    states = counties["state"].to_numpy()
    for row, shape in enumerate(counties.geometry):
        for ring in shapely.get_rings(shape):
            lonlat = np.round(shapely.get_coordinates(ring) * 1e6).astype(np.int64)
            packed = (lonlat[:, 0] << 32) + lonlat[:, 1] + (1 << 31)
            edges.append(np.sort(np.column_stack([packed[:-1], packed[1:]]), axis=1))
            owners.append(np.full(len(packed) - 1, row))
    if not edges:
        return [], []
    joined, owner = np.concatenate(edges), np.concatenate(owners)
    order = np.lexsort((owner, joined[:, 1], joined[:, 0]))
    joined, owner = joined[order], owner[order]
    twin = np.flatnonzero((joined[1:] == joined[:-1]).all(axis=1))
    apart = states[owner[twin]] != states[owner[twin + 1]]
    lon, lat = (joined[twin] >> 32) / 1e6, ((joined[twin] & 0xFFFFFFFF) - (1 << 31)) / 1e6
    lines = shapely.linestrings(np.stack([lon, lat], axis=-1))
    return _merged(lines[apart]), _merged(lines[~apart])


def _other_edges(
    region: Region, line: BorderLine, land: shapely.Geometry, counties: gpd.GeoDataFrame
) -> list[Any]:
    """State lines outside the counties' country, and country lines other than the border."""
    box = region.extent
    border = shapely.simplify(line.geometry, 0.002)
    found = _outside("countries", box, shapely.buffer(border, _COUNTRY_CLEARANCE_DEGREES))
    census = shapely.coverage_union_all(np.asarray(counties.geometry))
    zones = read_zone_area(region.side_a.zones) if len(counties) else shapely.Polygon()
    found += _outside("states", box, shapely.union_all([zones, shapely.make_valid(census)]))
    return [shapely.intersection(piece, land) for piece in found]


def _outside(kind: Shore, box: Bounds, area: shapely.Geometry) -> list[Any]:
    """The lines of GSHHG that lie outside the area, without the stubs that poke out of it."""
    lines = [shapely.LineString(trace.lonlat) for trace in read_traces(kind, box)]
    if not lines:
        return []
    parts = shapely.difference(shapely.clip_by_rect(np.array(lines), *box), area)
    pieces = shapely.get_parts(parts)
    return list(pieces[shapely.length(pieces) > _STUB_DEGREES])


def _thinned(lines: Iterable[Any], reach: shapely.Geometry, box: Bounds) -> list[Any]:
    """Lines clipped to the box, those wholly beyond reach simplified more."""
    parts = shapely.get_parts(shapely.clip_by_rect(np.array(list(lines)), *box))
    parts = parts[shapely.length(parts) > 0]
    near = shapely.intersects(reach, parts)
    return [
        *shapely.simplify(parts[near], _NEAR_SIMPLIFY),
        *shapely.simplify(parts[~near], _FAR_SIMPLIFY),
    ]


def _merged(lines: np.ndarray) -> list[Any]:
    return list(shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines))))


def _clipped_polygons(rings: Iterable[np.ndarray], box: Bounds) -> np.ndarray:
    shapes = shapely.make_valid(np.array([shapely.Polygon(ring) for ring in rings], dtype=object))
    parts = shapely.get_parts(shapely.clip_by_rect(shapes, *box))
    return np.asarray(parts[shapely.area(parts) > 0])


def _shrunk(box: Bounds) -> Bounds:
    west, south, east, north = box
    return (west + 1e-6, south + 1e-6, east - 1e-6, north - 1e-6)


def _by_size(zooms: dict[Any, int], size: float) -> int:
    """The zoom of the greatest bound that the size reaches."""
    return next(zoom for bound, zoom in sorted(zooms.items(), reverse=True) if size >= bound)
