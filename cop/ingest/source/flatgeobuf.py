"""FlatGeobuf, read by GDAL."""

from typing import TYPE_CHECKING

from cop.ingest.source.format import FileFormat

if TYPE_CHECKING:
    from cop.ingest.source.base.opened import Job, OpenedFile


def open_flatgeobuf(job: "Job") -> "OpenedFile":
    """Open its layer; InputFileError where it cannot be read."""
    from cop.ingest.source.base.feature import open_feature

    return open_feature(job)


FORMAT = FileFormat(
    id="flatgeobuf",
    title="FlatGeobuf",
    kind="vector",
    suffixes=(".fgb",),
    magic=(b"fgb\x03",),
    driver="FlatGeobuf",
    open_file=open_flatgeobuf,
)
