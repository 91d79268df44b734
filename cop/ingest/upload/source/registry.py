"""The reader of each format; one is imported only where its format comes."""

from collections.abc import Callable
from pathlib import Path

from cop.errors import InputFileError
from cop.ingest.upload.archive import open_archive
from cop.ingest.upload.format import FORMATS, UploadFormat, suffixed
from cop.ingest.upload.source.opened import Job, OpenedFile
from cop.settings import UploadSettings


def _delimited() -> Callable[[Job], OpenedFile]:
    from cop.ingest.upload.source.delimited import open_delimited

    return open_delimited


def _sheet() -> Callable[[Job], OpenedFile]:
    from cop.ingest.upload.source.sheet import open_sheet

    return open_sheet


def _feature() -> Callable[[Job], OpenedFile]:
    from cop.ingest.upload.source.feature import open_feature

    return open_feature


def _parquet() -> Callable[[Job], OpenedFile]:
    from cop.ingest.upload.source.parquet import open_parquet

    return open_parquet


def _tak() -> Callable[[Job], OpenedFile]:
    from cop.ingest.upload.source.tak import open_tak

    return open_tak


def _photo() -> Callable[[Job], OpenedFile]:
    from cop.ingest.upload.source.photo import open_photo

    return open_photo


_OTHERS: dict[str, Callable[[], Callable[[Job], OpenedFile]]] = {
    "csv": _delimited,
    "tsv": _delimited,
    "xlsx": _sheet,
    "geoparquet": _parquet,
    "tak": _tak,
    "photo": _photo,
}


def open_source(job: Job) -> OpenedFile:
    """Open a file of anything but rasters by its format."""
    return _OTHERS.get(job.format.id, _feature)()(job)


def settle_format(
    path: Path, name: str, first: UploadFormat, settings: UploadSettings
) -> UploadFormat:
    """Give the one format of several that share ``.zip``, by the names in the archive."""
    sharing = suffixed(name)
    if len(sharing) == 1:
        return first
    with open_archive(path, file=name, settings=settings) as archive:
        names = [member.lower() for member in archive.members]
    if any(".gdb/" in member for member in names):
        return FORMATS["filegdb"]
    if any(member.endswith(".shp") for member in names):
        return FORMATS["shapefile"]
    if any(member.endswith(".cot") or member == "manifest/manifest.xml" for member in names):
        return FORMATS["tak"]
    raise InputFileError(
        f"{name}: no shapefile, FileGDB or TAK data package inside; zip exactly one"
    )
