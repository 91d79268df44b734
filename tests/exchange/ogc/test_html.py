"""The plain pages: what others wrote stays text, and nothing is loaded from elsewhere."""

import re
from dataclasses import replace

import pytest

from cop.exchange.ogc.html import render_collections, render_document, render_item, render_page
from cop.exchange.ogc.link import build_link
from cop.layerkind.service.collection import Collection
from cop.query.item.page import Item, ItemPage
from cop.query.registry import find_layer
from tests.exchange.ogc.conftest import Served

pytestmark = pytest.mark.exchange
EVIL = "<script>alert(1)</script>\"'>&"
LAYER = replace(find_layer("events"), title=EVIL, note=EVIL)
COLLECTION = Collection(layer=LAYER, marking="TLP:AMBER", synthetic=True)
ITEM = Item(id=EVIL, geometry=None, properties={EVIL: EVIL, "n": None, "many": [EVIL, 2]})
LINK = build_link(f"http://a/?q={EVIL}", EVIL, "text/html", EVIL)


def pages() -> list[bytes]:
    one = {"id": EVIL, "title": EVIL, "description": EVIL, "marking": EVIL, "synthetic": True}
    return [
        render_document(EVIL, {"links": [LINK], EVIL: EVIL, "a": [EVIL]}),
        render_collections({"collections": [one], "links": [LINK]}, "http://a"),
        render_page(COLLECTION, ItemPage(items=(ITEM,), matched=9), [LINK]),
        render_item(COLLECTION, ITEM, [LINK]),
    ]


@pytest.mark.parametrize("page", pages())
def test_nothing_that_others_wrote_becomes_markup(page: bytes) -> None:
    text = page.decode()
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    for value in re.findall(r'="([^"]*)"', text):
        assert "<" not in value
        assert "'" not in value


def test_a_page_says_marking_and_that_it_is_made_up() -> None:
    for page in pages()[2:]:
        assert b'<p class="marking">SYNTHETIC TLP:AMBER</p>' in page
    assert b"1 of 9 features" in pages()[2]


def test_pages_load_nothing_and_are_answered_to_browsers(ogc_server: Served) -> None:
    headers = {"Accept": "text/html,application/xhtml+xml"}
    for path in ("", "/conformance", "/collections", "/collections/events",
                 "/collections/events/items", f"/collections/{ogc_server.layer}/items",
                 "/collections/events/queryables", "/collections/events/tiles"):  # fmt: skip
        answer = ogc_server.client.get(f"/ogc{path}", headers=headers)
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert not re.search(r"<(script|img|link|iframe|object)\b|\bsrc=|url\(", answer.text)
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    posts = ogc_server.client.get(f"/ogc/collections/{ogc_server.layer}/items?f=html").text
    assert "Post &lt;b&gt;0&lt;/b&gt;" in posts
