"""Tests of what GDAL reads: layers, batches with geometry, systems of strangers."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from cop.errors import InputFileError
from cop.ingest.source.base.feature import open_feature, read_crs
from cop.model.upload import Choices
from tests.support.job import build_job, read_batches_of, read_rows, write_job

pytestmark = pytest.mark.layers


def write_layers(path: Path) -> Path:
    frame = gpd.GeoDataFrame(
        {"n": [1, 2], "t": ["a", None]},
        geometry=[shapely.Point(1, 2), None],
        crs="EPSG:32612",
    )
    frame.to_file(path, layer="one", driver="GPKG")
    frame[:1].to_file(path, layer="two", driver="GPKG")
    return path


def test_a_layer_is_read_with_types_shapes_and_its_system(tmp_path: Path) -> None:
    opened = open_feature(build_job(write_layers(tmp_path / "a.gpkg"), "gpkg"))
    assert [(layer.name, layer.rows) for layer in opened.layers] == [("one", 2), ("two", 1)]
    assert (opened.layer, opened.names, opened.is_text) == ("one", ("n", "t"), False)
    assert opened.crs is not None
    assert opened.crs.to_epsg() == 32612
    assert read_rows(opened) == {1: [1, "a"], 2: [2, None]}
    (batch,) = read_batches_of(opened)
    assert batch.shapes is not None
    assert batch.given is not None
    assert (batch.shapes.tolist(), batch.given.tolist()) == (
        [shapely.Point(1, 2), None],
        [True, False],
    )


def test_texts_are_asked_for_where_values_have_no_types(tmp_path: Path) -> None:
    path = write_layers(tmp_path / "a.gpkg")
    job = build_job(path, "gpkg", choices=Choices(layer="two"))
    assert read_rows(open_feature(job, is_text=True)) == {1: ["1", "a"]}


def test_what_is_opened_can_be_prepared_and_a_system_left_unread(tmp_path: Path) -> None:
    path = write_layers(tmp_path / "a.gpkg")
    job = build_job(tmp_path / "other", "gpkg")
    assert open_feature(job, prepare=lambda _job: path, has_unread_crs=True).crs is None


def test_a_file_that_gdal_cannot_read_is_named_as_the_analyst_does(tmp_path: Path) -> None:
    job = write_job(tmp_path, "a.gpkg", b"junk", "gpkg")
    job.name = "theirs.gpkg"
    with pytest.raises(InputFileError, match=r"^theirs\.gpkg: not readable as GeoPackage") as fault:
        open_feature(job)
    assert str(tmp_path) not in str(fault.value)


@pytest.mark.parametrize("text", [None, "", "EPSG:99999999", "+proj=longlat", "urn:x", "junk"])
def test_a_system_that_is_neither_code_nor_wkt_is_none(text: str | None) -> None:
    assert read_crs(text) is None


def test_a_system_is_read_from_a_code_or_wkt() -> None:
    code = read_crs("EPSG:32612")
    assert code is not None
    assert read_crs(code.to_wkt()) == code
