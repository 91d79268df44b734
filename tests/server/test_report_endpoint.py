"""Tests of the form for reports over HTTP: who may, once, and what is refused."""

import base64
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
import yaml
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from cop.access.policy import read_policy
from cop.exchange.field_report import MOST_IN_AN_HOUR
from cop.model.moment import format_instant, utc_now
from cop.model.report import Grade
from cop.query.service import QueryService
from cop.resource import package_path
from cop.server.report_endpoint import ReportEndpoint, describe_steps
from cop.settings import StoreSettings
from cop.store.room.room import Room
from cop.store.warehouse import Warehouse
from tests.server.conftest import BASE
from tests.support.access import (
    KnownViewer,
    Member,
    own_access,
    serving_people,
    shipped_policy,
)
from tests.support.context import make_context
from tests.support.field import make_photo, report_id, stated_report
from tests.support.http import Answer, Caller
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.exchange


@pytest.fixture(scope="module")
def data(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = copy_warehouse(bare_warehouse, tmp_path_factory.mktemp("field") / "warehouse")
    stored = yaml.safe_load(package_path("data", "access.yaml").read_text())
    stored["roles"]["guest"] = {"may": ["see"]}
    policy = data.parent / "access.yaml"
    policy.write_text(yaml.safe_dump(stored))
    with own_access(data, read_policy(policy)) as own:
        own.add("ana", name="Ana", agency="SO-1", roles=["viewer"])
        own.add("bo", name="Bo", agency="SO-1", roles=["viewer"])
        own.add("cai", name="Cai", agency="JTF", roles=["analyst"])
        own.add("dee", name="Dee", agency="SO-1", roles=["viewer"])
        own.add("gus", name="Gus", agency="SO-1", roles=["guest"])
    return data


@pytest.fixture(scope="module")
def base(data: Path) -> Iterator[str]:
    with serving_people(data, data.parent, "--access", data.parent / "access.yaml") as address:
        yield address


@pytest.fixture(scope="module")
def ana(base: str) -> Member:
    return signed_in(base, "ana")


def signed_in(base: str, login: str) -> Member:
    member = Member(base, login)
    member.sign_in()
    return member


def send(member: Member, stated: Any, **headers: str) -> Answer:
    sent = {"Origin": member.base, "Content-Type": "application/json", **headers}
    body = stated if isinstance(stated, bytes) else json.dumps(stated).encode()
    return member.ask("/report/sent", method="POST", headers=sent, body=body)


def stated(n: int, **changes: Any) -> dict[str, Any]:
    return stated_report(n, occurred_at=format_instant(utc_now()), **changes)


def listed(member: Member) -> dict[str, Any]:
    reports = member.ask("/report/sent").json()["reports"]
    return {report["id"]: report for report in reports}


def count(member: Member) -> int:
    return int(member.ask("/api/summary?by=source").json()["total"])


def test_a_report_is_an_event_once_and_its_sender_sees_what_becomes_of_it(
    ana: Member, data: Path
) -> None:
    before, report = count(ana), stated(1, photo=base64.b64encode(make_photo()).decode())
    first, second = send(ana, report), send(ana, report)
    assert (first.status, second.status) == (201, 201)
    assert first.json() == second.json()
    assert first.json()["state"] == "unconfirmed"
    assert count(ana) == before + 1
    words = [step["words"] for step in listed(ana)[report_id(1)]["steps"]]
    assert words[0].startswith("Received ")
    assert words[1:] == ["On the picture, unconfirmed"]
    photo = ana.ask(f"/report/photo/{report_id(1)}")
    assert (photo.status, photo.headers["content-type"], b"SECRET" in photo.body) == (
        200,
        "image/jpeg",
        False,
    )
    room = Room(StoreSettings(data=data))
    room.reports.grade(report_id(1), Grade(source="B", information="2"), by="Cai")
    assert listed(ana)[report_id(1)]["steps"][2]["words"].startswith(
        "Graded B2: usually reliable, probably true, "
    )


def test_nobody_sees_the_reports_of_others(base: str, ana: Member) -> None:
    photo = base64.b64encode(make_photo(40, 40)).decode()
    assert send(ana, stated(2, photo=photo)).status == 201
    bo = signed_in(base, "bo")
    assert listed(bo) == {}
    assert bo.ask(f"/report/photo/{report_id(2)}").status == 404
    assert signed_in(base, "cai").ask(f"/report/photo/{report_id(2)}").status == 200
    refused = send(bo, stated(2))
    assert (refused.status, "sent before" in refused.json()["error"]) == (422, True)


def test_who_may_not_report_and_who_is_nobody(base: str) -> None:
    refused = send(signed_in(base, "gus"), stated(3))
    assert (refused.status, b"you may not report" in refused.body) == (403, True)
    caller = Caller(base)
    for path in ("/report", "/report/sent", "/report/map.png", "/report/worker.js"):
        assert caller.ask(path).status == 401
    led = caller.ask("/report", headers={"Accept": "text/html"})
    assert (led.status, led.headers["location"]) == (303, "/sign-in?next=%2Freport")
    assert caller.ask("/report/sent", method="POST", body=b"{}").status == 401
    caller.close()


def state_pixels(side: int) -> str:
    """A JPEG whose header states other sides than it has."""
    content = bytearray(make_photo(16, 16))
    start = content.index(b"\xff\xc0") + 5
    content[start : start + 4] = side.to_bytes(2, "big") * 2
    return base64.b64encode(content).decode()


@pytest.mark.parametrize(
    ("sent", "status", "why"),
    [
        (b"no json", 422, "not a JSON object"),
        (b"[]", 422, "not a JSON object"),
        (b"[" * 100_000, 422, "not a JSON object"),
        (b'{"a":' * 100_000, 422, "not a JSON object"),
        (b'{"note":' + b"[" * 900 + b"]" * 900 + b"}", 422, "'note': state one value"),
        ({**stated_report(9), "note": "\ud800"}, 422, "note: "),
        ({**stated_report(9), "\ud800": 1}, 422, "'\\ud800': no field of a report"),
        ({**stated_report(9), "photo": state_pixels(65_000)}, 422, "photo: its pixels are too"),
        ({**stated_report(9), "kind": "person"}, 422, "kind: 'person'"),
        ({**stated_report(9), "photo": "%%%"}, 422, "photo: not base64"),
        ({**stated_report(9), "photo": "aGVsbG8="}, 422, "photo: not a JPEG"),
        ({**stated_report(9), "note": "call 520-555-0142"}, 422, "note: it holds a number"),
        ({**stated_report(9), "grid": "somewhere"}, 422, "place: 'somewhere' is no position"),
        (b"x" * 9_000_001, 422, "larger than 9,000,000 bytes"),
    ],
)
def test_what_is_not_valid_is_refused_in_words(
    ana: Member, sent: Any, status: int, why: str
) -> None:
    if isinstance(sent, dict):
        sent = {**sent, "occurred_at": format_instant(utc_now())}
    answer = send(ana, sent)
    assert (answer.status, why in answer.json()["error"]) == (status, True), answer.body
    assert report_id(9) not in listed(ana)


def test_a_typed_grid_is_a_place_as_exact_as_it_was_typed(ana: Member, data: Path) -> None:
    report = stated(4, lon=None, lat=None, accuracy_m=None, grid="12R WV 057 683")
    assert send(ana, report).status == 201
    entry = Room(StoreSettings(data=data)).reports.get(report_id(4)).entry
    assert (round(entry.lon, 2), round(entry.lat, 2), entry.accuracy_m) == (-110.94, 31.35, 100.0)


def test_a_report_from_another_site_is_refused(ana: Member) -> None:
    for origin in ("https://evil.example", "null", ""):
        assert send(ana, stated(5), Origin=origin).status == 403
    assert report_id(5) not in listed(ana)


def test_the_map_is_of_a_place_within_limits(ana: Member) -> None:
    at = "lon=-110.94&lat=31.35&zoom=10"
    light, dark = (ana.ask(f"/report/map.png?{at}&theme={theme}") for theme in ("light", "dark"))
    for drawn in (light, dark):
        assert (drawn.status, drawn.body[:4]) == (200, b"\x89PNG")
        # The next account on the phone may read other names.
        assert drawn.headers["cache-control"] == "no-store"
    assert light.body != dark.body
    for query in ("lon=x&lat=31&zoom=10", "lon=-110&lat=31&zoom=99", "lon=nan&lat=31&zoom=9", ""):
        assert ana.ask(f"/report/map.png?{query}&theme=dark").status == 422
    for theme in ("", "&theme=", "&theme=blue"):
        assert ana.ask(f"/report/map.png?{at}{theme}").status == 422
    assert ana.ask(f"/report/map.png?{at}&theme=dark&x=1").status == 400


def test_the_page_may_ask_where_the_phone_is_and_nothing_else_may(ana: Member) -> None:
    page = ana.ask("/report")
    assert "geolocation=(self)" in page.headers["permissions-policy"]
    assert "script-src 'self';" in page.headers["content-security-policy"]
    assert b"Ana" not in page.body
    assert "geolocation=()" in ana.ask("/").headers["permissions-policy"]
    worker = ana.ask("/report/worker.js")
    assert worker.headers["service-worker-allowed"] == "/report"


def test_steps_are_in_the_order_in_which_they_happened(data: Path, ana: Member) -> None:
    assert send(ana, stated(6)).status == 201
    room = Room(StoreSettings(data=data))
    room.reports.grade(report_id(6), None, by="Cai", reason="an exercise")
    room.reports.note_use((report_id(6),), "Brief of Santa Cruz, AZ")
    steps = describe_steps(room.reports.get(report_id(6)))
    assert [step.split()[0] for step in steps] == ["Received", "On", "Left", "Used"]
    assert "an exercise" in steps[2]


def count_photos(data: Path) -> int:
    return len([*(data / "report_photos").glob("*.jpg")])


def test_a_report_has_one_photo_however_often_it_comes(base: str, ana: Member, data: Path) -> None:
    before = count_photos(data)
    photos = [base64.b64encode(make_photo(side, side)).decode() for side in range(50, 54)]
    report = stated(7)
    assert send(ana, report).status == 201
    assert [send(ana, {**report, "photo": photo}).status for photo in photos[:3]] == [201] * 3
    assert send(signed_in(base, "bo"), {**report, "photo": photos[3]}).status == 422
    assert count_photos(data) == before + 1
    assert ana.ask(f"/report/photo/{report_id(7)}").status == 200


def test_a_photo_whose_report_cannot_be_stored_is_not_stored(own_warehouse: Path) -> None:
    settings = StoreSettings(data=own_warehouse)
    # Where nothing looks for damage: what makes the room refuse would be mended as such.
    context = make_context(QueryService(Warehouse(settings), tile_cache_mb=8))
    app = Starlette(
        routes=ReportEndpoint(context).routes,
        middleware=[Middleware(KnownViewer, viewer=shipped_policy().operator())],
    )
    photo = base64.b64encode(make_photo(60, 60)).decode()
    with TestClient(app, base_url=BASE, headers={"Origin": BASE}) as client:

        def sent() -> tuple[int, bool, int]:
            answer = client.post("/report/sent", json=stated(8, photo=photo))
            return answer.status_code, "disk full" in answer.text, count_photos(own_warehouse)

        assert context.room.reports.list() == ()
        with closing(sqlite3.connect(own_warehouse / "room.sqlite")) as room:
            room.execute(
                "CREATE TRIGGER full BEFORE INSERT ON field_report "
                "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
            assert sent() == (503, True, 0)
            room.execute("DROP TRIGGER full")
        assert sent() == (201, False, 1)
    context.service.warehouse.close()


def test_every_try_counts_towards_the_pace(base: str) -> None:
    dee = signed_in(base, "dee")
    report = stated(10)
    start = monotonic()
    assert {send(dee, report).status for _ in range(MOST_IN_AN_HOUR)} == {201}
    answers = (send(dee, report) for _ in range(MOST_IN_AN_HOUR))
    more, late = next((n, answer) for n, answer in enumerate(answers) if answer.status != 201)
    assert more <= (monotonic() - start) * MOST_IN_AN_HOUR / 3600, "what an hour lets through"
    assert (late.status, "came within an hour" in late.json()["error"]) == (429, True)
    assert 0 < int(late.headers["retry-after"]) <= 60
