"""Streamlit's page with the rail in it: escaped, marked, in its place before any script runs."""

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.testclient import TestClient

from cop.access.policy_file import ACTIONS, Action
from cop.server.allowlist import build_policy
from cop.server.page import EarlyMap, Rail, build_page, build_page_routes, build_rail
from cop.server.streamlit_options import read_options

INDEX = Path(streamlit.__file__).parent / "static" / "index.html"
RAIL = Rail(
    groups={"Watch": [("Picture", "/"), ("Wall", "/Wall")], "Me & <you>": [("<b>", '/"x')]},
    bare=frozenset({"/Wall"}),
)


def test_the_rail_names_groups_and_pages_and_marks_its_own() -> None:
    html = build_rail(RAIL, "/")
    assert re.findall(r"<p>(.*?)</p>", html) == ["Watch", "Me &amp; &lt;you&gt;"]
    assert '<a href="/" aria-current="page">Picture</a>' in html
    assert '<a href="/&quot;x">&lt;b&gt;</a>' in html
    assert html.count("aria-current") == 1


def test_streamlits_page_stays_whole_and_its_policy_the_same() -> None:
    page, index = build_page(INDEX, RAIL, "/"), INDEX.read_text(encoding="utf-8")
    added = re.compile(
        r'<style>.*?</style>(?=</head>)|<nav class="cop-rail".*?</script>', re.DOTALL
    )
    assert added.sub("", page) == index
    assert build_policy(page) == build_policy(index)
    assert page.index('id="root"') < page.index('class="cop-rail"'), "its skip link stays first"
    assert str(read_options()["theme.dark.secondaryBackgroundColor"]) in page
    assert "$" not in page.partition("<style>")[2].partition("</style>")[0]


def all_rights(_request: Request) -> frozenset[Action]:
    return frozenset(ACTIONS)


def test_a_page_that_needs_another_right_is_not_in_the_rail() -> None:
    rail = replace(RAIL, needs={"/Wall": "audit"})
    titles = {title for pages in RAIL.groups.values() for title, _ in pages}
    own = rail.open_to(frozenset({"see"}))
    assert {title for pages in own.groups.values() for title, _ in pages} < titles
    assert rail.open_to(frozenset(ACTIONS)).groups == RAIL.groups
    assert all(own.groups.values())


def test_a_bare_page_has_no_rail() -> None:
    page = build_page(INDEX, RAIL, "/Wall")
    assert "<nav" not in page
    assert '[data-testid="stSidebar"]' in page.partition("<style>")[2]


@pytest.mark.parametrize("path", ["/", "/Wall"])
def test_pages_are_answered_and_are_asked_for_anew(path: str) -> None:
    with TestClient(
        Starlette(
            routes=list(build_page_routes(INDEX, RAIL, ["/", "/Wall"], find_rights=all_rights))
        )
    ) as one:
        answer = one.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers["cache-control"] == "no-cache"
        assert one.post(path).status_code == 405


def test_a_page_with_a_map_loads_it_early_and_no_other_does() -> None:
    registered: list[bool] = []
    early = EarlyMap(
        pages=frozenset({"/"}),
        module='/m/"map".js',
        deck="/assets/deck/index.js",
        worker="/assets/mvt-worker.js",
        register=lambda: registered.append(True),
    )
    routes = build_page_routes(INDEX, RAIL, ["/", "/Wall"], find_rights=all_rights, early=early)
    with TestClient(Starlette(routes=routes)) as client:
        assert "cop-early" not in client.get("/Wall").text
        assert not registered
        page = client.get("/").text
        client.get("/")
    assert registered == [True]
    stated = re.search(r'<meta name="cop-early" content="([^"]*)">', page)
    assert stated is not None
    named = json.loads(unescape(stated[1]))
    assert named == {"module": early.module, "deck": early.deck, "worker": early.worker}
    loaded = re.findall(r'<link rel="(\w+)"[^>]* href="([^"]*)" fetchpriority="low">', page)
    assert [(rel, unescape(href)) for rel, href in loaded] == [
        ("modulepreload", early.module),
        ("preload", early.deck),
    ]
    assert page.index("/static/js/index.") < page.index("cop-early")
    assert page.index("/assets/early.js") < page.index("</head>")
    assert build_policy(page) == build_policy(INDEX.read_text(encoding="utf-8"))
