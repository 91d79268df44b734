"""The schemas of answers: each real answer has the shape that is described."""

import pytest
from jsonschema import Draft202012Validator

from cop.ingest.layer.shelf import DRAFT_HEADER
from cop.server.openapi.document import build_document
from cop.server.openapi.operation import OPERATIONS
from tests.server.openapi.conftest import Attacked

pytestmark = pytest.mark.access


def addresses(attacked: Attacked) -> list[tuple[str, str]]:
    """Paths of the description with an address that has an answer of everything."""
    place = "lon=-110.996&lat=31.875"
    return [
        ("/healthz", "/healthz"),
        ("/api/openapi.json", "/api/openapi.json"),
        ("/api/session", "/api/session"),
        ("/api/layers", "/api/layers"),
        ("/api/summary", "/api/summary?by=kind&records=synthetic"),
        ("/api/events/{event_id}", f"/api/events/{attacked.event}"),
        ("/api/search", "/api/search?q=nogales"),
        ("/api/values", f"/api/values?{place}&layer={attacked.raster}&layer=risk_surface"),
        ("/api/position", f"/api/position?{place}"),
        ("/api/sight", f"/api/sight?{place}&height=10&range=5"),
        ("/api/sight", f"/api/sight?{place}&height=10&to_lon=-111&to_lat=31.9&to_height=2"),
        ("/api/annotations", "/api/annotations"),
        ("/api/units", "/api/units?records=real"),
        ("/api/impact", "/api/impact?records=synthetic"),
        ("/api/alerts", "/api/alerts?records=real"),
        ("/tiles/{layer}.json", "/tiles/events.json"),
        ("/tiles/{layer}.json", f"/tiles/{attacked.raster}.json"),
        *list_ogc(attacked),
    ]


def list_ogc(attacked: Attacked) -> list[tuple[str, str]]:
    one, own = "/ogc/collections/{collection}", "/ogc/collections/events"
    return [
        *(
            (path, path)
            for path in ("/ogc", "/ogc/", "/ogc/conformance", "/ogc/api", "/ogc/collections")
        ),
        (one, own),
        (f"{one}/queryables", f"{own}/queryables"),
        (f"{one}/items", f"{own}/items"),
        (f"{one}/items", "/ogc/collections/segments/items?limit=3"),
        (f"{one}/items/{{item}}", f"{own}/items/{attacked.event}"),
        (f"{one}/tiles", f"{own}/tiles"),
        (f"{one}/tiles/{{set}}", f"{own}/tiles/WebMercatorQuad"),
        ("/ogc/tileMatrixSets", "/ogc/tileMatrixSets"),
        ("/stac", "/stac"),
        ("/stac/versions/{version}", "/stac/versions/2"),
        ("/stac/versions/{version}/items/{dataset}", "/stac/versions/2/items/segments"),
        ("/ogc/tileMatrixSets/{set}", "/ogc/tileMatrixSets/WebMercatorQuad"),
    ]


def test_answers_have_the_described_shape(attacked: Attacked) -> None:
    document = build_document()
    asked = addresses(attacked)
    described = {one.address for one in OPERATIONS if any("json" in kind for kind in one.content)}
    assert {path for path, _ in asked} == described - {"/api/draft"}
    for path, address in asked:
        answer = attacked.client.get(address)
        assert answer.status_code == 200, (address, answer.text)
        content = document["paths"][path]["get"]["responses"]["200"]["content"]
        schema = content[answer.headers["content-type"]]["schema"] | {
            "components": document["components"]
        }
        Draft202012Validator(schema).validate(answer.json())


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/annotations", "features"),
        ("/api/alerts?records=real", "alerts"),
        ("/api/units?records=real", "units"),
    ],
)
def test_what_is_described_is_there(attacked: Attacked, path: str, name: str) -> None:
    assert attacked.client.get(path).json()[name], "else its shape is not checked"


def test_a_tile_a_script_and_a_draft_have_the_described_media(attacked: Attacked) -> None:
    token = {DRAFT_HEADER: attacked.draft}
    for path, address in (
        ("/api/draft", "/api/draft"),
        ("/assets/{name}", "/assets/session.js"),
        ("/tiles/{layer}/{z}/{x}/{y}.{format}", "/tiles/events/0/0/0.mvt"),
    ):
        answer = attacked.client.get(address, headers=token)
        described = build_document()["paths"][path]["get"]["responses"]["200"]["content"]
        assert answer.status_code == 200
        assert answer.headers["content-type"].partition(";")[0] in described
