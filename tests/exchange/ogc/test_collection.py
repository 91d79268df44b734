"""Collections and queryables as documents."""

from datetime import datetime

import pytest

from cop.exchange.ogc.collection import (
    build_collection,
    build_collections,
    build_queryables,
    describe_property,
)
from cop.layerkind.service.collection import Collection
from cop.query.item.page import ItemExtent
from cop.query.registry import find_layer
from tests.exchange.ogc.conftest import Served

pytestmark = pytest.mark.exchange
SENSORS = Collection(layer=find_layer("sensors"), marking="TLP:AMBER", synthetic=True)
BASE = "http://a/ogc"


def test_a_collection_says_marking_extent_and_version() -> None:
    start = datetime(2026, 1, 1)
    extent = ItemExtent(bounds=(1, 2, 3, 4), oldest=start, newest=start)
    found = build_collection(BASE, SENSORS, extent, version=7, query=[("version", "7")])
    assert (found["marking"], found["synthetic"], found["version"]) == ("TLP:AMBER", True, 7)
    assert found["extent"]["spatial"]["bbox"] == [[1, 2, 3, 4]]
    assert found["extent"]["temporal"]["interval"] == [["2026-01-01T00:00:00Z"] * 2]
    assert f"{BASE}/collections/sensors/items?version=7" in {one["href"] for one in found["links"]}


def test_what_lies_nowhere_has_no_extent() -> None:
    assert build_collection(BASE, SENSORS, ItemExtent(), version=1)["extent"] == {}


def test_queryables_are_what_a_filter_may_name() -> None:
    found = build_queryables(BASE, SENSORS, {"name": "text", "range_m": "number"})
    assert list(found["properties"]) == ["geometry", "name", "range_m"]
    assert found["properties"]["range_m"]["type"] == "number"
    assert describe_property("moment") == {"type": "string", "format": "date-time"}


def test_the_list_has_what_was_found() -> None:
    own = build_collection(BASE, SENSORS, ItemExtent(), version=1)
    assert build_collections(BASE, [own])["collections"] == [own]


def test_every_link_of_every_collection_leads_somewhere(ogc_server: Served) -> None:
    for one in ogc_server.client.get("/ogc/collections").json()["collections"]:
        for link in one["links"]:
            answer = ogc_server.client.get(link["href"])
            assert answer.status_code == 200, link
            assert answer.headers["content-type"].startswith(link["type"]), link
