"""GPX, checked as XML before GDAL reads it: waypoints, routes and tracks are layers."""

from typing import TYPE_CHECKING

from cop.ingest.source.format import FileFormat
from cop.ingest.source.kml import check_markup

if TYPE_CHECKING:
    from cop.ingest.source.base.opened import Job, OpenedFile


def open_gpx(job: "Job") -> "OpenedFile":
    """Open a layer; InputFileError where it cannot be read."""
    from cop.ingest.source.base.feature import open_feature

    return open_feature(job, prepare=check_markup, drops_blank=True)


FORMAT = FileFormat(
    id="gpx",
    title="GPX",
    kind="vector",
    suffixes=(".gpx",),
    magic=(b"<",),
    text=True,
    driver="GPX",
    open_file=open_gpx,
)
