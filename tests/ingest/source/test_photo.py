"""Tests of photos: place and time of the metadata, and a picture without any."""

from pathlib import Path

import pytest
import shapely
from PIL import ExifTags, Image

from cop.errors import InputFileError
from cop.ingest.source import photo as module
from cop.ingest.source.photo import open_photo, write_photo
from tests.support.job import build_job, list_codes, read_batches_of, write_job
from tests.support.upload import write_photo as draw_photo

pytestmark = pytest.mark.layers


def test_place_and_time_are_taken(tmp_path: Path) -> None:
    job = build_job(draw_photo(tmp_path / "a.jpg"), "photo")
    opened = open_photo(job)
    (batch,) = read_batches_of(opened)
    assert opened.crs is not None
    assert opened.crs.to_epsg() == 4326
    assert batch.columns["taken_at"].to_pylist() == ["2026-03-04T05:06:07-07:00"]
    assert batch.shapes is not None
    assert batch.shapes[0].distance(shapely.Point(-110.9375, 31.33375)) < 1e-7
    assert list_codes(job) == {"photo_metadata"}


def test_the_picture_is_written_without_metadata(tmp_path: Path) -> None:
    job = build_job(draw_photo(tmp_path / "a.jpg"), "photo")
    write_photo(job, tmp_path / "out.jpg")
    with Image.open(tmp_path / "out.jpg") as picture:
        assert picture.size == (64, 48)
        assert not picture.getexif()


def draw_at(path: Path, gps: dict[int, object]) -> Path:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(gps)
    Image.new("RGB", (9, 9)).save(path, "JPEG", exif=exif)
    return path


@pytest.mark.parametrize(
    ("gps", "why"),
    [
        ({}, "says no position"),
        ({1: "N", 2: (91.0, 0.0, 0.0), 3: "W", 4: (0.0, 0.0, 0.0)}, "latitude 91, .* no place"),
        ({1: "N", 2: (31.0, 0.0), 3: "W", 4: (0.0, 0.0, 0.0)}, "not a readable JPEG"),
    ],
)
def test_a_photo_of_no_place_is_refused(tmp_path: Path, gps: dict[int, object], why: str) -> None:
    job = build_job(draw_at(tmp_path / "a.jpg", gps), "photo")
    with pytest.raises(InputFileError, match=rf"a\.jpg: .*{why}"):
        open_photo(job)


def test_no_jpeg_and_too_many_pixels_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputFileError, match="not a readable JPEG"):
        open_photo(write_job(tmp_path, "b.jpg", b"\xff\xd8\xffjunk", "photo"))
    monkeypatch.setattr(module, "_MOST_PIXELS", 10)
    with pytest.raises(InputFileError, match="64 x 48 pixels are too many"):
        open_photo(build_job(draw_photo(tmp_path / "a.jpg"), "photo"))
