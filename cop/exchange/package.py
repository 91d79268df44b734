"""Packages: files with a manifest, signed by the sender, and sealed for the receiver.

A package is a tar in age (age-encryption.org/v1): the manifest, its Ed25519 signature, and the
files in the manifest's order. It is sealed for its sender as well, who can open it as the receiver
does.
"""

import hashlib
import io
import os
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Final

import pyrage
from pydantic import ValidationError

from cop.errors import PackageError
from cop.exchange.key import NodeKeys, is_signed
from cop.exchange.manifest import CLOCK_SKEW, Manifest, PackagedFile
from cop.model.partner import NodeCard
from cop.store.catalogue.writer import file_sha256, place_file

SUFFIX: Final = ".coppkg"
_MANIFEST, _SIGNATURE = "manifest.json", "manifest.sig"
_MOST_MANIFEST: Final = 4_000_000
_SIGNATURE_BYTES: Final = 64
_PIECE: Final = 1 << 20
_CHANGED: Final = "it was changed or cut on its way"


@dataclass(frozen=True, kw_only=True)
class OpenedPackage:
    """A package that was checked: its manifest, and the folder with its files by their names."""

    manifest: Manifest
    folder: Path
    digest: str

    def path(self, name: str) -> Path:
        """Return the path of one of its files."""
        return self.folder / name


def describe_file(name: str, path: Path, *, rows: int = 0) -> PackagedFile:
    """Return what the manifest says of a file."""
    size = path.stat().st_size
    return PackagedFile(name=name, sha256=file_sha256(path), size=size, rows=rows)


def write_package(
    target: Path,
    manifest: Manifest,
    sources: Mapping[str, Path],
    *,
    keys: NodeKeys,
    receiver: NodeCard,
    scratch: Path | None = None,
) -> None:
    """Write a package of files by their names in the manifest; whole or not at all.

    It is put together below ``scratch``, or where temporary files go.

    Raise StoreError if it cannot be written.
    """
    stated = manifest.encode()
    recipients = [
        pyrage.x25519.Recipient.from_str(receiver.seal_key),
        keys.seal.to_public(),
    ]

    def write(draft: Path) -> None:
        # What is not sealed yet never lies on the medium that carries the package.
        with TemporaryDirectory(prefix="cop-package-", dir=scratch) as within:
            plain = Path(within) / "package.tar"
            with tarfile.open(plain, "w", format=tarfile.GNU_FORMAT) as tar:
                _add(tar, _MANIFEST, io.BytesIO(stated), len(stated))
                _add(tar, _SIGNATURE, io.BytesIO(keys.sign.sign(stated)), _SIGNATURE_BYTES)
                for file in manifest.files:
                    with sources[file.name].open("rb") as content:
                        _add(tar, file.name, content, file.size)
            pyrage.encrypt_file(str(plain), str(draft), recipients)

    place_file(target, write)


@contextmanager
def open_package(
    path: Path,
    *,
    keys: NodeKeys,
    find_sender: Callable[[str], NodeCard],
    receiver: str | None,
    now: datetime | None,
    scratch: Path | None = None,
) -> Iterator[OpenedPackage]:
    """Open a package and check all of it before anything in it is used.

    ``find_sender`` returns the card of an agency, or raises what is to be said of it; ``receiver``
    is who it has to be for, ``now`` when it has to be valid; None is anybody, and whenever. It is
    unpacked below ``scratch``, or where temporary files go. Raise PackageError, naming the file and
    what is wrong with it.
    """
    with TemporaryDirectory(prefix="cop-package-", dir=scratch) as within:
        plain = Path(within) / "package.tar"
        _unseal(path, plain, keys)
        with _reading(path), plain.open("rb") as tar:
            manifest = _read_manifest(path, tar, find_sender)
            if receiver not in (None, manifest.receiver):
                raise PackageError(
                    f"{path.name}: it is for {manifest.receiver}, not for {receiver}: send it there"
                )
            if now is not None:
                _check_time(path, manifest, now)
            folder = Path(within) / "files"
            for file in manifest.files:
                _extract(path, tar, file, folder / file.name)
            if _next(tar) is not None:
                raise PackageError(
                    f"{path.name}: it holds more than its manifest names: {_CHANGED}"
                )
        plain.unlink()
        yield OpenedPackage(manifest=manifest, folder=folder, digest=file_sha256(path))


