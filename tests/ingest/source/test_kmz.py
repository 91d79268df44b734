"""Tests of KMZ: the documents with placemarks are taken, each with its layers."""

from pathlib import Path

import pytest

from cop.errors import InputFileError
from cop.ingest.source.base.opened import Job
from cop.ingest.source.kmz import open_kmz, unpack_kmz
from tests.hostile.archive import packed
from tests.hostile.case import Lure
from tests.support.job import build_job, list_codes

pytestmark = pytest.mark.layers

EMPTY = b"<kml><Document/></kml>"


def placed(name: str) -> bytes:
    return f"<kml><Placemark><name>{name}</name></Placemark></kml>".encode()


def job_of(folder: Path, members: dict[str, bytes]) -> Job:
    path = folder / "a.kmz"
    packed(list(members.items()))(path, Lure("", path))
    return build_job(path, "kmz")


def test_all_documents_with_placemarks_are_taken_the_main_one_first(tmp_path: Path) -> None:
    members = {"a.kml": placed("a"), "doc.kml": placed("doc"), "none.kml": EMPTY, "b.png": b"x"}
    job = job_of(tmp_path, members)
    found = unpack_kmz(job)
    assert isinstance(found, dict)
    assert list(found) == ["doc.kml", "a.kml"]
    assert [path.read_bytes() for path in found.values()] == [placed("doc"), placed("a")]
    assert [layer.name for layer in open_kmz(job).layers] == ["doc.kml", "a.kml"]
    (ignored,) = [one for one in job.notes.list() if one.code == "members_ignored"]
    assert ignored.words == "Files in the archive that are not read: b.png."


def test_a_document_that_only_points_elsewhere_is_passed_over(tmp_path: Path) -> None:
    job = job_of(tmp_path, {"doc.kml": EMPTY, "files/b.kml": placed("b")})
    found = unpack_kmz(job)
    assert isinstance(found, Path)
    assert found.read_bytes() == placed("b")
    assert list_codes(job) == set()


def test_without_a_placemark_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"a\.kmz: no KML with a placemark inside"):
        unpack_kmz(job_of(tmp_path, {"doc.kml": EMPTY}))
