"""The file of a backup: one tar, its manifest first, that is checked whole before it is used."""

import hashlib
import re
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cop.errors import InputFileError, StoreError
from cop.store.audit.file import AUDIT_FILE
from cop.store.catalogue.version import CATALOGUE_FILE, DATASET_FOLDER, QUARANTINE_FOLDER
from cop.store.catalogue.writer import file_sha256
from cop.store.dataset.photo import FOLDER as PHOTOS
from cop.store.dataset.raster import FOLDER as RASTERS
from cop.store.dataset.reject import FOLDER as REJECTS
from cop.store.room.file import BRIEFS, REPORT_PHOTOS
from cop.store.room.relational import ROOM_FILE

MANIFEST = "manifest.json"
_MANIFEST_BYTES = 256 * 1024 * 1024
_BLOCK_BYTES = 1024 * 1024
_NAMED = re.compile(
    rf"({DATASET_FOLDER}/[A-Za-z0-9_]+/(month=[0-9]{{4,6}}-[0-9]{{2}}/)?[0-9a-f]{{64}}\.parquet"
    rf"|{REJECTS}/[a-z0-9][a-z0-9_-]{{0,59}}/[0-9a-f]{{64}}\.csv"
    rf"|{RASTERS}/[0-9a-f]{{64}}\.tif"
    rf"|({PHOTOS}|{REPORT_PHOTOS})/[0-9a-f]{{64}}\.jpg"
    rf"|{BRIEFS}/[0-9a-f]{{64}}\.(pdf|html))"
)
"""The files of a warehouse that are named by their content."""
_ASIDE = re.compile(rf"{QUARANTINE_FOLDER}(/[A-Za-z0-9_=][A-Za-z0-9._=-]{{0,127}}){{1,8}}")
"""Files that were set aside: kept for people, read by nothing."""
_HEADERS = frozenset({"path", "mtime", "atime", "ctime"})
"""What a member may state beside the plain header: nothing of holes, sizes or links."""
DATABASES = frozenset({CATALOGUE_FILE, ROOM_FILE, AUDIT_FILE})
"""The other files of a backup; one of a warehouse without a room or an audit record has none."""


def is_member(name: str) -> bool:
    """Return whether a path below the warehouse is one of a file named by its content."""
    return _NAMED.fullmatch(name) is not None


def is_aside(name: str) -> bool:
    """Return whether a path below the warehouse is one of a file that was set aside."""
    return _ASIDE.fullmatch(name) is not None


def is_whole(folder: Path, name: str) -> bool:
    """Return whether a file named by its content is there below ``folder`` and still has it."""
    path = folder / name
    try:
        return is_member(name) and file_sha256(path) == path.stem
    except OSError:
        return False


class Member(BaseModel):
    """A file of a backup: its path below the warehouse, its sha256 and size."""

    model_config = ConfigDict(frozen=True)

    name: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size_bytes: int = Field(ge=0)

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        named = is_member(self.name) and Path(self.name).stem == self.sha256
        if self.name not in DATABASES and not named and not is_aside(self.name):
            raise ValueError(f"{self.name[:80]!r} is no file of a warehouse")
        return self


class BackupManifest(BaseModel):
    """What a backup contains: the newest version, each file, and files that were lost before it.

    What is ``absent`` only versions before the newest show.
    """

    model_config = ConfigDict(frozen=True)

    format: Literal[1] = 1
    version: int
    published_at: datetime
    members: tuple[Member, ...]
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BackupArchive:
    """A backup that was checked: its manifest, and where in the file each member begins."""

    file: Path
    manifest: BackupManifest
    offsets: Mapping[str, int]

    def unpack(self, name: str, target: Path) -> None:
        """Write the content of a member to ``target``; raise OSError if that fails."""
        (size,) = (m.size_bytes for m in self.manifest.members if m.name == name)
        with self.file.open("rb") as packed, target.open("wb") as out:
            packed.seek(self.offsets[name])
            while size > 0 and (block := packed.read(min(size, _BLOCK_BYTES))):
                out.write(block)
                size -= len(block)


