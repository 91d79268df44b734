"""The area of a partner: its counties, and a margin around them."""

from collections.abc import Collection
from functools import lru_cache
from typing import Final

import geopandas as gpd
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from cop.errors import PartnerError
from cop.model.giving import GivingRules
from cop.store.catalogue.version import CatalogueVersion

_CORNERS: Final = 16
"""Corners of a quarter of a circle around a corner of a county."""


def read_area(catalogue: CatalogueVersion, rules: GivingRules) -> BaseGeometry | None:
    """Return what a partner's counties and their margin cover, EPSG:4326; None is everywhere.

    Raise PartnerError if the region has no county of a name.
    """
    if not rules.counties:
        return None
    if "counties" not in catalogue.files:
        raise PartnerError("the region has no counties: leave them out of the partner's rules")
    return _read_area(catalogue.files_of("counties")[0], rules.counties, rules.margin_km)


@lru_cache(maxsize=64)
def _read_area(file: str, counties: tuple[str, ...], margin_km: float) -> BaseGeometry:
    """Read an area once: files are named by their content."""
    known = gpd.read_parquet(file)
    missing = {*counties} - {*known["county"]}
    if missing:
        raise PartnerError(
            f"county {sorted(missing)[0]!r} is not in the region: use {_some(known['county'])}"
        )
    own = known[known["county"].isin(counties)].geometry
    whole: BaseGeometry = shapely.union_all(own.to_numpy())
    if not margin_km:
        return whole
    center = whole.centroid
    meters = CRS.from_proj4(f"+proj=aeqd +lat_0={center.y} +lon_0={center.x} +datum=WGS84 +units=m")
    wider = gpd.GeoSeries([whole], crs="EPSG:4326").to_crs(meters)
    wider = wider.buffer(margin_km * 1_000, quad_segs=_CORNERS)
    around: BaseGeometry = wider.to_crs("EPSG:4326").iloc[0]
    return around


def _some(names: Collection[str]) -> str:
    listed = sorted(names)
    return ", ".join(listed[:6]) + (" …" if len(listed) > 6 else "")  # noqa: PLR2004
