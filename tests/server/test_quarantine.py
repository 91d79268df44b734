"""Tests of answers over data in quarantine: null and a reason, a header, 410 for a lost version."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from cop.layerkind.service.layer_list import read_layer
from cop.model.filter import Filter
from cop.query.figure import read_figures
from cop.query.service import QueryService
from cop.server.route import build_routes
from cop.settings import StoreSettings
from cop.store.dataset.schema import EVENTS
from cop.store.integrity.repair import repair
from cop.store.warehouse import Warehouse
from tests.server.conftest import BASE, gated
from tests.support.context import make_context
from tests.support.damage import flip_bit
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.store

TILE = "/tiles/events/0/0/0.mvt"
FEBRUARY = {"from": "2026-02-01", "to": "2026-03-01", "records": "real"}
MARCH = {"from": "2026-03-01", "to": "2026-04-01", "records": "real"}


@pytest.fixture
def damaged(own_warehouse: Path) -> Iterator[tuple[TestClient, QueryService]]:
    """A client over a warehouse whose February is in quarantine, open since before that."""
    settings = StoreSettings(data=own_warehouse)
    publish_events(settings, make_frame(40))
    service = QueryService(Warehouse(settings), tile_cache_mb=8)
    app = gated(build_routes(make_context(service)))
    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as client:
        whole = client.get(TILE, params=FEBRUARY)
        assert "x-cop-caveat" not in whole.headers
        files = service.warehouse.snapshot.catalogue.files[EVENTS]
        flip_bit(next(Path(file) for file in files if "month=2026-02" in file))
        repair(settings)
        service.warehouse.refresh()
        assert client.get(TILE, params=FEBRUARY).headers["etag"] != whole.headers["etag"]
        yield client, service
    service.warehouse.close()


def test_a_summary_is_null_with_the_reason(
    damaged: tuple[TestClient, QueryService],
) -> None:
    client, _ = damaged
    lacking = client.get("/api/summary", params={"by": "sector", **FEBRUARY}).json()
    assert (lacking["total"], lacking["counts"]) == (None, None)
    assert len(lacking["caveats"]) == 1
    assert "events of 2026-02" in lacking["caveats"][0]
    whole = client.get("/api/summary", params={"by": "sector", **MARCH}).json()
    assert (whole["total"], whole["caveats"]) == (10, [])


@pytest.mark.parametrize("layer", ["events", "segments", "hotspots", "risk_surface"])
def test_tiles_say_so(damaged: tuple[TestClient, QueryService], layer: str) -> None:
    client, service = damaged
    path = f"/tiles/{layer}/6/12/25.{read_layer(service, service.view(), layer).tile_format}"
    told = client.get(path, params=FEBRUARY)
    assert told.status_code in {200, 204}
    assert "events of 2026-02" in told.headers["x-cop-caveat"]
    again = client.get(path, params=FEBRUARY, headers={"If-None-Match": told.headers["etag"]})
    assert again.status_code == 304
    assert again.headers["x-cop-caveat"] == told.headers["x-cop-caveat"]


def test_layers_without_such_data_say_nothing(damaged: tuple[TestClient, QueryService]) -> None:
    client, _ = damaged
    assert "x-cop-caveat" not in client.get(TILE, params=MARCH).headers
    assert "x-cop-caveat" not in client.get("/tiles/sector/6/12/25.mvt").headers


def test_segments_have_no_figures_of_what_is_missing(
    damaged: tuple[TestClient, QueryService],
) -> None:
    _, service = damaged
    figures = read_figures(service, service.view(Filter.from_pairs(FEBRUARY.items())))
    assert figures is not None
    assert figures.table[["n", "people"]].isna().all(axis=None)
    assert {"risk", "change", "previous_n"}.isdisjoint(figures.table)
    march = read_figures(service, service.view(Filter.from_pairs(MARCH.items())))
    assert march is not None
    assert march.table["n"].sum() == 10
    assert {"risk", "change", "previous_n"}.isdisjoint(march.table)
    assert "2026-02" in str(march.risk.reason)


def test_a_version_that_shows_the_lost_file_is_gone(
    damaged: tuple[TestClient, QueryService],
) -> None:
    client, service = damaged
    version = service.warehouse.snapshot.version - 1
    for path, pairs in ((TILE, {}), ("/api/summary", {"by": "kind"})):
        answer = client.get(path, params={"version": version, **pairs})
        assert answer.status_code == 410
        assert f"version={version} shows datasets/main/events/month=2026-02" in answer.text


def test_an_event_that_cannot_be_found_may_be_among_the_lost(
    damaged: tuple[TestClient, QueryService],
) -> None:
    client, _ = damaged
    answer = client.get(f"/api/events/{'0' * 32}")
    assert answer.status_code == 404
    assert "some records cannot be read: events of 2026-02" in answer.text
