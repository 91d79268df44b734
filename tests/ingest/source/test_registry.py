"""Tests of the file formats: found by listing, cheap to import, each handing over what it reads."""

from dataclasses import replace
from pathlib import Path

import pytest

from cop.errors import ProfileError
from cop.ingest import source
from cop.ingest.profile.file import build_profile, read_profile
from cop.ingest.source.csv import FORMAT as CSV
from cop.ingest.source.registry import (
    FORMATS,
    READABLE,
    find_reader,
    read_batches,
    read_table,
    register,
    register_readers,
)
from tests.ingest.profile.test_file import declared
from tests.support.record import iom_row, write_iom

pytestmark = pytest.mark.house

READER = find_reader("csv")


def test_every_format_is_found() -> None:
    assert {"csv", "json", "geojson", "shapefile", "parquet"} <= set(READABLE)
    modules = {path.stem for path in Path(source.__path__[0]).glob("*.py")}
    assert {"kml", "photo", "geotiff"} <= set(FORMATS) & modules
    assert all(one.id == name for name, one in FORMATS.items())


def test_a_format_says_how_its_files_are_opened() -> None:
    for one in FORMATS.values():
        assert one.kind == "raster" or one.open_file is not None or one.reader is not None, one.id
        assert one.suffixes or one.reader is not None, one.id
        assert all(suffix.startswith(".") for suffix in one.suffixes), one.id


def test_of_formats_that_share_a_suffix_all_but_one_can_be_told_by_what_is_inside() -> None:
    shared = [s for one in FORMATS.values() for s in one.suffixes]
    for one in FORMATS.values():
        if any(shared.count(suffix) > 1 for suffix in one.suffixes):
            assert one.is_inside is not None, one.id


def test_a_taken_name_is_refused() -> None:
    with pytest.raises(ProfileError, match="format 'csv' is taken"):
        register([*FORMATS.values(), replace(CSV)])
    with pytest.raises(ProfileError, match="reader 'csv' is taken"):
        register_readers(
            [*FORMATS.values(), replace(CSV, id="other", reader=replace(READER, name="csv"))]
        )


@pytest.mark.parametrize("reader", ["xlsx", ["csv"], None])
def test_an_unknown_format_names_the_others(reader: object) -> None:
    with pytest.raises(ProfileError, match="reader: "):
        build_profile("a", declared(reader=reader))
    with pytest.raises(ProfileError, match=r"'xlsx' is not a format of tables; use .*geojson"):
        build_profile("a", declared(reader="xlsx"))


def test_a_table_is_its_batches(tmp_path: Path) -> None:
    path = write_iom(tmp_path / "a.csv", [iom_row(), iom_row(t="2020-06-01")])
    profile = read_profile("iom_mmp")
    (batch,) = read_batches(path, profile)
    assert read_table(path, profile).equals(batch)
    assert len(batch) == 2


def test_reading_reports_its_rows_and_about_how_many_there_are(tmp_path: Path) -> None:
    path = write_iom(tmp_path / "a.csv", [iom_row()] * 3)
    steps: list[tuple[str, int, int | None]] = []
    read_table(path, read_profile("iom_mmp"), lambda *step: steps.append(step))
    assert steps == [("reading", 3, 4)]


def test_a_format_may_not_know_its_rows(tmp_path: Path) -> None:
    assert find_reader("json").count_rows(tmp_path / "a.json") is None


def test_no_format_is_read_by_a_name_that_only_uploads_have() -> None:
    with pytest.raises(ProfileError, match="'geoparquet' is not a format of tables; use csv, "):
        find_reader("geoparquet")
