"""Tests of the gate: no route without a session, by role with one, so many requests a person."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock
from urllib.parse import urlsplit

import pytest
import yaml
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.testclient import TestClient
from streamlit.web.server.starlette.starlette_app import create_streamlit_routes

from cop.access.access import Access
from cop.access.certificate import SUBJECT_HEADER, VERIFY_HEADER
from cop.access.identity import SESSION_COOKIE
from cop.access.policy import Policy, read_policy
from cop.app import SCRIPT, page_paths
from cop.errors import AuditError
from cop.model.audit import Actor
from cop.model.board import BOARD_SOCKET
from cop.model.giving import GivingRules
from cop.query.service import QueryService
from cop.resource import package_path
from cop.server.allowlist import (
    STREAMLIT_PATHS,
    STREAMLIT_PREFIXES,
    STREAMLIT_SOCKET,
    RouteAllowlist,
)
from cop.server.event_endpoint import FEED_PATH
from cop.server.exchange_endpoint import EXCHANGE_PREFIX, EXCHANGE_ROUTES
from cop.server.gate import HEALTH_PATH, AccessGate
from cop.server.page import Rail
from cop.server.report_endpoint import REPORT_PATH
from cop.server.route import OPEN_PATHS, OPEN_PREFIXES
from cop.server.server import build_server
from cop.server.token_gate import TOKEN_PATHS, TOKEN_PREFIXES
from cop.settings import StoreSettings, WebSettings
from cop.store.room.room import Room
from cop.store.warehouse import Warehouse
from tests.support.access import (
    FAST,
    PASSWORD,
    Member,
    Recorded,
    add_people,
    own_access,
    serving_people,
)
from tests.support.context import make_context
from tests.support.feed import TOKEN, write_feeds
from tests.support.http import Answer, Caller, open_socket
from tests.support.invoked import invoke
from tests.support.partner import make_node
from tests.support.room import HTML, KEY, WITH_KEY, cookie_of, submit, write_key
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.access

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
SOCKETS = (STREAMLIT_SOCKET, BOARD_SOCKET, "/other")
NO_SESSION_NEEDED = {("GET", HEALTH_PATH), ("HEAD", HEALTH_PATH), ("POST", FEED_PATH)}
"""The status alone, and what has a token of its own."""
SENT: tuple[dict[str, str], ...] = ({}, HTML, {"Cookie": f"{SESSION_COOKIE}={'x' * 43}"})
MANY = 600
OWN_PAGES = {"/sign-in", "/sign-out"}
WHY = b"you may not "
"""How a refusal begins that the roles are the reason of."""


def read_stored() -> dict[str, Any]:
    """The policy that comes with the program, and roles that do not see."""
    stored: dict[str, Any] = yaml.safe_load(package_path("data", "access.yaml").read_text())
    stored["roles"]["clerk"] = {"may": ["upload", "view_as"]}
    stored["roles"]["runner"] = {"may": ["export", "present"]}
    return stored


def may(role: str, action: str) -> bool:
    """What the file says, read once more: its own rights and those of what it includes."""
    rules = read_stored()["roles"]
    return action in rules[role]["may"] or any(
        may(inner, action) for inner in rules[role].get("includes", ())
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("people")


@pytest.fixture(scope="module")
def people(bare_warehouse: Path, folder: Path) -> Iterator[str]:
    """A server for ana (viewer) and cai (analyst), with feeds."""
    data = copy_warehouse(bare_warehouse, folder / "warehouse")
    (folder / "access.yaml").write_text(yaml.safe_dump(read_stored()))
    add_people(data, "ana")
    add_people(data, "cai", roles=("analyst",))
    rules = GivingRules(parts=("events",))
    Room(StoreSettings(data=data)).partners.add(make_node(folder, "DPS").card, rules=rules)
    with own_access(data, read_policy(folder / "access.yaml")) as own:
        for role in read_stored()["roles"]:
            own.add(f"only-{role}", roles=[role])
    options = ("--feeds", write_feeds(folder), "--access", folder / "access.yaml")
    often = {"COP_PERSON_REQUESTS": "1000"}
    with serving_people(data, folder, *options, environment=often) as base:
        yield base


@pytest.fixture
def caller(people: str) -> Iterator[Caller]:
    with closing(Caller(people)) as caller:
        yield caller


def walk(routes: list[BaseRoute], before: str = "") -> Iterator[str]:
    """Every path that a list of routes has, its parameters filled in."""
    for route in routes:
        path = before + re.sub(r"\{.*?\}", "1", getattr(route, "path", ""))
        if isinstance(route, Mount):
            yield f"{path}/1"
            yield from walk(list(route.routes or []), path)
        else:
            yield path or "/"


def all_paths(data: Path) -> set[str]:
    """Every path of the app, of Streamlit, of the allow-list, and some of neither."""
    service = QueryService(Warehouse(StoreSettings(data=data)), tile_cache_mb=1)
    try:
        app = build_server(
            make_context(service), WebSettings(), script=SCRIPT, pages=page_paths(),
            first="/Picture", rail=Rail(groups={}),
        )  # fmt: skip
        own = {*walk(app._user_routes)}
    finally:
        service.warehouse.close()
    theirs = {*walk(create_streamlit_routes(MagicMock()))}
    assert {"/api/session", "/tiles/1/1/1/1.1", "/Wall"} <= own
    assert {"/_stcore/health", "/_stcore/stream", "/_stcore/upload_file/1/1"} <= theirs
    listed = {f"{prefix}x" for prefix in (*STREAMLIT_PREFIXES, *OPEN_PREFIXES)}
    further = {
        *("/nothing", "/api/nothing", "/_stcore/metrics", "/app/static/x", "/component/x"),
        *("/sign-in/x", "/sign-out/", "/sign-in/../api/layers", "//api/layers", "/healthz/x"),
        *("/exchange/x", "/exchange/uploads/x", "/exchange/packages/", "/exchange/packages/1"),
        *("/HEALTHZ", "/healthz/", "/%68ealthz", "/api/events/", "/_stcore/upload_file/1/1"),
    }
    return {*own, *theirs, *STREAMLIT_PATHS, *OPEN_PATHS, *page_paths(), *listed, *further}


def test_shown_no_route_answers_without_a_session(
    people: str, caller: Caller, bare_warehouse: Path, folder: Path
) -> None:
    paths = all_paths(bare_warehouse)
    assert len(paths) > 60
    exceptions, asked = [], 0
    for path in sorted(paths - OWN_PAGES):
        for method in METHODS:
            if (method, path) in NO_SESSION_NEEDED or path == "/%68ealthz":
                continue
            for headers in SENT if method == "GET" else SENT[:1]:
                answer = caller.ask(path, method=method, headers=headers)
                asked += 1
                led = answer.status == 303 and answer.headers["location"].startswith("/sign-in?")
                if not led and answer.status not in (401, 403):
                    exceptions.append((method, path, answer.status))
                if led and (method != "GET" or path not in {*page_paths(), REPORT_PATH}):
                    exceptions.append((method, path, "led to a page"))
    assert exceptions == []
    assert asked > 600
    here = urlsplit(people).netloc
    for path in SOCKETS:
        assert open_socket(people, path, host=here, origin=people) == 403
    assert "Traceback" not in (folder / "log.txt").read_text()


def test_health_without_a_session_is_the_status_alone(people: str, caller: Caller) -> None:
    assert caller.ask(HEALTH_PATH).json() == {"status": "ok"}
    assert caller.ask("/%68ealthz").json() == {"status": "ok"}
    assert caller.ask(HEALTH_PATH, method="POST").status == 401
    member = Member(people, "ana")
    member.sign_in()
    assert member.ask(HEALTH_PATH).json()["version"] >= 1


def test_a_feed_needs_its_token_and_no_session(caller: Caller) -> None:
    def status(**headers: str) -> int:
        sent = {"Content-Type": "application/json"} | headers
        return caller.ask(FEED_PATH, method="POST", headers=sent, body=b"{").status

    assert status() == 401
    assert status(Authorization="Bearer wrong") == 403
    assert status(Authorization=f"Bearer {TOKEN}") == 422
    assert caller.ask(FEED_PATH).status == 401


def test_another_host_name_is_refused_before_anything_else(people: str, caller: Caller) -> None:
    member = Member(people, "ana")
    member.sign_in()
    for path in ("/", "/sign-in", "/sign-out", HEALTH_PATH, "/api/layers"):
        for headers in ({}, HTML, member.cookie):
            answer = caller.ask(path, headers={**headers, "Host": "evil.example"})
            assert (answer.status, b"<form" in answer.body) == (421, False)


@pytest.mark.parametrize("role", read_stored()["roles"])
def test_shown_every_route_answers_by_role_as_the_policy_says(
    people: str, bare_warehouse: Path, folder: Path, role: str
) -> None:
    """Every path and method: what a role does not allow is refused by its reason, all else is not.

    What is behind the gate may refuse as well: an upload without a page's session, a wrong form.
    """
    member, here, exceptions = Member(people, f"only-{role}"), urlsplit(people).netloc, []
    member.sign_in()
    paths = {*all_paths(bare_warehouse), "/view-as"} - OWN_PAGES
    for path in sorted(paths):
        action = "upload" if path.startswith("/_stcore/upload_file/") else "see"
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE"):
            expected = may(role, "view_as" if path == "/view-as" else action)
            answer = member.ask(path, method=method, headers={"Origin": people} | HTML)
            if path.startswith(EXCHANGE_PREFIX) and method in EXCHANGE_ROUTES[EXCHANGE_PREFIX]:
                # Servers sign what they ask for: nobody's session counts.
                if answer.status != 401:
                    exceptions.append((method, path, answer.status, "not signed"))
                continue
            is_refused = answer.status == 403 and (method == "HEAD" or WHY in answer.body)
            feed = (method, path) == ("POST", FEED_PATH)
            if is_refused == expected or (answer.status in (401, 303, 500) and not feed):
                exceptions.append((method, path, answer.status, expected))
            if not expected and not is_refused:
                exceptions.append((method, path, answer.status, "let on"))
    for path in SOCKETS:
        status = open_socket(people, path, host=here, origin=people, headers=member.cookie)
        if status != (101 if may(role, "see") and path != "/other" else 403):
            exceptions.append(("socket", path, status, may(role, "see")))
    assert exceptions == []
    assert "Traceback" not in (folder / "log.txt").read_text()


@pytest.mark.parametrize("owner", ["only-curator", "DPS"])
def test_shown_a_token_opens_what_reads_and_no_other_route(
    people: str, bare_warehouse: Path, folder: Path, owner: str
) -> None:
    """Every path and method with a token, alone and beside the session of a curator."""
    group = "partner" if owner == "DPS" else "people"
    made = invoke(group, "token", owner, "--data", folder / "warehouse")
    token = {"Authorization": f"Bearer {made.stdout.strip()}"}
    member, here, exceptions, read = Member(people, "only-curator"), urlsplit(people).netloc, [], 0
    member.sign_in()
    paths = {*all_paths(bare_warehouse), "/view-as"}
    for path in sorted(paths):
        is_open = path in TOKEN_PATHS or path.startswith(TOKEN_PREFIXES)
        for method in METHODS:
            for headers in ({}, HTML, member.cookie) if method == "GET" else ({},):
                answer = ask_alone(people, path, method, token | {"Origin": people} | headers)
                signed = path.startswith(EXCHANGE_PREFIX) and method in ("GET", "POST", "PATCH")
                feed = (method, path) == ("POST", FEED_PATH)
                if method in ("GET", "HEAD") and is_open:
                    read += answer.status == 200
                    if answer.status in (401, 403, 500):
                        exceptions.append((method, path, answer.status, "refused"))
                elif answer.status != (401 if signed else 403):
                    exceptions.append((method, path, answer.status, "let on"))
                elif not feed and not signed and method != "HEAD":
                    assert b"a token reads" in answer.body, (method, path)
    assert exceptions == []
    assert read > 20
    for path in SOCKETS:
        headers = token | member.cookie
        assert open_socket(people, path, host=here, origin=people, headers=headers) == 403
    assert "Traceback" not in (folder / "log.txt").read_text()


def ask_alone(base: str, path: str, method: str, headers: dict[str, str]) -> Answer:
    with closing(Caller(base)) as caller:
        return caller.ask(path, method=method, headers=headers)


def test_each_route_answers_by_role(people: str) -> None:
    here = urlsplit(people).netloc
    for login, uploads in (("ana", 403), ("cai", None)):
        member = Member(people, login)
        member.sign_in()
        for path in ("/", "/Wall", "/api/layers", "/tiles/segments.json", "/_stcore/health"):
            assert member.ask(path).status == 200
        for path in (STREAMLIT_SOCKET, BOARD_SOCKET):
            opened = open_socket(people, path, host=here, origin=people, headers=member.cookie)
            assert opened == 101
        put = member.ask("/_stcore/upload_file/1/1", method="PUT", headers={"Origin": people})
        if uploads is not None:
            assert put.status == uploads
            assert b"it needs the role analyst, clerk or curator; your roles: viewer" in put.body
        else:
            assert put.status not in (401, 403) or b"role" not in put.body


async def tell(request: Request) -> Response:
    viewer = request.state.viewer
    return JSONResponse({"id": None if viewer is None else viewer.id})


class Gated:
    """Routes behind a gate in this process."""

    def __init__(self, data: Path, policy: Policy | None = None, **options: Any) -> None:
        self.room, self.recorded = Room(StoreSettings(data=data)), Recorded()
        self.access = Access(self.room, policy, record=self.recorded, **options)
        self.access.accounts._hasher = FAST
        routes = [Route(path, tell) for path in ("/", "/Wall", "/api/layers", HEALTH_PATH)]
        gate = AccessGate(self.access, pages=["/", "/Wall"], requests_per_s=2)
        allowed = Middleware(
            RouteAllowlist, headers={}, paths=["/", "/Wall", "/api/layers", HEALTH_PATH],
            prefixes=[], gate=gate,
        )  # fmt: skip
        self.client = TestClient(
            Starlette(routes=routes, middleware=[allowed]),
            base_url="http://localhost", follow_redirects=False,
        )  # fmt: skip

    def sign_in(self, *roles: str) -> str:
        self.access.accounts.add("ana", PASSWORD, name="Ana", agency="JTF", roles=roles, by="tests")
        viewer = self.access.accounts.find_viewer("local:ana")
        assert viewer is not None
        token = self.access.sessions.issue(viewer)
        self.client.cookies.set(SESSION_COOKIE, token)
        return token


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path


def test_without_a_way_in_everyone_is_the_operator_and_nobody_waits(data: Path) -> None:
    gated = Gated(data)
    for _ in range(50):
        answer = gated.client.get("/api/layers")
        assert (answer.status_code, answer.json()) == (200, {"id": "operator"})


def test_a_person_who_sends_too_much_waits(data: Path) -> None:
    gated = Gated(data, sign_in=["local"])
    gated.sign_in("viewer")
    statuses = [gated.client.get("/api/layers").status_code for _ in range(20)]
    assert statuses == [200] * 20
    assert 429 in (gated.client.get("/api/layers").status_code for _ in range(MANY))
    refused = next(
        answer for answer in (gated.client.get("/Wall") for _ in range(MANY))
        if answer.status_code == 429
    )  # fmt: skip
    assert int(refused.headers["retry-after"]) >= 1


def test_who_may_not_see_is_refused_and_recorded(data: Path) -> None:
    stored = yaml.safe_load(package_path("data", "access.yaml").read_text())
    stored["roles"]["clerk"] = {"may": ["upload"]}
    (data / "access.yaml").write_text(yaml.safe_dump(stored))
    gated = Gated(data, read_policy(data / "access.yaml"), sign_in=["local"])
    gated.sign_in("clerk")
    answer = gated.client.get("/api/layers")
    assert answer.status_code == 403
    assert "you may not see the picture: it needs the role analyst, commander" in answer.text
    assert gated.recorded.events[-1] | {"address": ""} == {
        "who": "local:ana", "name": "Ana", "agency": "JTF", "roles": ("clerk",), "origin": "local",
        "address": "", "action": "see", "subject": "/api/layers", "outcome": "refused",
        "completes": None, "detail": {},
    }  # fmt: skip


def test_where_sessions_cannot_be_read_nothing_is_answered(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gated = Gated(data, sign_in=["local"])
    gated.sign_in("viewer")

    def fail(*_asked: object, **_options: object) -> None:
        from cop.errors import StoreError

        raise StoreError(f"{data}: cannot be read")

    monkeypatch.setattr(gated.access.sessions, "find", fail)
    answer = gated.client.get("/api/layers")
    assert (answer.status_code, str(data) in answer.text) == (503, False)


def test_a_room_key_and_accounts_stand_beside_each_other(
    own_warehouse: Path, tmp_path: Path
) -> None:
    add_people(own_warehouse, "ana")
    key = write_key(tmp_path)
    with (
        serving_people(own_warehouse, tmp_path, "--room-key-file", key) as base,
        closing(Caller(base)) as caller,
    ):
        page = caller.ask("/sign-in?next=/Wall", headers=HTML)
        assert b"Room key</label>" in page.body
        assert b'name="login"' in page.body
        assert b'value="/Wall"' in page.body
        assert caller.ask("/Wall", headers=HTML).headers["location"] == "/sign-in?next=%2FWall"
        joined = cookie_of(submit(caller, KEY))
        stated = caller.ask("/api/session", headers=joined).json()
        assert (stated["origin"], stated["verified"]) == ("room key", False)
        assert caller.ask("/api/session", headers=WITH_KEY).json()["origin"] == "room key"
        assert caller.ask("/api/session", headers={"X-Cop-Room-Key": "wrong"}).status == 401
        wrong = submit(caller, "not the key of it")
        assert wrong.status == 401
        assert b'<a href="/sign-in">Sign in with an account</a>' in wrong.body
        member = Member(base, "ana")
        member.sign_in()
        assert member.ask("/api/session").json() == {
            "id": "local:ana", "name": "Ana", "agency": "JTF", "roles": ["viewer"],
            "highest": "TLP:AMBER+STRICT", "origin": "local", "verified": True,
        }  # fmt: skip


def test_shown_who_comes_with_a_certificate_is_recorded_once_or_stays_out(
    tmp_path: Path,
) -> None:
    stored = yaml.safe_load(package_path("data", "access.yaml").read_text())
    stored["groups"] = {"analysts": {"agency": "JTF", "roles": ["analyst"]}}
    path = tmp_path / "access.yaml"
    path.write_text(yaml.safe_dump(stored))
    recorded, faults = Recorded(), [AuditError("the disk is full: /data/audit.sqlite")]

    def record(actor: Actor, action: str, subject: str, **rest: Any) -> int:
        if faults:
            raise faults.pop()
        return recorded(actor, action, subject, **rest)

    access = Access(
        Room(StoreSettings(data=tmp_path)), read_policy(path), sign_in=["certificate"],
        record=record,
    )  # fmt: skip
    gate = AccessGate(access, pages=["/"])

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await (await gate.stand_in(scope) or JSONResponse("in"))(scope, receive, send)

    client = TestClient(app)
    stated = {SUBJECT_HEADER: "CN=Ana,OU=analysts", VERIFY_HEADER: "SUCCESS"}
    refused = client.get("/", headers=stated)
    assert (refused.status_code, "/data" in refused.text) == (503, False)
    for _ in range(3):
        assert client.get("/", headers=stated).json() == "in"
    assert client.get("/").status_code == 401
    (entry,) = recorded.events
    assert entry["who"].startswith("cert:")
    assert (entry["action"], entry["subject"], entry["outcome"]) == ("sign in", "Ana", "done")
    assert entry["address"] == "testclient"
