"""KML, checked as XML before GDAL reads it."""

from pathlib import Path
from typing import TYPE_CHECKING

from cop.ingest.source.format import FileFormat

if TYPE_CHECKING:
    from cop.ingest.source.base.opened import Job, OpenedFile

DRIVER = "LIBKML"
"""Whose values are texts unless a schema says otherwise, so that kinds are found by the cells."""
DULL = frozenset(("altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon"))


def open_kml(job: "Job") -> "OpenedFile":
    """Open a folder of placemarks; InputFileError where it cannot be read."""
    from cop.ingest.source.base.feature import open_feature

    return open_feature(job, prepare=check_markup, is_text=True, drops_blank=True, dull=DULL)


def check_markup(job: "Job") -> Path:
    """Return the path of a file that is plain XML; InputFileError where it is not."""
    from cop.ingest.source.base.markup import check_xml

    with job.path.open("rb") as stream:
        check_xml(stream, file=job.name)
    return job.path


FORMAT = FileFormat(
    id="kml",
    title="KML",
    kind="vector",
    suffixes=(".kml",),
    magic=(b"<",),
    text=True,
    driver=DRIVER,
    open_file=open_kml,
)
