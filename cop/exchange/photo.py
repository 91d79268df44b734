"""Photos of reports: encoded anew, so that nothing of the file but its picture is stored."""

import io
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from cop.errors import ReportError
from cop.store.catalogue.writer import WrittenFile, write_file
from cop.store.room.file import REPORT_PHOTOS

MOST_BYTES: Final = 6_000_000
_MOST_PIXELS: Final = 40_000_000
_SIDE_PX, _QUALITY = 1_600, 80


class NewPhoto:
    """A photo that came with a report: it is stored with that report, or not at all."""

    def __init__(self, warehouse: Path, content: bytes) -> None:
        """Read a JPEG; raise ReportError if it is none, or too large."""
        self._folder = warehouse / REPORT_PHOTOS
        self._picture = _read_picture(content)
        self._written: WrittenFile | None = None

    def store(self) -> str:
        """Store it and return the sha256 that it is found by.

        Where it was taken and with which device is not stored.
        """
        self._written = write_file(
            self._folder, ".jpg", lambda draft: self._picture.save(draft, "JPEG", quality=_QUALITY)
        )
        if self._written is None:
            raise ReportError("photo: it could not be stored")
        return self._written.path.stem

    def remove(self) -> None:
        """Remove what was stored of it, unless another report had the same photo before."""
        if self._written is not None and self._written.is_new:
            self._written.path.unlink(missing_ok=True)


def _read_picture(content: bytes) -> Image.Image:
    """Return the picture of a JPEG and nothing else of it, at most ``_SIDE_PX`` wide and high."""
    if len(content) > MOST_BYTES:
        raise ReportError(f"photo: {len(content):,} bytes, at most {MOST_BYTES:,}")
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG"]) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                raise ReportError(f"photo: {opened.width} x {opened.height} pixels are too many")
            image = ImageOps.exif_transpose(opened).convert("RGB")
    except Image.DecompressionBombError:
        raise ReportError("photo: its pixels are too many") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as fault:
        raise ReportError(f"photo: not a JPEG that can be read: {str(fault)[:100]}") from None
    image.thumbnail((_SIDE_PX, _SIDE_PX))
    return Image.frombytes("RGB", image.size, image.tobytes())


def find_photo(warehouse: Path, sha256: str) -> Path | None:
    """Return the file of a photo; None if it is not there."""
    path = warehouse / REPORT_PHOTOS / f"{sha256}.jpg"
    return path if path.is_file() else None
