"""A zipped FileGDB: the files of its one folder are copied under names of ours."""

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from cop.ingest.source.format import ZIP, FileFormat

if TYPE_CHECKING:
    from cop.ingest.source.base.opened import Job, OpenedFile

_MEMBER = re.compile(r"(a[0-9a-f]{8}\.[a-z_]{3,20}|gdb|timestamps)", re.ASCII)


def open_filegdb(job: "Job") -> "OpenedFile":
    """Open a layer; InputFileError where the zip does not hold exactly one FileGDB."""
    from cop.ingest.source.base.feature import open_feature

    return open_feature(job, prepare=unpack_filegdb)


def unpack_filegdb(job: "Job") -> Path:
    """Copy the files of the one folder ``.gdb``; raise InputFileError where there is not one."""
    from cop.ingest.source.base.archive import open_archive

    with open_archive(job.path, file=job.name, settings=job.settings) as archive:
        folders = {str(PurePosixPath(name).parent) for name in archive.members}
        folders = {folder for folder in folders if folder.lower().endswith(".gdb")}
        if len(folders) != 1:
            archive.refuse(f"{len(folders)} folders .gdb inside; exactly one is read")
        (folder,) = folders
        target = job.scratch / "input.gdb"
        target.mkdir()
        for name in archive.members:
            member = PurePosixPath(name)
            if str(member.parent) == folder and _MEMBER.fullmatch(member.name.lower()):
                archive.copy(name, target / member.name.lower())
    return target


def is_filegdb(names: Sequence[str]) -> bool:
    """Return whether an archive of these names holds a FileGDB."""
    return any(".gdb/" in name for name in names)


FORMAT = FileFormat(
    id="filegdb",
    title="zipped FileGDB",
    kind="vector",
    suffixes=(".gdb.zip", ".zip"),
    magic=(ZIP,),
    driver="OpenFileGDB",
    open_file=open_filegdb,
    is_inside=is_filegdb,
)
