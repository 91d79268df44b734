"""Tests of rasters of uploaded layers: kept as they are, styled by quantiles."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cop.errors import InputFileError
from cop.ingest.layer.raster import store_raster, suggest_style
from cop.model.styling import FillWords, StyleWords
from cop.model.uploaded import VALUE, Content
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from tests.support.raster import NODATA, heights, write_tiff

pytestmark = [pytest.mark.layers, pytest.mark.usefixtures("lent")]


RAMP = np.arange(100, dtype=np.int16).reshape(10, 10)


def keep(file: Path) -> tuple[Content, StyleWords, bytes]:
    """Keep a raster; return what it is said to hold, its style, and what is stored."""
    with open_transaction(StoreSettings(data=file.parent / "warehouse")) as transaction:
        content, style = store_raster(transaction, file, shown="hills.tif")
        assert content.raster is not None
        return content, style, (transaction.folder / content.raster).read_bytes()


def test_the_file_is_kept_as_it_is_with_its_range(tmp_path: Path) -> None:
    file = write_tiff(tmp_path / "a.tif")
    content, _, stored = keep(file)
    assert stored == file.read_bytes()
    known = heights()[heights() != NODATA]
    assert (content.lowest, content.highest) == (known.min(), known.max())
    assert content.n == 0
    assert [attribute.name for attribute in content.attributes] == [VALUE]


def test_classes_hold_equally_many_pixels(tmp_path: Path) -> None:
    file = write_tiff(tmp_path / "a.tif", RAMP, units="m")
    fill = suggest_style(file).fill
    assert isinstance(fill, FillWords)
    assert fill.breaks == (19.8, 39.6, 59.4, 79.2)
    assert fill.unit == "m"
    four = suggest_style(file, classes=4, nodata=0).fill
    assert isinstance(four, FillWords)
    assert four.breaks == (25.5, 50.0, 74.5)


def test_equal_values_have_one_color(tmp_path: Path) -> None:
    flat = write_tiff(tmp_path / "a.tif", np.full((4, 4), 7, np.int16))
    fill = suggest_style(flat).fill
    assert isinstance(fill, FillWords)
    assert fill.breaks == (7.0,)
    assert suggest_style(flat, nodata=7) == StyleWords()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"crs": None}, "hills.tif: has no coordinate system"),
        ({"dtype": "complex64"}, "hills.tif: pixels are complex64; numbers are needed"),
    ],
)
def test_a_raster_that_cannot_be_placed_or_read_is_named(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    values = RAMP.astype(changes.pop("dtype", RAMP.dtype))
    file = write_tiff(tmp_path / "a.tif", values, nodata=None, **changes)
    with pytest.raises(InputFileError, match=message):
        keep(file)


def test_what_is_no_geotiff_or_holds_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(b"II*\0 nothing")
    with pytest.raises(InputFileError, match=r"hills\.tif: is not a readable GeoTIFF"):
        keep(tmp_path / "a.tif")
    empty = write_tiff(tmp_path / "b.tif", np.full((4, 4), NODATA, np.int16))
    with pytest.raises(InputFileError, match=r"hills\.tif: every pixel is nodata"):
        keep(empty)
