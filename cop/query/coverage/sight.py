"""What could be seen from a place, and whether one place sees another."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Geod

from cop.analysis.sight.footprint import build_areas
from cop.analysis.sight.line import SightLine, build_sight_line, chance_of_sight
from cop.analysis.sight.viewshed import DRAWS, Placement, build_viewshed
from cop.errors import FilterError
from cop.query.coverage.ground import (
    HeightSource,
    list_sources,
    near_sources,
    read_ground,
    read_heights,
)
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.dataset.schema import TERRAIN

LONGEST_KM: Final = 150.0
_MOST_SAMPLES: Final = 600
_POSTS_M: Final = 300.0
_SEED: Final = 20_261
_SIMPLER_DEG: Final = 2e-4
_GEOD: Final = Geod(ellps="WGS84")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class LookAround:
    """The ground that is seen from a place: GeoJSON geometry and square kilometers by band."""

    terrain: str
    areas: tuple[tuple[str, dict[str, Any], float], ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class LookAlong:
    """A line of sight over ``heights_m`` above the sea (n,); ``chance`` allows for their error.

    None where the ground at one of the ends is unknown.
    """

    line: SightLine
    heights_m: Floats
    chance: float
    error_m: float
    bearing_deg: float


def look_around(
    service: QueryService, view: View, *, lon: float, lat: float, height_m: float, range_m: float
) -> LookAround:
    """Return what is seen from a height above the ground of a place (EPSG:4326), to a range."""
    look = Placement(lon=lon, lat=lat, height_m=height_m, range_m=range_m)
    near = near_sources(_sources(view), look)
    ground = read_ground(service.warehouse.folder, near, lon=lon, lat=lat, range_m=range_m)
    viewshed = build_viewshed(look, ground)
    return LookAround(
        terrain=viewshed.terrain,
        areas=tuple(
            (band, shapely.geometry.mapping(shapely.simplify(area, _SIMPLER_DEG)), km2)
            for band, (area, km2) in build_areas(look, viewshed).items()
        ),
    )


def look_along(
    service: QueryService,
    view: View,
    ends: Sequence[tuple[float, float]],
    *,
    from_m: float,
    to_m: float,
) -> LookAlong | None:
    """Judge the line from the first to the second of two ends (lon, lat), heights above ground.

    Raise FilterError for ends at one place, or farther apart than 150 km.
    """
    (lon, lat), (to_lon, to_lat) = ends
    bearing, _, distance = _GEOD.inv(lon, lat, to_lon, to_lat)
    if not 1.0 <= distance <= 1_000 * LONGEST_KM:
        raise FilterError(
            f"the ends are {distance / 1_000:,.1f} km apart: use up to {LONGEST_KM:g}"
        )
    sources = [s for s in _sources(view) if s.touches(_box(lon, lat, to_lon, to_lat))]
    spacing = min((source.spacing_m for source in sources), default=distance)
    count = int(np.clip(math.ceil(distance / (spacing / 2)) + 1, 3, _MOST_SAMPLES))
    along = np.linspace(0.0, distance, count)
    lons, lats, _ = _GEOD.fwd(
        np.full(count, lon), np.full(count, lat), np.full(count, bearing), along
    )
    heights = read_heights(service.warehouse.folder, sources, lons, lats)
    if np.isnan(heights[[0, -1]]).any():
        return None
    line = build_sight_line(along, heights, from_m=from_m, to_m=to_m)
    error = sources[0].error_m
    errors = _draw_errors(along, max(spacing, _POSTS_M))
    chance = chance_of_sight(line, errors, error_m=error)
    return LookAlong(
        line=line, heights_m=heights, chance=chance, error_m=error, bearing_deg=bearing % 360.0
    )


def _sources(view: View) -> list[HeightSource]:
    files = view.snapshot.catalogue.files
    return list_sources(gpd.read_parquet(files[TERRAIN][0])) if TERRAIN in files else []


def _box(lon: float, lat: float, to_lon: float, to_lat: float) -> tuple[float, float, float, float]:
    return min(lon, to_lon), min(lat, to_lat), max(lon, to_lon), max(lat, to_lat)


def _draw_errors(along: Floats, posts_m: float) -> npt.NDArray[np.float32]:
    """Return errors of unit variance (draws, n), related as far as heights lie apart."""
    posts = np.arange(0.0, along[-1] + 2 * posts_m, posts_m)
    drawn = np.random.default_rng(_SEED).standard_normal((DRAWS, len(posts)))
    part = np.array([np.interp(along, posts, one) for one in drawn])
    at = along / posts_m - np.floor(along / posts_m)
    return (part / np.hypot(at, 1 - at)).astype(np.float32)
