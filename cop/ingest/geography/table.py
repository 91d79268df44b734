"""What a region's geography consists of, wherever it comes from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import geopandas as gpd

from cop.model.region import Attribution, Region

TABLES: Final = ("segments", "sectors", "counties", "line", "background", "places")

Progress = Callable[[str, float], None]
"""Is called with a step that begins, and the share of the whole work that is done."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Geography:
    """The tables of one region, all EPSG:4326, and whom to credit for them."""

    region: Region
    line: gpd.GeoDataFrame
    segments: gpd.GeoDataFrame
    sectors: gpd.GeoDataFrame
    counties: gpd.GeoDataFrame
    background: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    attributions: tuple[Attribution, ...]


def show_nothing(_step: str, _share: float) -> None:
    """Pass over the progress of a build."""
