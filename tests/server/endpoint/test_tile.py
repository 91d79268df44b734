"""Tiles and TileJSON: headers, caching, addresses."""

import pytest
from starlette.testclient import TestClient

from cop.query.registry import load_layers
from tests.server.conftest import BASE
from tests.support.tile import features_of

pytestmark = pytest.mark.picture

WORLD = "/tiles/events/0/0/0.mvt"


def test_a_tile_is_private_and_named(client: TestClient) -> None:
    first = client.get(WORLD)
    assert first.status_code == 200
    assert first.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert first.headers["cache-control"] == "private, no-cache"
    versioned = client.get(WORLD, params={"v": "3"})
    assert versioned.headers["cache-control"].startswith("private, max-age=")
    assert versioned.headers["etag"] == first.headers["etag"]
    for given in (
        first.headers["etag"],
        f"W/{first.headers['etag']}",
        f'"x", {first.headers["etag"]}',
    ):
        again = client.get(WORLD, headers={"If-None-Match": given})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["cache-control"].startswith("private")
    assert client.get(WORLD, headers={"If-None-Match": '"other"'}).status_code == 200
    head = client.head(WORLD)
    assert head.status_code == 200
    assert head.headers["etag"] == first.headers["etag"]


def test_a_tile_says_whether_it_was_made_and_is_packed_for_who_takes_it(client: TestClient) -> None:
    ways = []
    for headers in ({}, {"Accept-Encoding": "identity"}):
        answer = client.get("/tiles/events/1/0/0.mvt?from=2019-03-05T00:00:00Z", headers=headers)
        ways.append(answer.headers["server-timing"].rpartition("=")[2])
        assert answer.headers.get("content-encoding") == (None if headers else "gzip")
        assert answer.headers["vary"] == "Accept-Encoding"
    assert ways == ["made", "found"]
    known = client.get(str(answer.request.url), headers={"If-None-Match": answer.headers["etag"]})
    assert known.status_code == 304
    assert known.headers["server-timing"].endswith("tile;desc=known")


def test_an_empty_tile_is_204(client: TestClient) -> None:
    response = client.get("/tiles/events/16/0/0.mvt")
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["etag"]
    again = client.get(
        "/tiles/events/16/0/0.mvt", headers={"If-None-Match": response.headers["etag"]}
    )
    assert again.status_code == 304


@pytest.mark.parametrize("layer", [name for name in load_layers() if name != "basemap"])
def test_tilejson_leads_to_the_tiles(client: TestClient, layer: str) -> None:
    document = client.get(f"/tiles/{layer}.json?sector=TCA&kind=rescue").json()
    assert document["tilejson"] == "3.0.0"
    declared = load_layers()[layer]
    end = declared.tile_format
    drawn = "segments" if declared.tile == "segments" else layer
    assert [part["id"] for part in document.get("vector_layers", [])] == [drawn] * (end == "mvt")
    (template,) = document["tiles"]
    assert template == f"{BASE}/tiles/{layer}/{{z}}/{{x}}/{{y}}.{end}?sector=TCA&kind=rescue"
    tile = template.format(z=5, x=6, y=13)
    answer = client.get(tile)
    assert answer.status_code in (200, 204)
    if end == "mvt":
        assert features_of(answer.content, drawn) or answer.status_code == 204
