"""The study area of the risk surface: square cells of equal area along the border line."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer

from cop.analysis.coverage.piece import Pieces
from cop.analysis.coverage.step import CoverageSteps
from cop.analysis.forecast.grid import Grid, build_equal_area, build_line_grid
from cop.model.event import OUTSIDE
from cop.model.filter import Filter
from cop.model.tile import EARTH_RADIUS_M, FloatArray, Tile
from cop.query.coverage.place import build_place_steps
from cop.query.coverage.segment import cover_periods
from cop.store.dataset.schema import OUTAGES, PLACEMENTS, VIEWSHEDS
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse

WITHIN_KM: Final = 50.0
"""How far from the line cells lie at most; less where the region reaches less far."""
SIDES_KM: Final = ((1_000.0, 5.0), (np.inf, 10.0))
"""(longest line, side of a cell), km: a short line has room for smaller cells."""
_NODES = 33
_BEYOND_M = 1e9
_POINTS_A_SIDE = 4
_STUDIES_CACHED = 4

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Study:
    """Cells of ``side_km`` whose middle lies within ``within_km`` of the line.

    ``grid`` is in meters of an equal-area projection, ``to_plane`` goes there from EPSG:4326.
    ``middles`` are longitude and latitude of the middle of each cell, which ``sectors`` and
    ``counties`` (cells,) contain. ``steps`` keeps what sensors see of the cells.
    """

    grid: Grid
    to_plane: Transformer
    side_km: float
    within_km: float
    middles: tuple[FloatArray, FloatArray]
    sectors: npt.NDArray[np.object_]
    counties: npt.NDArray[np.object_]
    steps: dict[tuple[str, ...], CoverageSteps | None] = field(default_factory=dict, repr=False)

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return self.grid.cells

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north in degrees, a little wider than the cells."""
        lon, lat = self.middles
        reach = self.side_km / 60
        return lon.min() - reach, lat.min() - reach, lon.max() + reach, lat.max() + reach

    def locate(self, lon: FloatArray, lat: FloatArray) -> Ints:
        """Return the number of the cell of each place in degrees, -1 outside."""
        x, y = self.to_plane.transform(np.asarray(lon, float), np.asarray(lat, float))
        return self.grid.locate(*(np.clip(v, -_BEYOND_M, _BEYOND_M) for v in (x, y)))

    def pixels(self, tile: Tile, side_px: int) -> Ints | None:
        """Return the cell of each pixel of a tile (rows from the north, columns), -1 outside.

        None where a tile does not touch the cells. The projection is smooth: it is computed at
        nodes, and between them within half a pixel of the truth at any zoom.
        """
        west, south, east, north = tile.degree_bounds()
        left, low, right, high = self.bounds
        if west > right or east < left or south > high or north < low:
            return None
        lon, lat = _nodes(tile, side_px)
        plane = self.to_plane.transform(*np.meshgrid(lon, lat))
        spread = _between(side_px)
        x, y = (spread @ np.nan_to_num(v, posinf=_BEYOND_M) @ spread.T for v in plane)
        return self.grid.locate(x.ravel(), y.ravel()).reshape(side_px, side_px)

    def outside(self, resolved: Filter) -> Mask:
        """Return which cells lie outside the sectors, counties or area of a filter (cells,)."""
        outside = np.zeros(self.cells, bool)
        for names, allowed in (
            (self.sectors, resolved.sectors),
            (self.counties, resolved.counties),
        ):
            if allowed:
                outside |= ~np.isin(names.astype(str), allowed)
        if resolved.area is not None:
            outside |= ~shapely.contains_xy(resolved.area.polygon, *self.middles)
        return outside

    def points(self) -> tuple[FloatArray, Ints]:
        """Return places in degrees (n, 2) that are spread over each cell, and the cell of each."""
        step = (np.arange(_POINTS_A_SIDE) + 0.5) / _POINTS_A_SIDE - 0.5
        apart = np.stack(np.meshgrid(step, step), axis=-1).reshape(-1, 2) * self.grid.side
        x, y = ((v[:, None] + apart[:, i]).ravel() for i, v in enumerate(self.grid.centers()))
        lon, lat = self.to_plane.transform(x, y, direction="INVERSE")
        return np.column_stack([lon, lat]), np.repeat(np.arange(self.cells), len(apart))


