"""Tests of which format a file is of: its name, its first bytes, and what lies in an archive."""

from pathlib import Path

import pytest

from cop.errors import InputFileError
from cop.ingest.sandbox.driver import DRIVERS
from cop.ingest.source.base.detect import detect_format, list_by_suffix, settle_format
from cop.ingest.source.registry import FORMATS
from cop.settings import UploadSettings
from tests.hostile.archive import packed
from tests.hostile.case import Lure

pytestmark = pytest.mark.layers


def test_every_driver_that_is_left_is_of_a_format_and_none_reaches_out() -> None:
    drivers = {one.driver for one in FORMATS.values()} - {None}
    assert drivers <= set(DRIVERS)
    assert not drivers & {"VRT", "OGR_VRT", "WMS", "WFS", "HTTP", "GDALG"}


@pytest.mark.parametrize("name", ["a.exe", "a", "", "a.shp", "a.vrt", "a.csv.gz", "a.CSV.exe"])
def test_other_suffixes_are_refused_with_what_is_taken(tmp_path: Path, name: str) -> None:
    path = tmp_path / "file"
    path.write_text("lat,lon\n1,1\n")
    with pytest.raises(InputFileError, match=r"no format that is taken.*\.geojson"):
        detect_format(path, name)
    assert detect_format(path, "A.CSV").id == "csv"


def test_content_that_is_of_no_format_of_the_suffix_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"lat,lon\n")
    with pytest.raises(InputFileError, match=r"a\.kml: its content is no KML .*begins with"):
        detect_format(path, "a.kml")
    path.write_bytes(b"")
    with pytest.raises(InputFileError, match="the file is empty"):
        detect_format(path, "a.csv")
    with pytest.raises(InputFileError, match="no such file"):
        detect_format(tmp_path / "none.csv", "none.csv")


@pytest.mark.parametrize(
    ("member", "form"),
    [("A.SHP", "shapefile"), ("a.gdb/gdb", "filegdb"), ("MANIFEST/manifest.xml", "tak")],
)
def test_what_lies_in_a_zip_settles_its_format(tmp_path: Path, member: str, form: str) -> None:
    path = tmp_path / "a.zip"
    packed([(member, b"x")])(path, Lure("", path))
    first = detect_format(path, "a.zip")
    assert {first.id, form} <= {one.id for one in list_by_suffix("a.zip")}
    assert settle_format(path, "a.zip", first, UploadSettings()).id == form
    assert settle_format(path, "a.shz", FORMATS["shapefile"], UploadSettings()).id == "shapefile"


def test_a_zip_of_nothing_known_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    packed([("a.txt", b"x")])(path, Lure("", path))
    with pytest.raises(
        InputFileError, match="no FileGDB, Shapefile or TAK data package inside; zip exactly one"
    ):
        settle_format(path, "a.zip", detect_format(path, "a.zip"), UploadSettings())
