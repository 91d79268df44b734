"""Archives of strangers: names, number, sizes and ratio are checked before a byte is unpacked."""

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from cop.errors import InputFileError
from cop.settings import UploadSettings

if TYPE_CHECKING:
    from cop.ingest.source.base.opened import Job

_MB = 1 << 20
_SMALL = 16 * _MB
_CHUNK = 1 << 20
_LOCAL_HEADER = 30
_NESTED = (
    ".zip",
    ".gz",
    ".bz2",
    ".xz",
    ".7z",
    ".rar",
    ".tar",
    ".tgz",
    ".kmz",
    ".zst",
    ".dpk",
    ".shz",
)
_DRIVE = re.compile(r"[A-Za-z]:")
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError, ValueError
)  # fmt: skip


class UploadArchive:
    """A zip whose members passed the checks; ``members`` are its files by their names."""

    def __init__(self, packed: zipfile.ZipFile, *, file: str, settings: UploadSettings) -> None:
        """Check every member; InputFileError names the file, the member and the rule."""
        self.file, self._packed, self._settings = file, packed, settings
        self._left = settings.upload_unpacked_mb * _MB
        listed = packed.infolist()
        if len(listed) > settings.upload_entries:
            self.refuse(f"{len(listed)} files inside; at most {settings.upload_entries} are taken")
        for member in listed:
            self._check_member(member)
        self._check_sizes(listed)
        self.members = {one.filename: one for one in listed if not one.is_dir()}
        if len(self.members) != sum(not one.is_dir() for one in listed):
            self.refuse("two files inside share a name")

    def refuse(self, reason: str) -> None:
        """Raise InputFileError."""
        raise InputFileError(f"{self.file}: {reason}; pack the files of one layer anew")

    def copy(self, name: str, target: Path) -> None:
        """Unpack a member under a name of ours, counting what it really holds."""
        with self.open(name) as member, target.open("wb") as out:
            while chunk := member.read(_CHUNK):
                out.write(chunk)

    @contextmanager
    def open(self, name: str) -> Iterator["_Counted"]:
        """Open a member for reading; what is read counts toward the archive's limit."""
        try:
            with self._packed.open(self.members[name]) as member:
                yield _Counted(member, self)
        except _BROKEN as fault:
            raise InputFileError(
                f"{self.file}: {name[:80]!r} cannot be unpacked: {fault}; pack it again"
            ) from fault

    def take(self, size: int) -> None:
        """Count unpacked bytes; InputFileError past the limit."""
        self._left -= size
        if self._left < 0:
            self.refuse(f"unpacks to more than {self._settings.upload_unpacked_mb} MB")

    def _check_member(self, member: zipfile.ZipInfo) -> None:
        name = member.orig_filename
        shown = repr(name[:80])
        if name.startswith(("/", "\\")) or _DRIVE.match(name):
            self.refuse(f"{shown} is an absolute path")
        if "\\" in name:
            self.refuse(f"{shown} has a backslash in its name")
        if "\x00" in name or any(ord(letter) < 32 for letter in name):  # noqa: PLR2004 blank
            self.refuse(f"{shown} has a control character in its name")
        if ".." in PurePosixPath(name).parts:
            self.refuse(f"{shown} leads out of the archive")
        mode = member.external_attr >> 16
        if mode and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or not stat.S_IFMT(mode)):
            self.refuse(f"{shown} is a link or a device")
        if member.flag_bits & 1:
            self.refuse(f"{shown} is encrypted")
        if name.lower().endswith(_NESTED):
            self.refuse(f"{shown} is an archive inside the archive")

    def _check_sizes(self, listed: list[zipfile.ZipInfo]) -> None:
        total = sum(member.file_size for member in listed)
        packed = sum(member.compress_size for member in listed)
        if total > self._left:
            self.refuse(
                f"unpacks to {total // _MB} MB; at most {self._settings.upload_unpacked_mb} MB"
            )
        if total > _SMALL and total > packed * self._settings.upload_ratio:
            self.refuse(
                f"unpacks to {total // max(packed, 1)} times its size; at most "
                f"{self._settings.upload_ratio} times is taken"
            )
        ordered = sorted(listed, key=lambda member: member.header_offset)
        for one, following in pairwise(ordered):
            least = _LOCAL_HEADER + len(one.orig_filename.encode()) + one.compress_size
            if one.header_offset + least > following.header_offset:
                self.refuse("its files overlap one another")


class _Counted:
    """A member that counts what is read of it."""

    def __init__(self, member: IO[bytes], archive: UploadArchive) -> None:
        self._member, self._archive = member, archive

    def read(self, size: int = -1) -> bytes:
        """Read at most ``size`` bytes, at most a chunk where none is given."""
        content = self._member.read(size if size >= 0 else _CHUNK)
        self._archive.take(len(content))
        return content


def note_ignored(job: "Job", names: Sequence[str]) -> None:
    """Note the files of an archive that are not read."""
    if names:
        job.notes.add("members_ignored", ", ".join(names[:10]), rows=len(names))


@contextmanager
def open_archive(path: Path, *, file: str, settings: UploadSettings) -> Iterator[UploadArchive]:
    """Open a zip and check it; InputFileError where it is none, or breaks a rule."""
    try:
        packed = zipfile.ZipFile(path)
    except _BROKEN as fault:
        raise InputFileError(
            f"{file}: not a readable zip: {fault}; pack the files of one layer anew"
        ) from fault
    with packed:
        yield UploadArchive(packed, file=file, settings=settings)
