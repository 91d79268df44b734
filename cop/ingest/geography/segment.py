"""Builds the segments: the line cut at sectors, counties and rivers into pieces of a few km."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from cop.errors import RegionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cop.ingest.geography.line import BorderLine
    from cop.ingest.geography.sector import Stretch
    from cop.model.region import Region

# A county may touch the line for a few meters only (Jeff Davis, 10 m); sliver segments help no one.
SHORTEST_PIECE_KM = 0.5
NO_COUNTY = "NONE"
# A geodesic sum differs by up to 0.2 m where a cut falls inside an edge of several km.
_HEADROOM = 0.999


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """A stretch of the line on which sector, county and kind are the same throughout."""

    km_from: float
    km_to: float
    sector: str
    county: str
    kind: str

    @property
    def length_km(self) -> float:
        return self.km_to - self.km_from


def build_segments(
    region: Region,
    line: BorderLine,
    sectors: Sequence[Stretch],
    counties: Sequence[Stretch],
    fips: dict[str, str],
) -> gpd.GeoDataFrame:
    """The segments table; ``fips`` gives the county_fips of a county's name.

    Columns: segment_id, sector, number, km_from, km_to, length_km, kind, county, county_fips.
    """
    pieces = _absorb(_pieces(sectors, counties, _rivers(region, line)))
    rows = []
    numbers = dict.fromkeys((sector.name for sector in sectors), 0)
    for piece in pieces:
        parts = math.ceil(piece.length_km / (region.segment_max_km * _HEADROOM))
        marks = np.linspace(piece.km_from, piece.km_to, parts + 1)
        for km_from, km_to in pairwise(marks.tolist()):
            numbers[piece.sector] += 1
            number = numbers[piece.sector]
            rows.append(
                {
                    "segment_id": f"{piece.sector}-{number:04d}",
                    "sector": piece.sector,
                    "number": number,
                    "km_from": km_from,
                    "km_to": km_to,
                    "length_km": km_to - km_from,
                    "kind": piece.kind,
                    "county": piece.county,
                    "county_fips": fips.get(piece.county, NO_COUNTY),
                    "geometry": line.cut(km_from, km_to),
                }
            )
    return gpd.GeoDataFrame(rows, crs="EPSG:4326")


def river_stretches(region: Region, line: BorderLine) -> list[tuple[str, float, float]]:
    """Name and kilometer marks of each declared river stretch."""
    found = []
    for river in region.rivers:
        start = 0.0 if river.start is None else line.locate(river.start)
        end = line.length_km if river.end is None else line.locate(river.end)
        if start >= end:
            raise RegionError(
                f"region {region.name}: river {river.name} starts at km {start:.1f} of the line "
                f"and ends at km {end:.1f}: swap start and end"
            )
        found.append((river.name, start, end))
    return found


def _rivers(region: Region, line: BorderLine) -> list[tuple[float, float]]:
    return [(start, end) for _, start, end in river_stretches(region, line)]


def _pieces(
    sectors: Sequence[Stretch],
    counties: Sequence[Stretch],
    rivers: Sequence[tuple[float, float]],
) -> list[_Piece]:
    marks = {mark for s in (*sectors, *counties) for mark in (s.km_from, s.km_to)}
    marks.update(mark for river in rivers for mark in river)
    pieces = []
    for km_from, km_to in pairwise(sorted(marks)):
        middle = (km_from + km_to) / 2
        in_river = any(start <= middle < end for start, end in rivers)
        pieces.append(
            _Piece(
                km_from=km_from,
                km_to=km_to,
                sector=_name_at(sectors, middle),
                county=_name_at(counties, middle),
                kind="river" if in_river else "land",
            )
        )
    return pieces


def _name_at(stretches: Sequence[Stretch], km: float) -> str:
    for stretch in stretches:
        if stretch.km_from <= km < stretch.km_to:
            return stretch.name
    return NO_COUNTY


def _absorb(pieces: list[_Piece]) -> list[_Piece]:
    """Slivers joined to the longer neighbor of the same sector."""
    joined = list(pieces)
    while True:
        slivers = [
            (piece.length_km, index, near)
            for index, piece in enumerate(joined)
            if piece.length_km < SHORTEST_PIECE_KM
            and (near := _neighbor(joined, index)) is not None
        ]
        if not slivers:
            return joined
        _, index, near = min(slivers)
        first, second = sorted((index, near))
        joined[first : second + 1] = [
            replace(joined[near], km_from=joined[first].km_from, km_to=joined[second].km_to)
        ]


def _neighbor(pieces: list[_Piece], index: int) -> int | None:
    near = [
        other
        for other in (index - 1, index + 1)
        if 0 <= other < len(pieces) and pieces[other].sector == pieces[index].sector
    ]
    return max(near, key=lambda other: pieces[other].length_km, default=None)