def read_study(snapshot: Snapshot) -> Study | None:
    """Return the study area of a snapshot's region; None where no region is loaded."""
    files = snapshot.catalogue.files
    if "segments" not in files or snapshot.region is None:
        return None
    sectors, counties = ((*files.get(name, ()), "")[0] for name in ("sectors", "counties"))
    within_km = min(WITHIN_KM, snapshot.region.reach_km)
    return _study(files["segments"][0], sectors, counties, within_km)


def watch_cells(
    warehouse: Warehouse,
    snapshot: Snapshot,
    study: Study,
    resolved: Filter,
    edges: Sequence[datetime],
) -> FloatArray | None:
    """Return the share of its time and area that sensors see of each cell (cells, periods).

    ``edges`` are rising moments, between which the periods lie. None where no sensors of those
    records are loaded.
    """
    files = snapshot.catalogue.files
    read = (PLACEMENTS, VIEWSHEDS, OUTAGES)
    key = (*(path for name in read for path in files.get(name, ())), resolved.records or "")
    if key not in study.steps:
        points, owner = study.points()
        pieces = Pieces(points=points, owner=owner, places=study.cells)
        study.steps[key] = build_place_steps(warehouse, snapshot, resolved, pieces)
    return cover_periods(snapshot, resolved, study.steps[key], edges)


# A file's name is its sha256, so that what was read of it stays true.
@lru_cache(_STUDIES_CACHED)
def _study(segments_file: str, sectors_file: str, counties_file: str, within_km: float) -> Study:
    segments = gpd.read_parquet(segments_file).sort_values("km_from")
    length_km = float(segments["length_km"].sum())
    side_km = next(side for longest, side in SIDES_KM if length_km <= longest)
    west, south, east, north = segments.total_bounds
    crs = build_equal_area((west + east) / 2, (south + north) / 2)
    to_plane = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    vertices = shapely.get_coordinates(segments.geometry.to_numpy())
    line = np.column_stack(to_plane.transform(vertices[:, 0], vertices[:, 1]))
    grid = build_line_grid(line, within=1_000 * within_km, side=1_000 * side_km)
    lon, lat = to_plane.transform(*grid.centers(), direction="INVERSE")
    return Study(
        grid=grid,
        to_plane=to_plane,
        side_km=side_km,
        within_km=within_km,
        middles=(np.asarray(lon), np.asarray(lat)),
        sectors=_holding(lon, lat, sectors_file, "sector"),
        counties=_holding(lon, lat, counties_file, "county"),
    )


def _holding(
    lon: FloatArray, lat: FloatArray, areas_file: str, column: str
) -> npt.NDArray[np.object_]:
    """Return the name of the area that contains each place; OUTSIDE if none does."""
    found = np.full(len(lon), OUTSIDE, dtype=object)
    if areas_file:
        areas = gpd.read_parquet(areas_file)
        tree = shapely.STRtree(areas.geometry.to_numpy())
        place, area = tree.query(shapely.points(lon, lat), predicate="intersects")
        found[place[::-1]] = areas[column].to_numpy(object)[area[::-1]]
    return found


def _nodes(tile: Tile, side_px: int) -> tuple[FloatArray, FloatArray]:
    """Return the longitudes and the latitudes of nodes between the outermost pixels' middles."""
    west, south, east, north = tile.mercator_bounds()
    share = np.linspace(0.5, side_px - 0.5, _NODES) / side_px
    lon = np.degrees((west + share * (east - west)) / EARTH_RADIUS_M)
    lat = np.degrees(np.arctan(np.sinh((north - share * (north - south)) / EARTH_RADIUS_M)))
    return lon, lat


@lru_cache(_STUDIES_CACHED)
def _between(side_px: int) -> FloatArray:
    """Return the weights (pixels, nodes) that lie between nodes as straight lines do."""
    place = np.linspace(0.0, _NODES - 1.0, side_px)
    first = np.minimum(place.astype(int), _NODES - 2)
    weights = np.zeros((side_px, _NODES))
    rows, share = np.arange(side_px), place - first
    weights[rows, first], weights[rows, first + 1] = 1.0 - share, share
    return weights
