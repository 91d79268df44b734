"""The geography of a region, built from its declaration and installed packages."""

from cop.ingest.geography.atlas import (
    Geography,
    build_geography,
    build_region_segments,
    describe_region,
)
from cop.ingest.geography.declaration import build_region, read_region, region_names

__all__ = [
    "Geography",
    "build_geography",
    "build_region",
    "build_region_segments",
    "describe_region",
    "read_region",
    "region_names",
]
