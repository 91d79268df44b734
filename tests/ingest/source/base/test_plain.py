"""Tests of files that are opened as a profile's reader reads them: one file adds a format."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from cop.errors import InputFileError
from cop.ingest.source.base.plain import open_source, open_tables
from cop.ingest.source.format import FileFormat, FileMapping, ProfileReader
from cop.ingest.source.json import FORMAT as JSON
from cop.ingest.source.registry import find_reader
from cop.model.source import ROW
from tests.support.job import build_job, read_batches_of, read_rows, write_job

pytestmark = pytest.mark.layers


def test_a_file_is_opened_as_its_reader_reads_it(tmp_path: Path) -> None:
    job = write_job(tmp_path, "a.json", '{"a": 1, "b": "x"}\n\n{"a": 2}\n', "csv")
    job.format = JSON
    opened = open_source(job)
    assert (opened.names, opened.is_text, opened.is_shaped) == (("a", "b"), True, False)
    assert read_rows(opened) == {1: ["1", "x"], 3: ["2", None]}
    assert read_rows(opened) == read_rows(opened), "it can be read again"


def test_its_geometry_and_system_are_kept(tmp_path: Path) -> None:
    def read(_path: Path, profile: FileMapping) -> Iterator[pd.DataFrame]:
        assert profile.file_columns == ()
        cells = {"a": ["x", None], ROW: [1, 2]}
        yield gpd.GeoDataFrame(cells, geometry=[shapely.Point(1, 2), None], crs="EPSG:32612")

    job = write_job(tmp_path, "a.x", "", "csv")
    opened = open_tables(job, ProfileReader(read_batches=read, has_geometry=True))
    (batch,) = read_batches_of(opened)
    assert opened.names == ("a",)
    assert opened.crs is not None
    assert opened.crs.to_epsg() == 32612
    assert batch.shapes is not None
    assert batch.given is not None
    assert (batch.shapes.tolist(), batch.given.tolist()) == (
        [shapely.Point(1, 2), None],
        [True, False],
    )


def test_its_errors_name_the_file_as_the_analyst_does(tmp_path: Path) -> None:
    job = replace(write_job(tmp_path, "input.json", "[1]", "csv"), name="theirs.json")
    job.format = JSON
    with pytest.raises(InputFileError, match=r"^theirs\.json: row 1: '1' is no object") as fault:
        open_source(job)
    assert "input" not in str(fault.value)


def test_names_are_made_unique_and_counted_rows_tell_the_share(tmp_path: Path) -> None:
    reader = find_reader("csv")
    job = write_job(tmp_path, "a.csv", "a,A\n1,2\n", "csv")
    opened = open_tables(job, reader)
    assert opened.names == ("a", "A_2")
    assert [batch.share for batch in opened.read()] == [0.5]


def test_a_format_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    job = build_job(tmp_path / "a.tif", "geotiff")
    job.format = FileFormat(id="x", title="Plan", kind="raster")
    with pytest.raises(InputFileError, match=r"a\.tif: no Plan can be opened"):
        open_source(job)
