"""Tests of the file of a backup: checked whole, equal for equal content."""

import hashlib
import tarfile
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from pydantic import ValidationError

from cop.errors import InputFileError, StoreError
from cop.store.backup.archive import (
    MANIFEST,
    BackupManifest,
    Member,
    is_member,
    is_whole,
    read_archive,
    write_archive,
)
from cop.store.catalogue.version import CATALOGUE_FILE

pytestmark = pytest.mark.store


ROWS = b"reason,row\n"
CONTENT = {
    CATALOGUE_FILE: b"a database",
    f"rejects/iom/{hashlib.sha256(ROWS).hexdigest()}.csv": ROWS,
}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def pack(folder: Path, content: Mapping[str, bytes] = CONTENT) -> Path:
    """Write the files and a backup of them."""
    sources = {}
    for number, (name, written) in enumerate(content.items()):
        sources[name] = folder / f"source-{number}"
        sources[name].write_bytes(written)
    members = tuple(
        Member(name=name, sha256=sha256(written), size_bytes=len(written))
        for name, written in content.items()
    )
    manifest = BackupManifest(version=3, published_at=datetime(2026, 11, 25), members=members)
    target = folder / "backup.tar"
    write_archive(target, manifest, sources)
    return target


def test_a_backup_is_read_and_each_member_unpacked(tmp_path: Path) -> None:
    archive = read_archive(pack(tmp_path))
    assert archive.manifest.version == 3
    assert [member.name for member in archive.manifest.members] == list(CONTENT)
    for name, content in CONTENT.items():
        archive.unpack(name, tmp_path / "out")
        assert (tmp_path / "out").read_bytes() == content


def test_equal_content_gives_equal_bytes(tmp_path: Path) -> None:
    first = pack(tmp_path).read_bytes()
    assert pack(tmp_path).read_bytes() == first


def test_a_file_that_changes_while_it_is_read_is_named(tmp_path: Path) -> None:
    pack(tmp_path)
    source = tmp_path / "source-0"
    member = Member(name=CATALOGUE_FILE, sha256="0" * 64, size_bytes=source.stat().st_size)
    manifest = BackupManifest(version=3, published_at=datetime(2026, 11, 25), members=(member,))
    with pytest.raises(StoreError, match=f"{CATALOGUE_FILE} changed while it was read"):
        write_archive(tmp_path / "b.tar", manifest, {CATALOGUE_FILE: source})


def test_every_cut_is_found(tmp_path: Path) -> None:
    file = pack(tmp_path)
    whole = file.read_bytes()
    with tarfile.open(file) as tar:
        edges = [about.offset_data + 1 for about in tar] + [1, 512]
    for edge in edges:
        file.write_bytes(whole[:edge])
        with pytest.raises(InputFileError, match="not a whole backup"):
            read_archive(file)


def test_a_member_that_is_another_is_named(tmp_path: Path) -> None:
    file = pack(tmp_path)
    file.write_bytes(file.read_bytes().replace(b"a database", b"b database"))
    with pytest.raises(InputFileError, match=f"{CATALOGUE_FILE} is damaged"):
        read_archive(file)


def test_what_the_manifest_does_not_name_is_refused(tmp_path: Path) -> None:
    file = pack(tmp_path)
    with tarfile.open(file, "a") as tar:
        about = tarfile.TarInfo("../other")
        about.size = 1
        tar.addfile(about, BytesIO(b"x"))
    with pytest.raises(InputFileError, match=r"'\.\./other' is not what the manifest names"):
        read_archive(file)


def test_a_manifest_must_come_first_and_name_the_catalogue(tmp_path: Path) -> None:
    file = tmp_path / "other.tar"
    with tarfile.open(file, "w") as tar:
        tar.addfile(tarfile.TarInfo("first"))
    with pytest.raises(InputFileError, match=f"does not begin with {MANIFEST}"):
        read_archive(file)
    (rejects,) = [name for name in CONTENT if name != CATALOGUE_FILE]
    with pytest.raises(InputFileError, match=f"no {CATALOGUE_FILE}"):
        read_archive(pack(tmp_path, {rejects: ROWS}))


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "rejects/iom/../a.csv", f"rasters/{'1' * 64}.tif", "room.db"]
)
def test_a_member_is_a_file_of_a_warehouse_named_by_its_content(name: str) -> None:
    with pytest.raises(ValidationError, match="is no file of a warehouse"):
        Member(name=name, sha256="0" * 64, size_bytes=1)


def test_a_file_is_whole_while_its_content_is_that_of_its_name(tmp_path: Path) -> None:
    name = f"rasters/{sha256(b'x')}.tif"
    assert is_member(name)
    assert not is_whole(tmp_path, name)
    (tmp_path / "rasters").mkdir()
    (tmp_path / name).write_bytes(b"x")
    assert is_whole(tmp_path, name)
    (tmp_path / name).write_bytes(b"y")
    assert not is_whole(tmp_path, name)
    assert not is_whole(tmp_path, "catalogue.sqlite")
