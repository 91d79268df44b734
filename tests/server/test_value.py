"""The value of a raster at a place by our route, and its tiles in a style that is only tried."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from cop.model.styling import FillWords, StyleWords
from cop.query.service import QueryService
from cop.server.route import build_routes
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.server.conftest import BASE, gated
from tests.support.context import make_context
from tests.support.layer import make_features, publish_features
from tests.support.raster import heights, publish_raster

pytestmark = pytest.mark.layers

IN_METRES = StyleWords(
    fill=FillWords(property="value", breaks=(500,), paints=("#101010", "#e0e0e0"), unit="m")
)
ROW, COLUMN = 15, 20
SUMMIT = {"lon": -111 + (COLUMN + 0.5) / 120, "lat": 32 - (ROW + 0.5) / 120}
CORNER = {"lon": -111 + 0.5 / 120, "lat": 32 - 0.5 / 120}
Served = Callable[[Path], TestClient]


@pytest.fixture
def routes_over() -> Iterator[Served]:
    opened: list[Warehouse] = []

    def serve(data: Path) -> TestClient:
        opened.append(Warehouse(StoreSettings(data=data)))
        service = QueryService(opened[-1], tile_cache_mb=8)
        app = gated(build_routes(make_context(service)))
        return TestClient(app, base_url=BASE, raise_server_exceptions=False)

    yield serve
    for warehouse in opened:
        warehouse.close()


def asked(client: TestClient, layer: str, **place: Any) -> Any:
    answer = client.get("/api/values", params={"layer": layer, **place})
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    (found,) = answer.json()["values"]
    return found


def test_shown_a_raster_tells_its_value_with_unit_and_where_it_has_none(
    routes_over: Served, own_warehouse: Path
) -> None:
    step = publish_raster(own_warehouse, style=IN_METRES, state="draft")
    name = step.layer.name
    client = routes_over(own_warehouse)
    assert asked(client, name, **SUMMIT) == {
        "layer": name,
        "title": "Heights",
        "unit": "m",
        "value": float(heights()[ROW, COLUMN]),
        "state": "value",
    }
    assert asked(client, name, **CORNER)["state"] == "nodata"
    assert asked(client, name, lon=0, lat=0)["state"] == "outside"


def test_what_cannot_be_asked_is_refused_with_the_reason(
    routes_over: Served, own_warehouse: Path
) -> None:
    raster = publish_raster(own_warehouse).layer.name
    points = publish_features(own_warehouse, make_features()).layer.name
    client = routes_over(own_warehouse)
    for query, status, said in (
        (f"lon=-111&layer={raster}", 400, "give lon"),
        (f"lon=x&lat=31&layer={raster}", 400, "lon='x'"),
        (f"lon=nan&lat=31&layer={raster}", 400, "degrees"),
        (f"lon=-111&lat=91&layer={raster}", 400, "lat='91'"),
        (f"lon=-111&lat=31&sector=TCA&layer={raster}", 400, "no other parameter"),
        ("lon=-111&lat=31", 400, "0 layers"),
        (f"lon=-111&lat=31&layer={points}", 404, "is not a raster"),
        ("lon=-111&lat=31&layer=nothing", 404, "nothing"),
    ):
        answer = client.get(f"/api/values?{query}")
        assert (answer.status_code, said in answer.json()["error"]) == (status, True), query


def test_a_tile_is_drawn_once_in_a_style_that_is_only_tried(
    routes_over: Served, own_warehouse: Path
) -> None:
    step = publish_raster(own_warehouse, style=IN_METRES)
    client = routes_over(own_warehouse)
    address = f"/tiles/{step.layer.name}/9/98/208.png"

    def colours(**query: str) -> set[tuple[int, ...]]:
        answer = client.get(address, params=query)
        assert answer.status_code == 200, answer.text
        image = np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGBA"))
        return {tuple(pixel[:3]) for pixel in image.reshape(-1, 4) if pixel[3]}

    assert colours() == {(16, 16, 16), (224, 224, 224)}
    tried = StyleWords(
        fill=FillWords(property="value", breaks=(9_000,), paints=("#ff0000", "#00ff00"))
    )
    assert colours(style=tried.model_dump_json(exclude_defaults=True)) == {(255, 0, 0)}
    assert colours() == {(16, 16, 16), (224, 224, 224)}
    for wrong in ("x", '{"fill": {"property": "value", "breaks": [2, 1]}}', "{" + " " * 3_000):
        answer = client.get(address, params={"style": wrong})
        assert (answer.status_code, "style" in answer.json()["error"]) == (400, True)
    answer = client.get("/tiles/segments/5/6/12.mvt", params={"style": "{}"})
    assert (answer.status_code, "is a raster" in answer.json()["error"]) == (400, True)


@pytest.mark.forecast
def test_shown_the_surface_tells_what_a_cell_is_expected_to_have(
    routes_over: Served, warehouse_dir: Path
) -> None:
    client = routes_over(warehouse_dir)
    place, wanted = {"lon": -110.94, "lat": 31.36}, {"records": "synthetic"}
    found = asked(client, "risk_surface", **place, **wanted)
    assert (found["layer"], found["unit"], found["state"]) == ("risk_surface", "events", "value")
    assert found["low"] <= found["value"] <= found["high"]
    assert found["title"].startswith(("Risk surface, ", "Expected detections, surface, "))
    later = asked(client, "risk_surface", **place, **wanted, ahead="week-2")
    assert later["value"] > 0
    assert later["title"] != found["title"]
    assert asked(client, "risk_surface", **place, **wanted, sector="RGV")["state"] == "outside"
    assert asked(client, "risk_surface", lon=0, lat=0, **wanted)["state"] == "outside"
    answer = client.get("/api/values?lon=-111&lat=31&layer=risk_surface&color=red")
    assert (answer.status_code, "color" in answer.json()["error"]) == (400, True)
    address = "/tiles/risk_surface/6/12/26.png"
    tiles = [
        client.get(address, params={**wanted, **theme})
        for theme in ({}, {"theme": "dark"}, {"theme": "light"})
    ]
    assert {tile.status_code for tile in tiles} == {200}
    assert {tile.headers["content-type"] for tile in tiles} == {"image/png"}
    plain, dark, light = (tile.content for tile in tiles)
    assert plain == dark != light
    assert client.get("/tiles/risk_surface/6/40/20.png", params=wanted).status_code == 204
    assert client.get(address, params={**wanted, "theme": "pink"}).status_code == 400
    assert client.get("/tiles/segments/5/6/12.mvt?theme=dark").status_code == 400
    (document,) = (
        row for row in client.get("/api/layers").json()["layers"] if row["id"] == "risk_surface"
    )
    assert document["held"]


@pytest.mark.parametrize(
    "query", ["", "lon=-111", "lon=-111&lat=31&lat=32", "lon=-111&lat=31&sector=TCA", "lon=x&lat=1"]
)
def test_a_position_is_asked_for_by_its_degrees_alone(
    routes_over: Served, own_warehouse: Path, query: str
) -> None:
    client = routes_over(own_warehouse)
    answer = client.get(f"/api/position?{query}")
    assert answer.status_code == 400
    assert "lon" in answer.text
    known = client.get("/api/position?lon=-110.94&lat=31.5").json()
    assert (known["sector"], known["county"]) == ("TCA Tucson", "Santa Cruz, AZ")
    assert known["segment_id"].startswith("TCA-")
