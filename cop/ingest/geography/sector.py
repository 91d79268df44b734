"""Cuts the line into sectors: at county corners, and by share where no county line parts them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from cop.errors import RegionError
from cop.ingest.geography.line import GEOD

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from cop.ingest.geography.line import BorderLine
    from cop.model.region import Region, SectorDeclaration

# Measured: 500k county corners lie within 30 m of the line, Webb/Zapata (a reservoir) 200 m.
FARTHEST_CORNER_M = 5000


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A named part of the line, by kilometer marks."""

    name: str
    km_from: float
    km_to: float

    @property
    def length_km(self) -> float:
        """Geodesic length along the line."""
        return self.km_to - self.km_from


def county_stretches(
    region: Region, line: BorderLine, counties: gpd.GeoDataFrame
) -> tuple[Stretch, ...]:
    """The declared counties along the line, cut where the border of two neighbors meets it."""
    names = region.counties
    if not names:
        return ()
    shapes = dict(zip(counties["county"], counties.geometry, strict=True))
    missing = [name for name in names if name not in shapes]
    if missing:
        raise RegionError(
            f"region {region.name}: no county named {', '.join(missing)} in plotly-geo "
            "within the extent: write it like 'Pima, AZ'"
        )
    corners = [
        _corner(region, line, (left, right), shapely.intersection(shapes[left], shapes[right]))
        for left, right in pairwise(names)
    ]
    return _stretches(region, names, [0.0, *corners, line.length_km])


def sector_stretches(
    region: Region, line: BorderLine, counties: Sequence[Stretch]
) -> tuple[Stretch, ...]:
    """The sectors along the line, in the order declared."""
    until = {stretch.name: stretch.km_to for stretch in counties}
    marks = [0.0]
    for group in region.groups():
        last = group[-1].counties
        end = until[last[-1]] if last else line.length_km
        marks.extend(_shares(group, marks[-1], end))
    stretches = _stretches(region, [sector.code for sector in region.sectors], marks)
    _check_shared(region, counties, stretches)
    return stretches


def _shares(group: Sequence[SectorDeclaration], start: float, end: float) -> list[float]:
    weights = np.cumsum([1.0 if sector.share is None else sector.share for sector in group])
    inner = start + (end - start) * weights[:-1] / weights[-1]
    return [*inner.tolist(), end]


def _corner(
    region: Region, line: BorderLine, names: tuple[str, str], common: shapely.Geometry
) -> float:
    if common.is_empty:
        raise RegionError(
            f"region {region.name}: {names[0]} and {names[1]} are listed side by side but "
            "do not touch: list every county along the line in its order"
        )
    (lon, lat), (on_lon, on_lat) = shapely.get_coordinates(
        shapely.shortest_line(common, line.geometry)
    )
    meters = GEOD.inv(lon, lat, on_lon, on_lat)[2]
    if meters > FARTHEST_CORNER_M:
        raise RegionError(
            f"region {region.name}: the corner of {names[0]} and {names[1]} lies "
            f"{meters / 1000:.0f} km off the line: list only counties along the line"
        )
    return line.locate((float(lon), float(lat)))


def _stretches(region: Region, names: Sequence[str], marks: Sequence[float]) -> tuple[Stretch, ...]:
    for name, (km_from, km_to) in zip(names, pairwise(marks), strict=True):
        if km_from >= km_to:
            raise RegionError(
                f"region {region.name}: {name} would run from km {km_from:.1f} to {km_to:.1f}: "
                "list sectors and counties from the line's start to its end"
            )
    return tuple(
        Stretch(name=name, km_from=km_from, km_to=km_to)
        for name, (km_from, km_to) in zip(names, pairwise(marks), strict=True)
    )


def _check_shared(region: Region, counties: Sequence[Stretch], sectors: Sequence[Stretch]) -> None:
    """A cut by share must fall inside the county that both sectors list."""
    where = {stretch.name: stretch for stretch in counties}
    cuts = [sector.km_to for sector in sectors[:-1]]
    for (left, right), cut in zip(pairwise(region.sectors), cuts, strict=True):
        for name in set(left.counties) & set(right.counties):
            if not where[name].km_from <= cut <= where[name].km_to:
                raise RegionError(
                    f"region {region.name}: the shares of {left.code} and {right.code} cut the "
                    f"line at km {cut:.1f}, outside {name}: correct share or counties"
                )
