"""Geotagged JPEG photos: of the metadata only place and time are taken."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from PIL import ExifTags, Image
from pyproj import CRS

from cop.ingest.source.base.opened import Batch, Job, OpenedFile
from cop.ingest.source.format import FileFormat

_MOST_PIXELS = 100_000_000
_UNREADABLE = (
    OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, ZeroDivisionError,
    Image.DecompressionBombError,
)  # fmt: skip
_TAKEN = ("DateTimeOriginal", "DateTimeDigitized")
NAMES = ("taken_at",)


def open_photo(job: Job) -> OpenedFile:
    """Open a photo as one point; InputFileError where it is no JPEG or says no usable place."""
    try:
        with Image.open(job.path, formats=["JPEG"]) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise job.refuse(f"{picture.width} x {picture.height} pixels are too many")
            exif = picture.getexif()
            place = _read_place(job, exif.get_ifd(ExifTags.IFD.GPSInfo))
            moment = _read_moment(exif.get_ifd(ExifTags.IFD.Exif))
    except _UNREADABLE as fault:
        raise job.refuse(f"not a readable JPEG: {fault}; export it again") from fault
    job.notes.add("photo_metadata")

    def read() -> Iterator[Batch]:
        yield Batch(
            rows=np.array([1]),
            columns={"taken_at": pa.array([moment], pa.string())},
            share=1.0,
            shapes=np.array([place], dtype=object),
            given=np.array([True]),
        )

    crs = CRS.from_epsg(4326)
    return OpenedFile(names=NAMES, read=read, is_text=True, crs=crs, count=lambda: 1)


def write_photo(job: Job, target: Path) -> None:
    """Draw the picture anew, without any of its metadata."""
    try:
        with Image.open(job.path, formats=["JPEG"]) as picture:
            picture.convert("RGB").save(target, "JPEG", quality=90)
    except _UNREADABLE as fault:
        raise job.refuse(f"its picture is damaged: {fault}; leave the picture out") from fault


def _read_place(job: Job, gps: dict[int, Any]) -> shapely.Point:
    tags = ExifTags.GPS
    if tags.GPSLatitude not in gps or tags.GPSLongitude not in gps:
        raise job.refuse("the photo says no position; take it with the location switched on")
    if not all(_side(gps.get(ref)) for ref in (tags.GPSLatitudeRef, tags.GPSLongitudeRef)):
        job.notes.add("reference_missing", "north and east", rows=1)
    lat = _degrees(gps[tags.GPSLatitude], gps.get(tags.GPSLatitudeRef), "S")
    lon = _degrees(gps[tags.GPSLongitude], gps.get(tags.GPSLongitudeRef), "W")
    if not (math.isfinite(lat) and abs(lat) <= 90 and math.isfinite(lon) and abs(lon) <= 180):  # noqa: PLR2004 degrees
        raise job.refuse(f"the photo says latitude {lat:g}, longitude {lon:g}, which is no place")
    return shapely.Point(lon, lat)


def _degrees(parts: Any, side: Any, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    size = degrees + minutes / 60 + seconds / 3600
    return -size if _side(side) == negative else size


def _side(written: Any) -> str:
    """Return the letter of a hemisphere, empty where a photo has none."""
    letter = str("" if written is None else written).strip("\x00 ").upper()[:1]
    return letter if letter in "NSEW" else ""


def _read_moment(exif: dict[int, Any]) -> str | None:
    """Return when the picture was taken, ISO 8601, with the zone if the camera wrote it."""
    for name in _TAKEN:
        written = str(exif.get(ExifTags.Base[name], "")).strip("\x00 ")
        day, _, clock = written.partition(" ")
        if clock:
            zone = str(exif.get(ExifTags.Base.OffsetTimeOriginal, "")).strip("\x00 ")
            return f"{day.replace(':', '-')}T{clock}{zone}"
    return None


FORMAT = FileFormat(
    id="photo",
    title="geotagged JPEG",
    kind="photo",
    suffixes=(".jpg", ".jpeg"),
    magic=(b"\xff\xd8\xff",),
    open_file=open_photo,
)
