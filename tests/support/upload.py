"""Files of analysts made for a test, by another program and by ours."""

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from cop.ingest.upload.read import Upload, convert_files, inspect_files
from cop.model.upload import DraftReport, Inspection
from cop.settings import UploadSettings

Read = dict[str, tuple[Inspection, DraftReport, Path]]


def need_gdal() -> None:
    """Skip where gdal-bin is not installed."""
    if shutil.which("ogr2ogr") is None:
        pytest.skip("no ogr2ogr: install the Debian package gdal-bin")


def ogr2ogr(driver: str, target: Path, source: Path, *options: str) -> Path:
    """Write a file by Debian's GDAL, another build than ours."""
    command = ["ogr2ogr", "-q", "-f", driver, str(target), str(source), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert target.exists(), done.stderr
    return target


def write_photo(path: Path) -> Path:
    """Write a JPEG that says where and when it was taken, and who took it."""
    exif = Image.Exif()
    here = {1: "N", 2: (31.0, 20.0, 1.5), 3: "W", 4: (110.0, 56.0, 15.0)}
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(here)
    exif.get_ifd(ExifTags.IFD.Exif).update({36867: "2026:03:04 05:06:07", 36881: "-07:00"})
    exif[ExifTags.Base.Artist] = "somebody"
    Image.new("RGB", (64, 48), "red").save(path, "JPEG", exif=exif)
    return path


def zip_folder(folder: Path, target: Path, prefix: str = "") -> Path:
    """Zip the files of a folder."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, f"{prefix}{path.name}")
    return target


def read_all(uploads: list[Upload], folder: Path) -> Read:
    """Inspect and convert files, each to a draft below a folder; none may be refused."""
    settings = UploadSettings()
    folder.mkdir(exist_ok=True)
    drafts = [folder / str(number) for number in range(len(uploads))]
    read = {}
    found = inspect_files(uploads, settings)
    made = convert_files(uploads, drafts, settings)
    for upload, seen, report, draft in zip(uploads, found, made, drafts, strict=True):
        assert isinstance(seen, Inspection), seen
        assert isinstance(report, DraftReport), report
        read[upload.name] = (seen, report, draft)
    return read
