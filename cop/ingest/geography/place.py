"""Builds the places: towns with the zoom at which each label has room on the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from cop.ingest.geography.source import read_towns

if TYPE_CHECKING:
    import pandas as pd

    from cop.ingest.geography.line import BorderLine
    from cop.model.region import Region

# People a town needs for its label to appear at the zoom (512-pixel tiles).
_POPULATION_BY_ZOOM = {4: 1_000_000, 5: 400_000, 6: 120_000, 7: 40_000, 8: 12_000, 9: 4_000, 10: 0}
_LAST_ZOOM = 12
# Towns at the line are what the map is about: they count as more populous, less so farther off.
_BORDER_WEIGHT = 5.0
_BORDER_DEGREES = 0.4
_FAR_POPULATION = 2_000
_LABEL_HEIGHT, _LETTER_WIDTH, _LABEL_MARGIN = 20.0, 7.0, 16.0
_TILE_PIXELS = 512.0


def build_places(region: Region, line: BorderLine, reach: shapely.Geometry) -> gpd.GeoDataFrame:
    """The places table: name, country, admin (state), population, min_zoom, point.

    Beyond the reach only towns of 2,000 people or more are included.
    """
    towns = read_towns(region.extent, (*region.countries, *region.neighbours))
    # GeoNames adds the quarter in brackets: 'La Esperanza [Granjas Familiares]'.
    towns["name"] = towns["name"].str.replace(r"\s*[\[(].*$", "", regex=True)
    points = shapely.points(towns["lon"], towns["lat"])
    shapely.prepare(reach)
    is_shown = shapely.contains(reach, points) | (towns["population"].to_numpy() >= _FAR_POPULATION)
    towns, points = towns[is_shown], points[is_shown]
    weight = _weights(towns, shapely.distance(points, shapely.simplify(line.geometry, 0.002)))
    order = np.argsort(-weight, kind="stable")
    towns, points = towns.iloc[order], points[order]
    return gpd.GeoDataFrame(
        {
            "name": towns["name"].to_numpy(),
            "country": towns["country"].to_numpy(),
            "admin": _admin_names(region, towns),
            "population": towns["population"].to_numpy(),
            "min_zoom": _label_zooms(towns, weight[order]),
        },
        geometry=points,
        crs="EPSG:4326",
    )


def _admin_names(region: Region, towns: pd.DataFrame) -> list[str]:
    """The declared name or GeoNames' letters ('TX'), but not its numbers (36) and marks (F6)."""
    return [
        region.admin_names.get(f"{country}.{admin}", admin if admin.isalpha() else "")
        for country, admin in zip(towns["country"], towns["admin"], strict=True)
    ]


def _weights(towns: pd.DataFrame, degrees: np.ndarray) -> np.ndarray:
    near = np.clip(1 - degrees / _BORDER_DEGREES, 0, 1)
    return np.asarray(towns["population"].to_numpy() * _BORDER_WEIGHT**near)


def _label_zooms(towns: pd.DataFrame, weight: np.ndarray) -> np.ndarray:
    """For towns by falling weight, the first zoom at which their labels have room.

    A label may stand on either side of its dot, so one weightier label is not in the way, two are.
    """
    x = towns["lon"].to_numpy() / 360 * _TILE_PIXELS
    latitude = np.radians(towns["lat"].to_numpy())
    y = np.arcsinh(np.tan(latitude)) / (2 * np.pi) * _TILE_PIXELS / _LABEL_HEIGHT
    width = (towns["name"].str.len().to_numpy() * _LETTER_WIDTH + _LABEL_MARGIN) / 2
    zooms = np.full(len(weight), _LAST_ZOOM)
    for zoom, population in sorted(_POPULATION_BY_ZOOM.items(), reverse=True):
        zooms[weight >= population] = zoom
    for index in range(2, len(zooms)):
        across = abs(x[:index] - x[index]) / (width[:index] + width[index])
        apart = np.maximum(across, abs(y[:index] - y[index]))
        free = np.ceil(-np.log2(np.maximum(apart, 2.0**-_LAST_ZOOM)))
        zooms[index] = min(_LAST_ZOOM, max(zooms[index], int(np.partition(free, -2)[-2])))
    return zooms
