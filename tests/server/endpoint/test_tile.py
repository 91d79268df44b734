"""Tiles and TileJSON: headers, caching, addresses."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from cop.layerkind.service.tile import build_address
from cop.query.registry import find_layer, load_layers
from cop.query.service import QueryService
from cop.server.route import build_routes
from cop.settings import StoreSettings
from cop.store.catalogue.version import CATALOGUE_FILE
from cop.store.warehouse import Warehouse
from tests.server.conftest import BASE, gated
from tests.support.context import make_context
from tests.support.record import make_frame
from tests.support.store import publish_events
from tests.support.tile import features_of, held_by

pytestmark = pytest.mark.picture

WORLD = "/tiles/events/0/0/0.mvt"


def test_a_tile_is_private_and_named(client: TestClient, opened: QueryService) -> None:
    first = client.get(WORLD)
    assert first.status_code == 200
    assert first.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert first.headers["cache-control"] == "private, no-cache"
    address = build_address(opened, opened.view(), find_layer("events"))
    versioned = client.get(address.format(z=0, x=0, y=0))
    assert versioned.headers["cache-control"].startswith("private, max-age=")
    assert versioned.headers["etag"] == first.headers["etag"]
    of_other_data = client.get(WORLD, params={"v": "3"})
    assert of_other_data.headers["cache-control"] == "private, no-cache"
    assert of_other_data.content == first.content
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


def test_a_tile_is_of_the_data_that_its_address_names(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path / "w")
    publish_events(settings, make_frame(3))
    ahead, behind = (QueryService(Warehouse(settings), tile_cache_mb=1) for _ in range(2))
    publish_events(settings, make_frame(5))
    assert ahead.warehouse.refresh()
    address = build_address(ahead, ahead.view(), find_layer("events")).format(z=0, x=0, y=0)
    of_old = build_address(behind, behind.view(), find_layer("events")).format(z=0, x=0, y=0)
    for service in (behind, ahead):
        client = TestClient(gated(build_routes(make_context(service))), base_url=BASE)
        for path, n in ((address, 5), (of_old, 3), (f"{address}&from=1990-01-01", 5)):
            answer = client.get(path)
            assert held_by(answer.content).n == n
            assert answer.headers["cache-control"].startswith("private, max-age="), path
        service.warehouse.close()


def test_data_that_cannot_be_looked_for_are_no_tile(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path / "w")
    publish_events(settings, make_frame(3))
    service = QueryService(Warehouse(settings), tile_cache_mb=1)
    own = build_address(service, service.view(), find_layer("events")).format(z=0, x=0, y=0)
    catalogue = tmp_path / "w" / CATALOGUE_FILE
    catalogue.write_bytes(b"no catalogue")
    client = TestClient(
        gated(build_routes(make_context(service))), base_url=BASE, raise_server_exceptions=False
    )
    assert client.get(WORLD, params={"v": "0" * 20}).status_code == 503
    assert held_by(client.get(own).content).n == 3
    service.warehouse.close()
