"""Tests of the routes: tiles, TileJSON, summaries, events, layers, health, assets."""

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from cop.access.audit.log import AuditLog
from cop.query.registry import load_layers
from cop.query.service import QueryService
from cop.server.route import build_routes, open_first_page
from cop.settings import StoreSettings
from cop.store.audit.head import HEAD_FILE
from cop.store.warehouse import Warehouse
from tests.server.conftest import BASE, gated
from tests.support.access import shipped_policy
from tests.support.context import make_context
from tests.support.published import published_files
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.picture

WORLD = "/tiles/events/0/0/0.mvt"


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


def test_layers_are_listed(client: TestClient, opened: QueryService) -> None:
    answer = client.get("/api/layers").json()
    declared = {name: layer for name, layer in load_layers().items() if layer.tile != "basemap"}
    assert [layer["id"] for layer in answer["layers"]] == list(declared)
    for layer in answer["layers"]:
        assert layer["held"] == (layer["dataset"] in opened.warehouse.snapshot.catalogue.files)


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


def test_shown_health_names_an_audit_record_that_cannot_be_written(
    own_warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = QueryService(Warehouse(StoreSettings(data=own_warehouse)), tile_cache_mb=1)
    context = make_context(service)
    routes, policy = build_routes(context), shipped_policy()
    room = policy.room_viewer("b", name="Ana")
    with (
        TestClient(gated(routes), base_url=BASE) as operator,
        TestClient(gated(routes, room), base_url=BASE) as other,
        TestClient(Starlette(routes=routes), base_url=BASE) as nobody,
    ):
        assert [one.get("/healthz").status_code for one in (operator, other, nobody)] == [200] * 3
        (own_warehouse / HEAD_FILE).write_text("no head")
        refused = {"status": "unavailable", "part": "audit record"}
        for client in (nobody, other):
            answer = client.get("/healthz")
            assert (answer.status_code, answer.json()) == (503, refused)
        answer = operator.get("/healthz")
        assert answer.status_code == 503
        assert "head of the audit record cannot be read" in answer.json()["error"]
        (own_warehouse / HEAD_FILE).unlink()
        usage = shutil.disk_usage(own_warehouse)._replace(free=1_000)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
        assert nobody.get("/healthz").json() == refused, "a full disk"
    service.warehouse.close()
    context.audit.close()


@pytest.mark.parametrize("query", ["", "?sector=RGV&since=2026-01-01T00:00Z&kind=a%20b"])
def test_the_first_page_by_its_name_is_the_one_at_the_root(query: str) -> None:
    client = TestClient(Starlette(routes=[Route("/Picture", open_first_page)]))
    answer = client.get(f"/Picture{query}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, f"/{query}")


@pytest.mark.scale
def test_health_is_degraded_where_the_database_of_the_audit_record_is_away(
    own_warehouse: Path,
) -> None:
    """No other server could record more: a proxy is to leave this one in."""
    service = QueryService(Warehouse(StoreSettings(data=own_warehouse)), tile_cache_mb=1)
    context = make_context(service)
    away = StoreSettings(data=own_warehouse, database="host=127.0.0.1 port=1 dbname=x")
    context.audit.close()
    context = replace(context, audit=AuditLog(away))
    routes = build_routes(context)
    with (
        TestClient(gated(routes), base_url=BASE) as operator,
        TestClient(Starlette(routes=routes), base_url=BASE) as nobody,
    ):
        answer = nobody.get("/healthz")
        assert (answer.status_code, answer.json()) == (200, {"status": "degraded"})
        known = operator.get("/healthz").json()
        assert known["caveats"] == ["nothing can be recorded, or done, until the database answers"]
    service.warehouse.close()
