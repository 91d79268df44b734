"""Tests of KMZ: the document with placemarks is taken, others are noted."""

from pathlib import Path

import pytest

from cop.errors import InputFileError
from cop.ingest.source.base.opened import Job
from cop.ingest.source.kmz import unpack_kmz
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


def test_the_document_is_taken_before_any_other(tmp_path: Path) -> None:
    job = job_of(tmp_path, {"a.kml": placed("a"), "doc.kml": placed("doc"), "b.png": b"x"})
    assert unpack_kmz(job).read_bytes() == placed("doc")
    assert list_codes(job) == {"members_ignored"}


def test_a_document_that_only_points_elsewhere_is_passed_over(tmp_path: Path) -> None:
    job = job_of(tmp_path, {"doc.kml": EMPTY, "files/b.kml": placed("b")})
    assert unpack_kmz(job).read_bytes() == placed("b")
    assert list_codes(job) == set()


def test_without_a_placemark_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"a\.kmz: no KML with a placemark inside"):
        unpack_kmz(job_of(tmp_path, {"doc.kml": EMPTY}))
