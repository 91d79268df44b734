"""Tests of the formats of tables: found by listing, each handing over what it reads."""

from dataclasses import replace
from pathlib import Path

import pytest

from cop.errors import ProfileError
from cop.ingest.profile import build_profile, read_profile
from cop.ingest.source.csv import FORMAT as CSV
from cop.ingest.source.registry import TABLE_FORMATS, read_batches, read_table, register
from tests.ingest.test_profile import declared
from tests.support.record import iom_row, write_iom

pytestmark = pytest.mark.house


def test_every_format_is_found() -> None:
    assert {"csv", "json", "geojson", "shapefile", "parquet"} <= set(TABLE_FORMATS)
    assert all(one.name == name for name, one in TABLE_FORMATS.items())


def test_a_taken_name_is_refused() -> None:
    with pytest.raises(ProfileError, match="format 'csv' is taken"):
        register([*TABLE_FORMATS.values(), replace(CSV)])


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
    assert TABLE_FORMATS["json"].count_rows(tmp_path / "a.json") is None
