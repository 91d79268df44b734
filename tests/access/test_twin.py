"""Answers over HTTP to one viewer, twice: they differ by nothing that the viewer may not know."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from cop.access.viewer import Viewer
from cop.export.brief import HandoutScene
from cop.export.handout import build_handout
from cop.layerkind.service.opening import resolve_picture
from cop.model.picture import Picture, ShownLayer
from cop.query.registry import load_layers
from cop.query.service import QueryService
from cop.query.summary import BY
from cop.query.table import read_event_table
from cop.server.route import build_routes
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.server.conftest import BASE, gated
from tests.store.release.test_snapshot import FrozenClock, pair  # noqa: F401 a fixture
from tests.support.context import make_context

pytestmark = pytest.mark.access

TIMED: Final = {"server-timing", "date"}
CREATED: Final = datetime(2026, 6, 5, 12)
FORMS: Final = ("csv", "html")
TILES: Final = ((0, 0, 0), (6, 12, 26), (9, 98, 207))
QUERIES: Final = (
    {},
    {"version": "3"},
    {"known_at": "2026-06-01T03:30:00Z"},
    {"since": "2026-06-01T02:30:00Z"},
    {"sector": "TCA"},
    {"source": "amber"},
    {"source": "gone"},
    {"version": "99"},
    {"kind": "rescue", "from": "2026-03-10", "to": "2026-04-20"},
)
TEXTS: Final = ("ajo", "ajo camp", "Ajo yard", "yuma", "nothing of that name", "TCA-0031", "31.5")
ELEMENT: Final = re.compile(rb"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
Answers = dict[str, tuple[int, dict[str, str], bytes]]


def person(agency: str, highest: str, *roles: str) -> Viewer:
    return Viewer(
        id=f"local:{agency.lower()}", name=agency, agency=agency, roles=frozenset(roles),
        highest=highest, verified=True, origin="local",
    )  # fmt: skip


COMMANDER: Final = person("JTF", "TLP:RED", "commander")
AGENT: Final = person("CBP", "TLP:RED", "analyst")
SHERIFF: Final = person("SO-1", "TLP:AMBER", "analyst")
DEPUTY: Final = person("SO-1", "TLP:GREEN", "viewer")
"""One of those for whom small counts are left out."""


def list_addresses(event_ids: list[str]) -> Iterator[str]:
    """Every route that answers of records, in many ways, some of which are refused."""
    for query in QUERIES:
        stated = urlencode(query)
        for layer in load_layers().values():
            yield f"/tiles/{layer.id}.json?{stated}"
            for z, x, y in TILES if not query else TILES[:1]:
                yield f"/tiles/{layer.id}/{z}/{x}/{y}.{layer.tile_format}?{stated}"
        for by in BY:
            yield f"/api/summary?{urlencode({'by': by, **query})}"
        yield from (f"/api/{name}?{stated}" for name in ("layers", "annotations", "alerts"))
        yield f"/api/impact?{stated}"
    yield from (f"/api/search?{urlencode({'q': text})}" for text in TEXTS)
    yield from (f"/api/events/{one}{end}" for one in event_ids for end in ("", "?version=3"))
    place = {"lon": "-112.86", "lat": "32.37"}
    yield f"/api/position?{urlencode(place)}"
    yield f"/api/values?{urlencode({**place, 'layer': ['events', 'places']}, doseq=True)}"
    yield f"/api/sight?{urlencode({**place, 'height': '10', 'range': '5'})}"
    yield from ("/healthz", "/api/session", "/api/nothing", "/tiles/nothing.json")


def read_answers(service: QueryService, viewer: Viewer, event_ids: list[str]) -> Answers:
    """Return all answers to a viewer; what has an ETag is asked for with it once more."""
    context = make_context(service)
    client = TestClient(gated(build_routes(context), viewer), base_url=BASE)
    found: Answers = {}
    for address in list_addresses(event_ids):
        answer = client.get(address)
        found[address] = told(answer)
        if "etag" in answer.headers:
            again = client.get(address, headers={"If-None-Match": answer.headers["etag"]})
            found[f"{address} again"] = told(again)
    own = context.answering(viewer).service
    for form in FORMS:
        handed = build_handout([open_whole(own)], form, created_at=CREATED)
        told_of = {"name": handed.name, "size": str(len(handed.content))}
        found[form] = (0, told_of, with_counted_names(handed.content))
    return found


def told(answer: Any) -> tuple[int, dict[str, str], bytes]:
    headers = {name: value for name, value in answer.headers.items() if name not in TIMED}
    assert answer.status_code < 500, answer.text
    return answer.status_code, headers, answer.content


def with_counted_names(content: bytes) -> bytes:
    """A file whose elements are named in their order: folium draws a name for each."""
    names = dict.fromkeys(ELEMENT.findall(content))
    counted = {name: f"{i:032x}".encode() for i, name in enumerate(names)}
    return ELEMENT.sub(lambda found: counted[found[0]], content)


def open_whole(service: QueryService) -> HandoutScene:
    """A scene with all layers that have rows."""
    ids = [name for name, one in load_layers().items() if one.fields and name != "basemap"]
    asked = Picture.from_pairs([("records", "real"), ("since", "2026-06-01T02:30:00Z")])
    view, picture = resolve_picture(
        service, replace(asked, shown=tuple(ShownLayer(id=one) for one in ids))
    )
    return HandoutScene(
        service=service, view=view, picture=picture, title="All", picture_id="a" * 10, revision=1
    )


def list_ids(service: QueryService) -> list[str]:
    return sorted(read_event_table(service, service.view(), None, most=1000)["event_id"])


def differing(one: Answers, other: Answers) -> list[str]:
    assert one.keys() == other.keys()
    return [address for address, answer in one.items() if answer != other[address]]


def test_shown_what_a_commander_warmed_is_a_cold_sheriffs_answer(
    pair: tuple[QueryService, QueryService],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cop.model.moment.datetime", FrozenClock)
    settings = StoreSettings(data=pair[0].warehouse.folder)
    cold, warm = (Warehouse(settings) for _ in range(2))
    service = QueryService(warm, tile_cache_mb=64)
    ids = list_ids(service)[::12]
    commanders = read_answers(service, COMMANDER, ids)
    agents = read_answers(service, AGENT, ids)
    sheriffs = read_answers(service, SHERIFF, ids)
    alone = read_answers(QueryService(cold, tile_cache_mb=64), SHERIFF, ids)
    cold.close()
    warm.close()
    assert differing(sheriffs, alone) == []
    # What was warmed is of other records: all that counts them is another answer.
    others = {*differing(commanders, sheriffs)}
    assert {"/tiles/events/0/0/0.mvt?", "/api/summary?by=kind", "csv", "html"} <= others
    assert "/api/search?q=ajo+camp" in differing(agents, sheriffs)
    assert {sheriffs[f"/api/events/{one}"][0] for one in ids} == {200, 404}
    assert {commanders["/tiles/events/0/0/0.mvt?"][0], sheriffs["/tiles/events/0/0/0.mvt?"][0]} == {
        200
    }


def test_shown_answers_tell_nothing_of_a_hidden_record(
    pair: tuple[QueryService, QueryService],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cop.model.moment.datetime", FrozenClock)
    with_hidden, without = pair
    every, fewer = list_ids(with_hidden), list_ids(without)
    hidden = sorted({*every} - {*fewer})
    assert len(hidden) == 40
    ids = [*hidden[:10], *fewer[::20]]
    first, second = (read_answers(one, SHERIFF, ids) for one in pair)
    assert differing(first, second) == []
    assert len(first) > 400
    assert differing(*(read_answers(one, DEPUTY, ids) for one in pair)) == []
    # Who may read them is answered otherwise, so that equal answers are not a matter of course.
    theirs = [read_answers(one, AGENT, ids) for one in pair]
    others = {*differing(*theirs)}
    assert {"/tiles/events/0/0/0.mvt?", "/api/summary?by=kind", "csv", "html"} <= others
    assert {f"/api/events/{one}" for one in hidden[:10]} <= others
    assert "/api/search?q=ajo+camp" in others
