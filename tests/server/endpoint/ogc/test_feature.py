"""The endpoints of features: what is refused, and what a page and a feature say."""

from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from cop.query.item.crs import SYSTEMS

pytestmark = pytest.mark.exchange
ITEMS = "/ogc/collections/events/items"


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("nothing=1", "parameter 'nothing' is unknown: use limit, after"),
        ("since=2026-01-01", "parameter 'since' is unknown"),
        ("since=nan", "parameter 'since' is unknown"),
        ("limit=1&limit=2", "parameter limit is given 2 times"),
        ("kind=nothing", "kind="),
        ("count=a", "a whole number"),
        ("confidence=high&confidence=low", "given 2 times"),
        ("crs=x", "crs='x' is unknown"),
        ("bbox=1,2", "bbox="),
        ("datetime=x", "datetime="),
        ("filter-lang=cql2-json", "use cql2-text"),
        ("filter=kind", "not CQL2 text"),
        ("filter=cop_id%3D1", "'cop_id' is unknown"),
        ("version=x", "version="),
    ],
)
def test_what_is_refused_says_why(client: TestClient, query: str, told: str) -> None:
    answer = client.get(f"{ITEMS}?{query}")
    assert answer.status_code == 400
    assert told in answer.json()["error"]


def test_a_property_is_a_parameter(client: TestClient) -> None:
    whole = client.get(f"{ITEMS}?records=synthetic&limit=1").json()["numberMatched"]
    own = client.get(f"{ITEMS}?records=synthetic&confidence=high&limit=9").json()
    assert 0 < own["numberMatched"] < whole
    assert {one["properties"]["confidence"] for one in own["features"]} == {"high"}
    query = urlencode({"records": "synthetic", "filter": "confidence = 'high'", "limit": 1})
    assert client.get(f"{ITEMS}?{query}").json()["numberMatched"] == own["numberMatched"]


def test_the_link_next_pins_version_and_records(client: TestClient) -> None:
    page = client.get(f"{ITEMS}?limit=2&kind=death&kind=rescue").json()
    (following,) = [one["href"] for one in page["links"] if one["rel"] == "next"]
    assert f"version={page['version']}" in following
    assert "records=real" in following
    assert "kind=death&kind=rescue" in following
    after = client.get(following).json()
    assert after["numberMatched"] == page["numberMatched"]
    ids = [one["id"] for one in (*page["features"], *after["features"])]
    assert ids == sorted(ids)
    assert len({*ids}) == 4
    assert f"after={ids[1]}" in following
    assert following.count("after=") == 1


def test_a_feature_is_found_in_each_system_whatever_its_records(client: TestClient) -> None:
    for records in ("real", "synthetic"):
        page = client.get(f"{ITEMS}?limit=1&records={records}").json()
        (one,) = page["features"]
        lon, lat = one["geometry"]["coordinates"]
        for uri, place in zip(SYSTEMS, ([lon, lat], [lat, lon], None), strict=True):
            answer = client.get(f"{ITEMS}/{one['id']}", params={"crs": uri})
            assert answer.headers["content-crs"] == f"<{uri}>"
            found = answer.json()
            assert found["properties"] == one["properties"]
            assert place in (None, found["geometry"]["coordinates"])
    assert client.get(f"{ITEMS}/nothing").status_code == 404
    assert client.get(f"{ITEMS}/{'x' * 300}").status_code == 404
    assert client.get("/ogc/collections/nothing/items").status_code == 404


def test_a_box_may_be_stated_in_each_system(client: TestClient) -> None:
    degrees, lat_first, meters = SYSTEMS
    asked = {"records": "synthetic", "limit": 1}
    found = {
        client.get(ITEMS, params={**asked, "bbox": box, "bbox-crs": uri}).json()["numberMatched"]
        for uri, box in (
            (degrees, "-112,31,-110,32"),
            (lat_first, "31,-112,32,-110"),
            (meters, "-12467782.969,3632749.143,-12245143.987,3763310.627"),
        )
    }
    assert len(found) == 1
    assert found != {0}


def test_a_feature_is_that_of_the_event(client: TestClient) -> None:
    (one,) = client.get(f"{ITEMS}?limit=1").json()["features"]
    event = client.get(f"/api/events/{one['id']}").json()
    for name in ("kind", "count", "unit", "occurred_at", "sector", "county", "source", "synthetic"):
        assert one["properties"][name] == event[name]
    assert one["geometry"]["coordinates"] == [event["lon"], event["lat"]]
