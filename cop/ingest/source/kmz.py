"""KMZ: the document of the zip that has placemarks is unpacked and read as KML."""

from pathlib import Path
from typing import TYPE_CHECKING

from cop.ingest.source.format import ZIP, FileFormat
from cop.ingest.source.kml import DRIVER, DULL

if TYPE_CHECKING:
    from cop.ingest.source.base.archive import UploadArchive
    from cop.ingest.source.base.opened import Job, OpenedFile


def open_kmz(job: "Job") -> "OpenedFile":
    """Open a folder of placemarks; InputFileError where the zip holds none."""
    from cop.ingest.source.base.feature import open_feature

    return open_feature(job, prepare=unpack_kmz, is_text=True, drops_blank=True, dull=DULL)


def unpack_kmz(job: "Job") -> Path:
    """Take the document, or where that only points to others the first with placemarks."""
    from cop.ingest.source.base.archive import open_archive

    with open_archive(job.path, file=job.name, settings=job.settings) as archive:
        named = sorted(
            (name for name in archive.members if name.lower().endswith(".kml")),
            key=lambda name: (name.lower() != "doc.kml", name),
        )
        counts = {name: _count_placemarks(job, archive, name) for name in named}
        main = next((name for name, count in counts.items() if count), None)
        if main is None:
            archive.refuse("no KML with a placemark inside")
        others = [name for name, count in counts.items() if count and name != main]
        if others:
            job.notes.add("members_ignored", ", ".join(others[:10]), rows=len(others))
        archive.copy(str(main), job.scratch / "input.kml")
    return job.scratch / "input.kml"


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
