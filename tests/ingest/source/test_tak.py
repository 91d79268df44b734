"""Tests of TAK data packages: points, lines and areas of the events inside."""

from pathlib import Path

import pytest
import shapely

from cop.errors import InputFileError
from cop.ingest.source.base.opened import Job
from cop.ingest.source.tak import NAMES, is_package, open_tak
from tests.hostile.archive import packed
from tests.hostile.case import Lure
from tests.support.job import build_job, list_codes, read_batches_of

pytestmark = pytest.mark.layers

EVENT = (
    '<event uid="{uid}" type="{type}" how="h-e" time="2026-03-04T05:06:07Z">'
    '<point lat="{lat}" lon="-110.5" hae="9999999.0" ce="10"/>'
    '<detail><contact callsign="POST 1"/>{links}</detail></event>'
)


def event(uid: str, *corners: str, form: str = "u-d-f", lat: str = "31.5") -> bytes:
    links = "".join(f'<link point="{corner}"/>' for corner in corners)
    return EVENT.format(uid=uid, type=form, lat=lat, links=links).encode()


def job_of(folder: Path, members: dict[str, bytes]) -> Job:
    path = folder / "a.dpk"
    packed(list(members.items()))(path, Lure("", path))
    return build_job(path, "tak")


def test_events_are_points_lines_and_areas(tmp_path: Path) -> None:
    ring = ("31,-111", "32,-111", "32,-110", "31,-111")
    job = job_of(
        tmp_path,
        {
            "MANIFEST/manifest.xml": b"<MissionPackageManifest/>",
            "a.cot": event("point", form="a-f-G"),
            "b.cot": event("line", "31,-111", "32,-111,500"),
            "c.xml": event("area", *ring),
            "d.cot": event("nowhere", lat="x"),
            "e.xml": b"<other/>",
            "f.jpg": b"x",
        },
    )
    opened = open_tak(job)
    (batch,) = read_batches_of(opened)
    cells = {name: column.to_pylist() for name, column in batch.columns.items()}
    assert opened.names == NAMES
    assert batch.shapes is not None
    shapes = dict(zip(cells["uid"], batch.shapes, strict=True))
    assert shapes["point"] == shapely.Point(-110.5, 31.5)
    assert shapes["line"] == shapely.LineString([(-111, 31), (-111, 32)])
    assert shapes["area"].geom_type == "Polygon"
    assert shapes["nowhere"] is None
    assert set(cells["hae_m"]) == {None}, "9999999 is unknown"
    assert set(cells["ce_m"]) == {"10"}
    assert list_codes(job) == {"members_ignored"}


def test_a_package_without_an_event_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"a\.dpk: no Cursor-on-Target event inside"):
        open_tak(job_of(tmp_path, {"a.xml": b"<other/>"}))


def test_a_manifest_or_an_event_tells_the_format() -> None:
    assert is_package(["manifest/manifest.xml"])
    assert is_package(["x/a.cot"])
    assert not is_package(["a.xml"])
