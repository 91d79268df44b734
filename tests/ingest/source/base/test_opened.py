"""Tests of what every format hands over: names, the chosen layer, shapes of WKB."""

from pathlib import Path

import pyarrow as pa
import pytest
import shapely

from cop.errors import InputFileError
from cop.ingest.source.base.opened import choose_layer, clean_names, number_rows, read_wkb
from cop.model.upload import Choices, LayerSeen
from tests.support.job import build_job, list_codes

pytestmark = pytest.mark.layers


def test_names_are_unique_whatever_their_case_and_printable(tmp_path: Path) -> None:
    job = build_job(tmp_path / "a.csv", "csv")
    assert clean_names(["a", "A", None, " b\x00 ", "x" * 200], job) == (
        "a",
        "A_2",
        "column_3",
        "b\ufffd",
        "x" * 100,
    )
    assert list_codes(job) == {"duplicate_columns"}


def test_too_many_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"a\.csv: 3 columns; at most 2 are taken"):
        clean_names("abc", build_job(tmp_path / "a.csv", "csv", upload_columns=2))


def test_the_first_layer_of_shapes_is_taken_unless_one_is_chosen(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    layers = (
        LayerSeen(name="empty", rows=0, geometry="Point"),
        LayerSeen(name="table", rows=5),
        LayerSeen(name="places", rows=2, geometry="Point"),
    )
    job = build_job(path, "gpkg")
    assert choose_layer(job, layers) == 2
    assert list_codes(job) == {"layers_other"}
    assert choose_layer(build_job(path, "gpkg", choices=Choices(layer="table")), layers) == 1
    with pytest.raises(InputFileError, match="no layer 'x'; it has 'empty', 'table', 'places'"):
        choose_layer(build_job(path, "gpkg", choices=Choices(layer="x")), layers)
    with pytest.raises(InputFileError, match="it holds no layer"):
        choose_layer(job, ())


def test_wkb_that_cannot_be_read_is_none_and_yet_given() -> None:
    column = pa.array([shapely.Point(1, 2).wkb, b"junk", None], pa.binary())
    shapes, given = read_wkb(column)
    assert shapes.tolist() == [shapely.Point(1, 2), None, None]
    assert given.tolist() == [True, True, False]


def test_rows_are_numbered_in_their_order() -> None:
    assert number_rows(5, 3).tolist() == [5, 6, 7]
