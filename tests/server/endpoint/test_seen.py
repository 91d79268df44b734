"""Views over HTTP: the first tile of a restricted layer in a session is recorded, or refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from cop.access.identity import SESSION_COOKIE
from cop.context import AppContext
from cop.query.service import QueryService
from cop.query.table import read_event_table
from cop.server.route import build_routes
from cop.settings import StoreSettings
from cop.store.audit.head import HEAD_FILE
from cop.store.warehouse import Warehouse
from tests.server.conftest import BASE, gated
from tests.support.access import shipped_policy
from tests.support.context import make_context
from tests.support.layer import make_features, publish_features
from tests.support.released import draw_events, load_events, load_places

pytestmark = pytest.mark.access


@dataclass
class Table:
    """A server with a restricted source and layer, and an open one of each."""

    client: TestClient
    context: AppContext
    restricted: str
    open: str

    def get(self, path: str, token: str = "a") -> int:  # noqa: S107 no secret
        self.client.cookies.set(SESSION_COOKIE, token * 43)
        return self.client.get(path).status_code

    def subjects(self) -> list[str]:
        entries = [one for one in self.context.audit.file.read() if one.action == "view"]
        assert {(one.who, one.outcome) for one in entries} <= {("room:b", "done")}
        return [one.subject for one in entries]


@pytest.fixture
def table(own_warehouse: Path, tmp_path: Path) -> Iterator[Table]:
    settings = StoreSettings(data=own_warehouse)
    strict = [
        event
        for event in draw_events(40, seed=3, source="strict", least="TLP:AMBER+STRICT")
        if event.marking == "TLP:AMBER+STRICT"
    ]
    load_events(settings, tmp_path, strict)
    load_places(settings, tmp_path, [("Post", -111.0, 31.5, "TLP:GREEN")])
    layers = {
        marking: publish_features(
            own_warehouse, make_features(), marking=marking, title=marking
        ).layer.id
        for marking in ("TLP:AMBER//REL TO JTF, DPS", "TLP:GREEN")
    }
    service = QueryService(Warehouse(settings), tile_cache_mb=1)
    context = make_context(service)
    viewer = shipped_policy().room_viewer("b", name="Ana")
    with TestClient(gated(build_routes(context), viewer), base_url=BASE) as client:
        yield Table(client, context, *layers.values())
    service.warehouse.close()
    context.audit.close()


def test_shown_a_restricted_layer_is_recorded_once_a_session(table: Table) -> None:
    tile = f"/tiles/{_on_map(table, table.restricted)}/0/0/0.mvt"
    for _ in range(3):
        assert table.get(tile) == 200
    assert table.get(f"/tiles/{_on_map(table, table.open)}/0/0/0.mvt") == 200
    assert table.get("/tiles/background/0/0/0.mvt") in (200, 204)
    assert table.subjects() == [f"layer {table.restricted}"]
    last = table.context.audit.file.last()
    assert last is not None
    assert last.details == {"marking": "TLP:AMBER//REL TO DPS, JTF"}
    assert (last.name, last.agency, last.origin) == ("Ana (unverified)", "JTF", "room key")
    assert table.get(tile, "b") == 200
    assert table.subjects() == [f"layer {table.restricted}"] * 2


def test_shown_records_of_a_restricted_source_are_recorded_once_a_session(table: Table) -> None:
    asked = (
        "/tiles/events/0/0/0.mvt?records=real",
        "/tiles/events/1/0/0.mvt?records=real",
        "/api/summary?by=kind&records=real",
        "/api/impact?records=real",
        "/api/alerts?records=real",
    )
    for path in asked:
        assert table.get(path) in (200, 204), path
    assert table.subjects() == ["source strict"]
    for token, path in zip("cdef", asked[1:], strict=True):
        table.get(path, token)
    assert table.subjects() == ["source strict"] * 5
    service = table.context.service
    event = read_event_table(service, service.view(), None, most=1)["event_id"][0]
    table.get(f"/api/events/{event}", "g")
    assert len(table.subjects()) == 6
    assert table.get("/api/layers", "h") == 200
    assert table.get("/api/search?q=Post", "h") == 200
    assert len(table.subjects()) == 6, "nothing restricted was asked for"


def test_shown_a_restricted_view_that_cannot_be_recorded_is_refused(table: Table) -> None:
    restricted = f"/tiles/{_on_map(table, table.restricted)}/0/0/0.mvt"
    assert table.get(restricted) == 200
    (table.context.service.warehouse.folder / HEAD_FILE).write_text("no head")
    assert table.get(restricted) == 200, "this session's view is recorded already"
    for path in (restricted, "/tiles/events/0/0/0.mvt?records=real"):
        assert table.get(path, "b") == 503
    assert table.get(f"/tiles/{_on_map(table, table.open)}/0/0/0.mvt", "b") == 200


def _on_map(table: Table, layer_id: str) -> str:
    uploaded = table.context.service.warehouse.snapshot.uploaded
    return next(name for name, layer in uploaded.items() if layer.id == layer_id)
