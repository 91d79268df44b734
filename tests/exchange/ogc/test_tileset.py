"""Tilesets: their tiles are those of the map, row before column."""

import pytest

from cop.exchange.ogc.tileset import QUAD, build_matrix_set, build_matrix_sets, build_tilesets
from cop.layerkind.service.collection import Collection
from cop.query.registry import find_layer
from tests.exchange.ogc.conftest import Served

pytestmark = pytest.mark.exchange


def test_a_tile_is_that_of_the_map(ogc_server: Served) -> None:
    (tileset,) = ogc_server.client.get("/ogc/collections/events/tiles").json()["tilesets"]
    (template,) = [one["href"] for one in tileset["links"] if one["rel"] == "item"]
    place = {"{tileMatrix}": "5", "{tileRow}": "13", "{tileCol}": "6"}
    for name, value in place.items():
        template = template.replace(name, value)
    own, other = ogc_server.client.get(template), ogc_server.client.get("/tiles/events/5/6/13.mvt")
    assert own.status_code == other.status_code == 200
    assert (own.content, own.headers["etag"]) == (other.content, other.headers["etag"])
    again = ogc_server.client.get(template, headers={"If-None-Match": own.headers["etag"]})
    assert again.status_code == 304


def test_the_filter_goes_with_the_tiles() -> None:
    events = Collection(layer=find_layer("events"), marking="TLP:CLEAR", synthetic=False)
    found = build_tilesets("http://a/ogc", events, query=[("kind", "death")])
    (template,) = [one["href"] for one in found["tilesets"][0]["links"] if one["rel"] == "item"]
    assert template.endswith("/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}?kind=death")


def test_the_set_is_the_registered_one() -> None:
    (one,) = build_matrix_sets("http://a/ogc")["tileMatrixSets"]
    whole = build_matrix_set()
    assert one["id"] == whole["id"] == QUAD
    assert whole["tileMatrices"][3]["matrixWidth"] == 8


@pytest.mark.parametrize(
    "path", ["tiles/Other", "tiles/Other/0/0/0", "tiles/WebMercatorQuad/17/0/0"]
)
def test_another_set_or_zoom_is_none(ogc_server: Served, path: str) -> None:
    answer = ogc_server.client.get(f"/ogc/collections/events/{path}")
    assert answer.status_code in (400, 404)
