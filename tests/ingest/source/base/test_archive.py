"""Tests of archives of strangers: members by name, and each rule that is broken."""

import zipfile
from pathlib import Path

import pytest

from cop.errors import InputFileError
from cop.ingest.source.base.archive import open_archive
from cop.settings import UploadSettings

pytestmark = pytest.mark.layers


def write_zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_members_are_read_and_copied_under_other_names(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"b/": b"", "b/c.txt": b"hello"})
    with open_archive(path, file="a.zip", settings=UploadSettings()) as archive:
        assert list(archive.members) == ["b/c.txt"]
        archive.copy("b/c.txt", tmp_path / "ours")
        with archive.open("b/c.txt") as member:
            assert member.read(2) + member.read() == b"hello"
    assert (tmp_path / "ours").read_bytes() == b"hello"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("/etc/a", "absolute path"),
        ("../a", "leads out of the archive"),
        ("a\\b", "backslash"),
        ("a.tar", "archive inside the archive"),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str, why: str) -> None:
    path = write_zip(tmp_path / "a.zip", {name: b"x"})
    with (
        pytest.raises(InputFileError, match=rf"a\.zip: .*{why}"),
        open_archive(path, file="a.zip", settings=UploadSettings()),
    ):
        raise AssertionError


def test_what_is_unpacked_is_counted_over_all_reads(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"a": bytes(700_000)})
    with open_archive(path, file="a.zip", settings=UploadSettings(upload_unpacked_mb=1)) as archive:
        archive.copy("a", tmp_path / "one")
        with pytest.raises(InputFileError, match="unpacks to more than 1 MB"):
            archive.copy("a", tmp_path / "two")


def test_too_many_files_and_no_zip_are_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"a": b"", "b": b""})
    junk = tmp_path / "junk.zip"
    junk.write_bytes(b"PK\x03\x04junk")
    for one, why in ((path, "2 files inside; at most 1"), (junk, "not a readable zip")):
        with (
            pytest.raises(InputFileError, match=why),
            open_archive(one, file=one.name, settings=UploadSettings(upload_entries=1)),
        ):
            raise AssertionError
