"""Tests of the routes: tiles, TileJSON, summaries, events, layers, health, assets."""

from datetime import datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from cop.query.registry import load_layers
from cop.query.service import QueryService
from cop.server.route import build_routes
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.server.conftest import BASE, gated
from tests.support.context import make_context
from tests.support.published import published_files
from tests.support.record import make_frame
from tests.support.store import publish_events
from tests.support.tile import features_of, held_by

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


def test_an_empty_tile_is_204(client: TestClient) -> None:
    response = client.get("/tiles/events/16/0/0.mvt")
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["etag"]
    again = client.get(
        "/tiles/events/16/0/0.mvt", headers={"If-None-Match": response.headers["etag"]}
    )
    assert again.status_code == 304


def test_repeated_parameters_add_up(client: TestClient) -> None:
    def total(query: str) -> int:
        return held_by(client.get(f"{WORLD}?records=synthetic&{query}").content).n

    both = total("sector=SDC&sector=TCA")
    assert both == total("sector=SDC") + total("sector=TCA") > 0
    assert both == total("sector=TCA&sector=SDC&sector=TCA")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("sector=XXX", "unknown"),
        ("sector=", "empty"),
        ("sectors=TCA", "unknown"),
        ("bbox=1,2,3,4", "unknown"),
        ("from=soon", "not a moment"),
        ("from=2026-01-02&to=2026-01-01", "half-open"),
        ("from=2026-01-01&from=2026-01-01", "2 times"),
        ("kind=%27%20OR%201=1", "unknown"),
        ("source=demo&source=iom_mmp", "never added"),
        ("records=all", "real or synthetic"),
        ("county=%00", "not printable"),
        ("county=" + "x" * 5000, "too long"),
        ("%ff=%fe", "unknown"),
    ],
)
@pytest.mark.parametrize(
    "path", [WORLD, "/tiles/background/0/0/0.mvt", "/tiles/events.json", "/api/summary"]
)
def test_junk_is_400_with_a_reason(client: TestClient, path: str, query: str, said: str) -> None:
    more = "&by=year" if path == "/api/summary" else ""
    response = client.get(f"{path}?{query}{more}")
    assert response.status_code == 400
    assert said in response.json()["error"]
    assert len(response.content) < 2_000
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tiles/events/17/0/0.mvt", 400),
        ("/tiles/events/1/2/0.mvt", 400),
        ("/tiles/events/1/-1/0.mvt", 400),
        ("/tiles/events/1/1.5/0.mvt", 400),
        ("/tiles/events/01/0/0.mvt", 400),
        ("/tiles/events/a/b/c.mvt", 400),
        ("/tiles/events/1/%D9%A1/0.mvt", 400),
        ("/tiles/events/99999999999999999999/0/0.mvt", 400),
        ("/tiles/nothing/0/0/0.mvt", 404),
        ("/tiles/nothing.json", 404),
        ("/tiles/events/0/0/0.png", 404),
        ("/tiles/events/0/0", 404),
        ("/tiles/", 404),
        ("/tiles/events/0/0/0/0.mvt", 404),
        ("/tiles/%2e%2e/healthz", 404),
        ("/tiles/..%2f..%2fetc%2fpasswd", 404),
        ("/api/nothing", 404),
        ("/api/events/", 404),
        ("/api/events/" + "0" * 32, 404),
        ("/api/events/xyz", 400),
        ("/api/events/" + "0" * 32 + "/more", 404),
        ("/api/summary/", 404),
        ("/assets/", 404),
        ("/assets/../pyproject.toml", 404),
        ("/assets/%2e%2e/pyproject.toml", 404),
        ("/assets//etc/passwd", 404),
    ],
)
def test_what_is_not_there_says_so(client: TestClient, path: str, status: int) -> None:
    assert client.get(path, follow_redirects=False).status_code == status


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


def test_layers_are_listed(client: TestClient, opened: QueryService) -> None:
    answer = client.get("/api/layers").json()
    declared = {name: layer for name, layer in load_layers().items() if layer.tile != "basemap"}
    assert [layer["id"] for layer in answer["layers"]] == list(declared)
    for layer in answer["layers"]:
        assert layer["held"] == (layer["dataset"] in opened.warehouse.snapshot.catalogue.files)


def test_summary_has_the_shape_of_the_contract(client: TestClient) -> None:
    answer = client.get("/api/summary?by=sector&records=synthetic").json()
    assert answer["total"] == sum(row["n"] for row in answer["rows"])
    assert answer["count"] == sum(row["count"] for row in answer["rows"])
    assert set(answer["rows"][0]) == {"key", "n", "count", "counts"}
    assert answer["count"] == sum(answer["counts"].values())


@pytest.mark.parametrize("query", ["", "by=", "by=color", "by=day&by=year"])
def test_summary_needs_one_grouping(client: TestClient, query: str) -> None:
    response = client.get(f"/api/summary?{query}")
    assert response.status_code == 400
    assert "sector" in response.json()["error"]


def test_an_event_of_a_tile_has_details(client: TestClient, opened: QueryService) -> None:
    newest = opened.warehouse.snapshot.newest("synthetic")
    assert newest is not None
    query = f"records=synthetic&from={newest.replace(microsecond=0).isoformat()}Z"
    features = held_by(client.get(f"{WORLD}?{query}").content).features
    properties = features[0]["properties"]
    detail = client.get(f"/api/events/{properties['event_id']}").json()
    for key in ("kind", "count", "occurred_at", "sector", "segment_id", "source", "marking"):
        assert detail[key] == properties[key]


def test_health_needs_a_warehouse_that_can_be_read(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path / "w")
    publish_events(settings, make_frame(1).assign(occurred_at=datetime(2026, 1, 1)))
    service = QueryService(Warehouse(settings), tile_cache_mb=1)
    with TestClient(gated(build_routes(make_context(service))), base_url=BASE) as client:
        health = client.get("/healthz")
        assert health.status_code == 200
        assert health.json()["version"] == service.warehouse.snapshot.version
        for path in published_files(settings.data, "events"):
            path.unlink()
        for path in ("/healthz", WORLD):
            broken = client.get(path)
            assert broken.status_code == 503
            assert "could not answer" in broken.json()["error"]
        service.warehouse.close()


@pytest.mark.parametrize("name", ["deck/index.js", "mvt-worker.js"])
def test_assets_are_served(client: TestClient, name: str) -> None:
    response = client.get(f"/assets/{name}")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["cache-control"].startswith("private")
