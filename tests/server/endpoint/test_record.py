"""Summaries and events as JSON."""

import pytest
from starlette.testclient import TestClient

from cop.query.service import QueryService
from tests.support.tile import held_by

pytestmark = pytest.mark.picture

WORLD = "/tiles/events/0/0/0.mvt"


def test_summary_has_the_shape_of_the_contract(client: TestClient) -> None:
    answer = client.get("/api/summary?by=sector&records=synthetic").json()
    assert answer["total"] == sum(row["n"] for row in answer["rows"])
    assert set(answer) >= {"total", "counts", "rows"}
    assert set(answer["rows"][0]) == {"key", "n", "counts"}, "units are not added"
    for unit, count in answer["counts"].items():
        assert count == sum(row["counts"].get(unit, 0) for row in answer["rows"])


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