def _check_time(path: Path, manifest: Manifest, now: datetime) -> None:
    if manifest.made_at > now + CLOCK_SKEW:
        raise PackageError(
            f"{path.name}: it was made at {manifest.made_at:%Y-%m-%dT%H:%MZ}, which is in "
            f"the future: check the clocks here and at {manifest.sender}"
        )
    if manifest.expires_at <= now:
        raise PackageError(
            f"{path.name}: it expired at {manifest.expires_at:%Y-%m-%dT%H:%MZ}; ask "
            f"{manifest.sender} for a new one"
        )


def _add(tar: tarfile.TarFile, name: str, content: IO[bytes], size: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = size
    tar.addfile(entry, content)


def _unseal(path: Path, plain: Path, keys: NodeKeys) -> None:
    try:
        with path.open("rb") as sealed, plain.open("wb") as out:
            pyrage.decrypt_io(sealed, out, [keys.seal])
    except pyrage.DecryptError as fault:
        if "matching keys" in str(fault):
            raise PackageError(
                f"{path.name}: it is sealed for another server, or {_CHANGED}; nothing was read"
            ) from None
        raise PackageError(f"{path.name}: {_CHANGED} ({fault}); nothing was read") from None
    except OSError as fault:
        # What does not open in the middle of a file is an OSError as well, without a number.
        if fault.errno is None:
            raise PackageError(f"{path.name}: {_CHANGED} ({fault}); nothing was read") from None
        raise PackageError(f"{path.name}: cannot be read: {fault}") from fault


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except tarfile.TarError as fault:
        raise PackageError(f"{path.name}: not a package ({fault})") from fault
    except OSError as fault:
        raise PackageError(
            f"{path.name}: it cannot be unpacked: {fault}; nothing was taken"
        ) from fault


def _read_manifest(path: Path, tar: IO[bytes], find_sender: Callable[[str], NodeCard]) -> Manifest:
    stated = _read_member(path, tar, _MANIFEST, _MOST_MANIFEST)
    signature = _read_member(path, tar, _SIGNATURE, _SIGNATURE_BYTES)
    try:
        manifest = Manifest.model_validate_json(stated)
    except ValidationError as fault:
        first = fault.errors()[0]
        raise PackageError(
            f"{path.name}: its manifest is not valid: {first['msg']}; the sender may have a newer "
            "version of the program"
        ) from None
    if not is_signed(find_sender(manifest.sender), signature, stated):
        raise PackageError(
            f"{path.name}: it says that it is of {manifest.sender}, and is not signed with the key "
            "on their card; nothing was taken from it"
        )
    return manifest


def _next(tar: IO[bytes]) -> tarfile.TarInfo | None:
    """Read the header of the next member, None at the end; TarError for all but plain files.

    Links, holes and further headers have no place in a package.
    """
    block = tar.read(tarfile.BLOCKSIZE)
    if not block.strip(b"\0"):
        return None
    entry = tarfile.TarInfo.frombuf(block, "ascii", "strict")
    if entry.type != tarfile.REGTYPE:
        raise tarfile.TarError("it holds what is no plain file")
    return entry


def _pass_rest(tar: IO[bytes], size: int) -> None:
    """Pass over what fills the last block of a member."""
    tar.seek(-size % tarfile.BLOCKSIZE, os.SEEK_CUR)


def _read_member(path: Path, tar: IO[bytes], name: str, most: int) -> bytes:
    entry = _next(tar)
    if entry is None or entry.name != name or entry.size > most:
        raise PackageError(f"{path.name}: not a package: it does not begin with {name}")
    content = tar.read(entry.size)
    _pass_rest(tar, entry.size)
    return content


def _extract(path: Path, tar: IO[bytes], file: PackagedFile, target: Path) -> None:
    """Write the next member, which has to be this file, and check its digest."""
    entry = _next(tar)
    if entry is None or entry.name != file.name or entry.size != file.size:
        raise PackageError(f"{path.name}: {file.name} is missing or has another size: {_CHANGED}")
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, left = hashlib.sha256(), file.size
    with target.open("wb") as out:
        while left and (piece := tar.read(min(left, _PIECE))):
            digest.update(piece)
            out.write(piece)
            left -= len(piece)
    _pass_rest(tar, file.size)
    if digest.hexdigest() != file.sha256:
        raise PackageError(f"{path.name}: {file.name} is not what its manifest names: {_CHANGED}")
