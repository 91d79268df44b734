"""The geography of a region: shipped with the package, or built from its declaration."""

from cop.ingest.geography.atlas import (
    build_geography,
    describe_region,
    read_geography,
    read_line,
    read_segments,
)
from cop.ingest.geography.declaration import build_region, read_region, region_names
from cop.ingest.geography.table import Geography

__all__ = [
    "Geography",
    "build_geography",
    "build_region",
    "describe_region",
    "read_geography",
    "read_line",
    "read_region",
    "read_segments",
    "region_names",
]
