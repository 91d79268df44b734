"""What a region is: the declaration of one border, its sectors and its surroundings."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
LonLat = tuple[Longitude, Latitude]
Bounds = tuple[Longitude, Latitude, Longitude, Latitude]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]
AgencyRole = Literal["border", "air", "state", "county"]


class _Declaration(BaseModel):
    """A frozen part of a region file that knows all its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Attribution(_Declaration):
    """Who made a source of the geography and on which terms: shown on the map."""

    package: str
    version: str
    text: str
    licence: str


class RegionCamera(_Declaration):
    """Where the map looks when it opens; zoom counts in 512-pixel tiles."""

    lon: Longitude
    lat: Latitude
    zoom: float = Field(ge=0, le=22)


class BorderSide(_Declaration):
    """One side of the border: its country and the IANA time zones whose edge is the line."""

    country: Country
    title: str
    zones: tuple[str, ...] = Field(min_length=1)


class RiverStretch(_Declaration):
    """A stretch where the line runs in a river; an end left out is the end of the line."""

    name: str
    start: LonLat | None = None
    end: LonLat | None = None


class SectorDeclaration(_Declaration):
    """One sector, by counties in the line's order, by share of a stretch, or by both.

    Consecutive sectors with no county line between them (they list the same county, or none)
    divide their common stretch in proportion to their shares.
    """

    code: str = Field(pattern=r"^[A-Z]{2,5}$")
    name: str
    time_zone: str = Field(description="IANA zone of the local time shown for the sector")
    counties: tuple[str, ...] = Field(default=(), description="as 'Pima, AZ'")
    share: float | None = Field(default=None, gt=0)


class SeriesDeclaration(_Declaration):
    """A published statistic that the Sectors page shows: of each sector, or of one named place."""

    title: str
    measure: str
    unit: str = "people"
    place_kind: str = "sector"
    place: str | None = Field(
        default=None, description="without it one series for each sector, by its code"
    )


class Region(_Declaration):
    """An area of operations: one border line with its sectors, reach and map extent."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    side_a: BorderSide
    side_b: BorderSide
    line_start: LonLat | None = Field(
        default=None, description="the line is cut here; without it, at its western end"
    )
    line_end: LonLat | None = None
    rivers: tuple[RiverStretch, ...] = ()
    sectors: tuple[SectorDeclaration, ...] = Field(min_length=1)
    segment_max_km: float = Field(default=5.0, gt=0)
    reach_km: float = Field(default=160.0, gt=0)
    extent: Bounds
    camera: RegionCamera
    series: tuple[SeriesDeclaration, ...] = ()
    neighbours: tuple[Country, ...] = Field(
        default=(), description="further countries whose towns are named on the map"
    )
    agencies: dict[AgencyRole, str] = Field(
        default_factory=dict, description="who runs the sensors of the SYNTHETIC demo"
    )
    admin_names: dict[str, str] = Field(
        default_factory=dict, description="GeoNames 'MX.26' to the name shown, 'Sonora'"
    )

    @property
    def countries(self) -> tuple[str, str]:
        """The ISO codes of both sides, a before b."""
        return (self.side_a.country, self.side_b.country)

    @property
    def counties(self) -> tuple[str, ...]:
        """The counties along the line in its order, each once."""
        return tuple(dict.fromkeys(c for sector in self.sectors for c in sector.counties))

    def sector(self, code: str) -> SectorDeclaration:
        """The sector of that code; KeyError where the region has none."""
        for sector in self.sectors:
            if sector.code == code:
                return sector
        raise KeyError(code)

    @model_validator(mode="after")
    def _check_extent(self) -> Self:
        west, south, east, north = self.extent
        if west >= east or south >= north:
            raise ValueError(f"extent {self.extent} must be west, south, east, north")
        return self

    @model_validator(mode="after")
    def _check_sectors(self) -> Self:
        twice = [code for code, n in Counter(s.code for s in self.sectors).items() if n > 1]
        if twice:
            raise ValueError(f"sector codes declared twice: {', '.join(twice)}")
        if len({bool(sector.counties) for sector in self.sectors}) > 1:
            raise ValueError("either every sector lists counties or none does")
        self._check_county_order()
        for group in self.groups():
            lacking = [sector.code for sector in group if sector.share is None]
            if len(group) > 1 and lacking:
                raise ValueError(
                    f"sectors {', '.join(lacking)} have no county line to the next: state a share"
                )
        return self

    def _check_county_order(self) -> None:
        last: dict[str, int] = {}
        for position, sector in enumerate(self.sectors):
            for index, county in enumerate(sector.counties):
                if county in last and (last[county] != position - 1 or index > 0):
                    raise ValueError(
                        f"sector {sector.code} lists {county} again: only the first county "
                        "of a sector may be the last of the one before"
                    )
                last[county] = position
        for left, right in pairwise(self.sectors):
            shared = set(left.counties) & set(right.counties)
            if shared and left.counties[-1] not in shared:
                raise ValueError(
                    f"sectors {left.code} and {right.code} share {', '.join(sorted(shared))}, "
                    f"which must then be the last county of {left.code}"
                )

    def groups(self) -> tuple[tuple[SectorDeclaration, ...], ...]:
        """Runs of consecutive sectors without a county line between them."""
        runs: list[list[SectorDeclaration]] = [[self.sectors[0]]]
        for left, right in pairwise(self.sectors):
            if not left.counties or set(left.counties) & set(right.counties):
                runs[-1].append(right)
            else:
                runs.append([right])
        return tuple(tuple(run) for run in runs)
