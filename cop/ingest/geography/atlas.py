"""A region's geography, shipped or built: line, segments, sectors, counties, background, places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from cop.ingest.geography.area import build_division, build_sectors
from cop.ingest.geography.background import build_background
from cop.ingest.geography.line import build_line
from cop.ingest.geography.place import build_places
from cop.ingest.geography.sector import county_stretches, sector_stretches
from cop.ingest.geography.segment import build_segments
from cop.ingest.geography.shipped import read_shipped, read_shipped_table
from cop.ingest.geography.source import read_attributions, read_counties
from cop.ingest.geography.table import Geography, Progress, show_nothing
from cop.model.region import Region

if TYPE_CHECKING:
    from cop.ingest.geography.line import BorderLine
    from cop.ingest.geography.sector import Stretch

_COUNTY_COLUMNS = ["county", "county_fips", "state", "sector", "geometry"]
_COUNTRY_WITH_COUNTIES = "US"


@dataclass(frozen=True, kw_only=True, eq=False)
class _Course:
    """The line with its sectors and segments: all that needs no area."""

    line: BorderLine
    counties: gpd.GeoDataFrame
    sectors: tuple[Stretch, ...]
    segments: gpd.GeoDataFrame


def read_geography(region: Region, progress: Progress = show_nothing) -> Geography:
    """Read a region's shipped geography, or build it where it is declared otherwise."""
    return read_shipped(region) or build_geography(region, progress)


def read_segments(region: Region) -> gpd.GeoDataFrame:
    """Read or build the segments alone, as they are in the geography."""
    shipped = read_shipped_table(region, "segments")
    return _build_course(region).segments if shipped is None else shipped


def read_line(region: Region) -> gpd.GeoDataFrame:
    """Read or build the border line alone, as it is in the geography."""
    shipped = read_shipped_table(region, "line")
    return _line_table(region, build_line(region)) if shipped is None else shipped


def build_geography(region: Region, progress: Progress = show_nothing) -> Geography:
    """Build every table of the region from installed packages alone; the same each time."""
    progress("line", 0.0)
    course = _build_course(region)
    line, counties = course.line, course.counties
    progress("sectors", 0.15)
    division = build_division(region, line, course.sectors, counties)
    counties = counties.assign(sector=list(division.county_sector))
    within = counties.intersects(division.reach)
    progress("background", 0.22)
    background = build_background(region, line, counties, division.reach)
    progress("places", 0.82)
    places = build_places(region, line, division.reach)
    progress("done", 1.0)
    return Geography(
        region=region,
        line=_line_table(region, line),
        segments=course.segments,
        sectors=build_sectors(region, course.sectors, course.segments, division),
        counties=counties.loc[within, _COUNTY_COLUMNS].reset_index(drop=True),
        background=background,
        places=places,
        attributions=read_attributions(counties=len(counties) > 0),
    )


def describe_region(region: Region | Geography) -> dict[str, Any]:
    """Return name, length_km and segments of a region, and the same of each sector."""
    if isinstance(region, Region):
        declared, segments = region, read_segments(region)
    else:
        declared, segments = region.region, region.segments
    by_sector = segments.groupby("sector")["length_km"].agg(["sum", "count"])
    return {
        "name": declared.name,
        "length_km": round(float(segments["length_km"].sum()), 3),
        "segments": len(segments),
        "sectors": [
            {
                "code": sector.code,
                "name": sector.name,
                "length_km": round(float(by_sector.loc[sector.code, "sum"]), 3),
                "segments": int(by_sector.loc[sector.code, "count"]),
            }
            for sector in declared.sectors
        ],
    }


def _line_table(region: Region, line: BorderLine) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"region": [region.name], "length_km": [line.length_km]},
        geometry=[line.geometry],
        crs="EPSG:4326",
    )


def _build_course(region: Region) -> _Course:
    line = build_line(region)
    counties = read_counties(region.extent)
    if _COUNTRY_WITH_COUNTIES not in region.countries:
        counties = counties.iloc[:0]
    along = county_stretches(region, line, counties)
    sectors = sector_stretches(region, line, along)
    fips = dict(zip(counties["county"], counties["county_fips"], strict=True))
    segments = build_segments(region, line, sectors, along, fips)
    return _Course(line=line, counties=counties, sectors=sectors, segments=segments)
