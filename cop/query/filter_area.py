"""The area of a filter's sectors, counties and drawn area, and the rest of the region."""

from dataclasses import dataclass
from functools import lru_cache

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from cop.model.event import OUTSIDE
from cop.model.filter import Filter
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.snapshot import Snapshot

_FILES_CACHED = 8
_SIMPLER_DEG = 0.002
"""About 200 m: what is outlined is true to a pixel up to zoom 9."""


@dataclass(frozen=True, kw_only=True)
class FilterArea:
    """The area inside a filter and the region's rest (EPSG:4326), each with its holes."""

    inside: BaseGeometry
    outside: BaseGeometry

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """The bounds of the inside: (west, south, east, north)."""
        west, south, east, north = self.inside.bounds
        return west, south, east, north


def places_of(resolved: Filter) -> Filter:
    """Return the part of a filter that is about places."""
    return Filter(sectors=resolved.sectors, counties=resolved.counties, area=resolved.area)


def read_filter_area(service: QueryService, view: View) -> FilterArea | None:
    """Return the area of a view's filter; None where it names no places that have one."""
    places = places_of(view.filter)
    if places == Filter() or OUTSIDE in (*places.sectors, *places.counties):
        return None
    part = view.content("sectors", "counties", relevant=places)
    return service.answer("filter area", part, lambda: _build(view.snapshot, places))


def home_bounds(service: QueryService, view: View) -> tuple[float, float, float, float] | None:
    """Return the bounds that show a filter's places, those of the border without any."""
    area = read_filter_area(service, view)
    return view.snapshot.line_bounds if area is None else area.bounds


def _build(snapshot: Snapshot, places: Filter) -> FilterArea | None:
    sectors, counties = (read_areas(snapshot, name) for name in ("sectors", "counties"))
    parts: list[BaseGeometry] = []
    for table, column, chosen in (
        (sectors, "sector", places.sectors),
        (counties, "county", places.counties),
    ):
        if chosen and table is not None:
            parts.append(shapely.union_all(table[table[column].isin(chosen)].geometry.to_numpy()))
    if places.area is not None:
        parts.append(places.area.polygon)
    if not parts:
        return None
    inside = shapely.intersection_all(parts)
    if inside.is_empty:
        return None
    shapes = [table.geometry.to_numpy() for table in (sectors, counties) if table is not None]
    region = shapely.union_all([shape for found in shapes for shape in found])
    return FilterArea(inside=inside, outside=shapely.difference(region, inside))


def read_areas(snapshot: Snapshot, dataset: str) -> gpd.GeoDataFrame | None:
    """Read the region's sectors or counties (EPSG:4326); the frame is shared, so leave it as is."""
    if dataset not in snapshot.catalogue.files:
        return None
    (path,) = snapshot.catalogue.files_of(dataset)
    return _read_file(path)


# A file's name is its sha256, so that what was read of it stays true.
@lru_cache(_FILES_CACHED)
def _read_file(path: str) -> gpd.GeoDataFrame:
    table = gpd.read_parquet(path)
    return table.set_geometry(table.geometry.simplify(_SIMPLER_DEG).buffer(0))
