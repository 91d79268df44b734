"""Newline-delimited GeoJSON: a feature a line."""

from typing import TYPE_CHECKING

from cop.ingest.source.format import FileFormat

if TYPE_CHECKING:
    from cop.ingest.source.base.opened import Job, OpenedFile


def open_geojsonl(job: "Job") -> "OpenedFile":
    """Open a sequence of features; InputFileError where it cannot be read."""
    from cop.ingest.source.base.feature import open_feature

    # One line alone GDAL takes for a plain GeoJSON, unless the driver is named.
    return open_feature(job, prepare=lambda one: f"GeoJSONSeq:{one.path}")


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
