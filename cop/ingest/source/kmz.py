"""KMZ: the documents of the zip that have placemarks are unpacked and read as KML."""

from typing import TYPE_CHECKING

from cop.ingest.source.format import ZIP, FileFormat
from cop.ingest.source.kml import DRIVER, open_placemarks

if TYPE_CHECKING:
    from cop.ingest.source.base.archive import UploadArchive
    from cop.ingest.source.base.feature import Prepared
    from cop.ingest.source.base.opened import Job, OpenedFile


def open_kmz(job: "Job") -> "OpenedFile":
    """Open a folder of placemarks; InputFileError where the zip holds none."""
    return open_placemarks(job, unpack_kmz)


def unpack_kmz(job: "Job") -> "Prepared":
    """Unpack the document, or by their names those of several that have placemarks."""
    from cop.ingest.source.base.archive import note_ignored, open_archive

    with open_archive(job.path, file=job.name, settings=job.settings) as archive:
        named = sorted(
            (name for name in archive.members if name.lower().endswith(".kml")),
            key=lambda name: (name.lower() != "doc.kml", name),
        )
        filled = [name for name in named if _count_placemarks(job, archive, name)]
        if not filled:
            archive.refuse("no KML with a placemark inside")
        targets = {}
        for number, name in enumerate(filled):
            targets[name] = job.scratch / f"input{number or ''}.kml"
            archive.copy(name, targets[name])
        note_ignored(job, [name for name in archive.members if not name.lower().endswith(".kml")])
    return targets if len(targets) > 1 else targets[filled[0]]


def _count_placemarks(job: "Job", archive: "UploadArchive", name: str) -> int:
    from cop.ingest.source.base.markup import check_xml

    counted = 0

    def count(element: str) -> None:
        nonlocal counted
        counted += element.rpartition(":")[2] == "Placemark"

    with archive.open(name) as member:
        check_xml(member, file=job.name, on_start=count)
    return counted


FORMAT = FileFormat(
    id="kmz",
    title="KMZ",
    kind="vector",
    suffixes=(".kmz",),
    magic=(ZIP,),
    driver=DRIVER,
    open_file=open_kmz,
)
