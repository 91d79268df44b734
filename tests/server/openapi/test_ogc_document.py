"""The description in OpenAPI 3.0: the collections by name, with their properties."""

import pytest
from starlette.testclient import TestClient

from cop.server.openapi.ogc_document import build_ogc_document

pytestmark = pytest.mark.exchange


def test_a_collections_properties_are_parameters_of_its_features_alone() -> None:
    found = build_ogc_document("http://a/ogc", {"posts": {"height": "number"}, "events": {}})
    paths = found["paths"]
    names = {one["name"] for one in paths["/collections/posts/items"]["get"]["parameters"]}
    assert {"height", "limit", "bbox", "filter", "datetime"} <= names
    other = {one["name"] for one in paths["/collections/events/items"]["get"]["parameters"]}
    assert names - other == {"height"}
    assert "collection" not in names
    (one,) = [
        one for one in paths["/collections/{collection}"]["get"]["parameters"]
        if one["name"] == "collection"
    ]  # fmt: skip
    assert one["schema"]["enum"] == ["posts", "events"]


def test_the_description_is_of_the_server_and_what_it_has(client: TestClient) -> None:
    answer = client.get("/ogc/api")
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    found = answer.json()
    assert found["openapi"].startswith("3.0")
    assert found["servers"] == [{"url": "http://127.0.0.1:8501/ogc"}]
    for one in client.get("/ogc/collections").json()["collections"]:
        assert f"/collections/{one['id']}/items" in found["paths"]
