"""Tests of photos: only the picture is stored, whatever the file holds besides."""

from pathlib import Path

import pytest
from PIL import Image

from cop.errors import ReportError
from cop.exchange import photo as storing
from cop.exchange.photo import NewPhoto, find_photo
from tests.support.field import make_photo

pytestmark = pytest.mark.exchange


def store_photo(warehouse: Path, content: bytes) -> str:
    return NewPhoto(warehouse, content).store()


def test_nothing_but_the_picture_is_stored(tmp_path: Path) -> None:
    content = make_photo()
    assert b"SECRET" in content
    path = find_photo(tmp_path, store_photo(tmp_path, content))
    assert path is not None
    stored = path.read_bytes()
    assert b"SECRET" not in stored
    with Image.open(path) as image:
        assert (image.size, dict(image.getexif())) == ((1_600, 800), {})
    assert store_photo(tmp_path, content) == path.stem
    assert find_photo(tmp_path, "0" * 64) is None


def test_only_what_this_one_stored_is_removed(tmp_path: Path) -> None:
    first, second, unstored = (NewPhoto(tmp_path, make_photo(40, 40)) for _ in range(3))
    sha256 = first.store()
    assert second.store() == sha256
    for other in (second, unstored):
        other.remove()
        assert find_photo(tmp_path, sha256)
    first.remove()
    assert find_photo(tmp_path, sha256) is None


@pytest.mark.parametrize(
    "content",
    [b"", b"no picture", make_photo()[:400], b"<svg onload='x'/>", b"GIF89a" + b"\0" * 99],
)
def test_what_is_no_jpeg_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ReportError, match="photo: not a JPEG"):
        store_photo(tmp_path, content)
    assert not [*tmp_path.rglob("*.jpg")]


def test_a_large_file_and_a_large_picture_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ReportError, match="6,000,001 bytes, at most 6,000,000"):
        store_photo(tmp_path, b"x" * 6_000_001)
    monkeypatch.setattr(storing, "_MOST_PIXELS", 1_000)
    with pytest.raises(ReportError, match="2000 x 1000 pixels are too many"):
        store_photo(tmp_path, make_photo())
