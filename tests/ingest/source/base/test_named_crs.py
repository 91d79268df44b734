"""Tests of the systems that a text may name: by code, WKT or PROJJSON, no file is opened."""

from pathlib import Path

import pytest
from pyproj import CRS
from pyproj.exceptions import CRSError

from cop.ingest.source.base.named_crs import read_named_crs
from tests.hostile.watch import watching

pytestmark = [pytest.mark.trust, pytest.mark.layers]


@pytest.mark.parametrize(
    "given",
    [
        "EPSG:32612", "epsg:32612", "urn:ogc:def:crs:EPSG::32612", "urn:ogc:def:crs:EPSG:9.1:32612",
        CRS.from_epsg(32612).to_wkt(), CRS.from_epsg(32612).to_json_dict(),
    ],
)  # fmt: skip
def test_a_code_wkt_or_projjson_is_read(given: object) -> None:
    assert read_named_crs(given).to_epsg() == 32612


@pytest.mark.parametrize("text", ["+init=CANARY:1", "+proj=longlat +nadgrids=CANARY", "CANARY", ""])
def test_a_text_that_names_a_file_opens_none(tmp_path: Path, text: str) -> None:
    canary = tmp_path / "canary.txt"
    canary.write_text("<1> +proj=longlat")
    with watching(canary) as watch:
        with pytest.raises(CRSError, match="no code, WKT or PROJJSON"):
            read_named_crs(text.replace("CANARY", str(canary)))
        assert watch.count() == 0