def write_archive(target: Path, manifest: BackupManifest, sources: Mapping[str, Path]) -> None:
    """Write a tar of the manifest and its members; raise StoreError if one has changed.

    Equal content gives equal bytes: owners and times of files are left out.
    """
    with target.open("wb") as out, tarfile.open(fileobj=out, mode="w") as tar:
        stated = manifest.model_dump_json(indent=1).encode()
        tar.addfile(_describe(MANIFEST, len(stated), manifest.published_at), BytesIO(stated))
        for member in manifest.members:
            about = _describe(member.name, member.size_bytes, manifest.published_at)
            with sources[member.name].open("rb") as source:
                hashed = _Hashed(source)
                tar.addfile(about, hashed)
            if hashed.digest.hexdigest() != member.sha256:
                raise StoreError(f"{member.name} changed while it was read; run `cop doctor`")


def read_archive(file: Path) -> BackupArchive:
    """Read all of a backup; raise InputFileError if any of it is missing, added or changed."""
    try:
        with tarfile.open(file, "r:") as tar:
            manifest = _read_manifest(file, tar)
            left = {member.name: member for member in manifest.members}
            offsets = {}
            while (about := tar.next()) is not None:
                member = left.pop(about.name, None)
                if member is None or not _is_plain(about) or about.size != member.size_bytes:
                    raise _refusal(file, f"{about.name[:120]!r} is not what the manifest names")
                content = tar.extractfile(about)
                if content is None or _sha256(content) != member.sha256:
                    raise _refusal(file, f"{member.name} is damaged (its sha256 is another)")
                offsets[member.name] = about.offset_data
    except (OSError, tarfile.TarError, ValueError, OverflowError, EOFError) as fault:
        raise _refusal(file, str(fault)) from fault
    if left:
        raise _refusal(file, f"it is cut off: {min(left)} and {len(left) - 1} more are missing")
    return BackupArchive(file=file, manifest=manifest, offsets=offsets)


def _read_manifest(file: Path, tar: tarfile.TarFile) -> BackupManifest:
    about = tar.next()
    content = tar.extractfile(about) if about is not None and _is_plain(about) else None
    if about is None or content is None or about.name != MANIFEST or about.size > _MANIFEST_BYTES:
        raise _refusal(file, f"it does not begin with {MANIFEST}")
    try:
        manifest = BackupManifest.model_validate_json(content.read())
    except ValidationError as fault:
        first = fault.errors()[0]
        raise _refusal(file, f"{MANIFEST}: {first['loc']}: {first['msg']}") from fault
    names = [member.name for member in manifest.members]
    if len(set(names)) < len(names) or CATALOGUE_FILE not in names:
        raise _refusal(file, f"{MANIFEST} names a file twice or no {CATALOGUE_FILE}")
    folders = {str(parent) for name in names for parent in Path(name).parents}
    if folders & {*names}:
        raise _refusal(file, f"{MANIFEST} names {min(folders & {*names})} as file and as folder")
    return manifest


def _is_plain(about: tarfile.TarInfo) -> bool:
    """Return whether a member is a file with all its bytes: no link, no hole."""
    return (
        about.type == tarfile.REGTYPE
        and about.sparse is None
        and about.pax_headers.keys() <= _HEADERS
    )


def _refusal(file: Path, reason: str) -> InputFileError:
    return InputFileError(f"{file}: not a whole backup of `cop backup`: {reason}; use another one")


def _describe(name: str, size_bytes: int, at: datetime) -> tarfile.TarInfo:
    about = tarfile.TarInfo(name)
    about.size, about.mode = size_bytes, 0o600
    about.mtime = int((at - datetime(1970, 1, 1)).total_seconds())
    return about


def _sha256(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := content.read(_BLOCK_BYTES):
        digest.update(block)
    return digest.hexdigest()


class _Hashed:
    """A file that is hashed as it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self.digest.update(block)
        return block
