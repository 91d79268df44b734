"""Newline-delimited GeoJSON: a feature a line."""

from dataclasses import replace
from typing import TYPE_CHECKING

from cop.ingest.source.format import FileFormat

if TYPE_CHECKING:
    from cop.ingest.source.base.opened import Job, OpenedFile


def open_geojsonl(job: "Job") -> "OpenedFile":
    """Open a sequence of features; InputFileError where it cannot be read."""
    from cop.ingest.source.base.feature import open_feature
    from cop.ingest.source.base.long_number import quote_long_numbers
    from cop.ingest.source.base.record_count import count_lines, find_broken_lines

    # One line alone GDAL takes for a plain GeoJSON, unless the driver is named.
    opened = open_feature(job, prepare=lambda one: f"GeoJSONSeq:{quote_long_numbers(one)}")
    return replace(
        opened,
        count=lambda: count_lines(job.path),
        find_lost=lambda: find_broken_lines(job.path),
    )


FORMAT = FileFormat(
    id="geojsonl",
    title="newline-delimited GeoJSON",
    kind="vector",
    suffixes=(".geojsonl", ".geojsons", ".ndjson", ".jsonl"),
    magic=(b"{", b"\x1e"),
    text=True,
    driver="GeoJSONSeq",
    open_file=open_geojsonl,
)
