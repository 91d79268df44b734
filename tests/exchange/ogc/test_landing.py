"""The landing page: what it links to is there, and is what the link says."""

import pytest

from cop.exchange.ogc.landing import CONFORMANCE, build_conformance, build_landing
from tests.exchange.ogc.conftest import Served

pytestmark = pytest.mark.exchange


def test_every_link_leads_to_what_it_says(ogc_server: Served) -> None:
    for one in ogc_server.client.get("/ogc").json()["links"]:
        answer = ogc_server.client.get(one["href"])
        assert answer.status_code == 200, one
        assert answer.headers["content-type"].startswith(one["type"]), one


def test_links_go_on_with_the_version() -> None:
    landing = build_landing("http://a/ogc", "Title", query=[("version", "3")])
    (data,) = [one["href"] for one in landing["links"] if one["rel"] == "data"]
    assert data == "http://a/ogc/collections?version=3"


def test_classes_are_named_once_and_without_what_is_not_there() -> None:
    assert build_conformance("http://a/ogc")["conformsTo"] == list(CONFORMANCE)
    assert len(CONFORMANCE) == len({*CONFORMANCE})
    # Six of the fourteen temporal functions are there, and arithmetic is not.
    assert not any(one.endswith(("temporal-functions", "arithmetic")) for one in CONFORMANCE)
