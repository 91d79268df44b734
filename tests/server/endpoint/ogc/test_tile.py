"""The endpoints of tiles; what a tile has is in tests/exchange/ogc/test_tileset.py."""

import pytest
from starlette.testclient import TestClient

from tests.support.tile import held_by

pytestmark = pytest.mark.exchange
TILES = "/ogc/collections/events/tiles"


def test_the_filter_narrows_a_tile(client: TestClient) -> None:
    query = "records=synthetic"
    whole = client.get(f"{TILES}/WebMercatorQuad/0/0/0?{query}").content
    narrow = client.get(f"{TILES}/WebMercatorQuad/0/0/0?{query}&kind=tunnel").content
    assert held_by(narrow).n < held_by(whole).n
    assert client.get(f"{TILES}/WebMercatorQuad/0/0/0?{query}&kind=x").status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/ogc/collections/changes/tiles",
        "/ogc/collections/hillshade/tiles/WebMercatorQuad/0/0/0",
        "/ogc/tileMatrixSets/Other",
        f"{TILES}/Other",
    ],
)
def test_what_is_not_there_says_so(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_sets_are_listed(client: TestClient) -> None:
    (one,) = client.get("/ogc/tileMatrixSets").json()["tileMatrixSets"]
    assert client.get(one["links"][0]["href"]).json()["id"] == one["id"]
