"""Tests of the layer of the user's own background: it takes the place of ours."""

from pathlib import Path

import pytest

from cop.errors import LayerError
from cop.layerkind.service.layer_list import read_layer, read_layers
from cop.query.registry import find_layer
from cop.query.service import QueryService
from cop.store.warehouse import Warehouse
from cop.tiles.basemap import Basemap
from tests.support.basemap import write_raster

pytestmark = pytest.mark.sources


def test_a_basemap_takes_the_place_of_the_background(service: QueryService, tmp_path: Path) -> None:
    basemap = Basemap(write_raster(tmp_path / "r.pmtiles", kind="png", side_px=256))
    warehouse: Warehouse = service.warehouse
    own = QueryService(warehouse, tile_cache_mb=1, basemap=basemap)
    layers = read_layers(own, own.view())
    assert layers["basemap"].visible
    assert not layers["background"].visible
    assert layers["segments"] == find_layer("segments")
    basemap.close()


def test_without_a_file_there_is_no_such_layer(service: QueryService) -> None:
    assert "basemap" not in read_layers(service, service.view())
    assert read_layers(service, service.view())["background"].visible
    with pytest.raises(LayerError, match="has no file here: name a PMTiles file"):
        read_layer(service, service.view(), "basemap")
