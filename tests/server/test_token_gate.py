"""Tests of programs at the gate: what a token opens, what is beside it, and wrong ones."""

import os
import subprocess
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocket

from cop.access.access import VIEW_AS_COOKIE, Access
from cop.access.certificate import SUBJECT_HEADER, VERIFY_HEADER
from cop.access.identity import SESSION_COOKIE
from cop.access.policy import read_policy
from cop.access.room_key import KEY_HEADER
from cop.errors import AuditError, StoreError
from cop.model.giving import GivingRules
from cop.resource import package_path
from cop.server.allowlist import RouteAllowlist
from cop.server.gate import AccessGate
from cop.server.rate_limiter import MOST_WRONG
from cop.server.token_gate import CHALLENGE, TOKEN_PATHS, TOKEN_PREFIXES, is_for_tokens, name_sender
from cop.settings import StoreSettings
from cop.store.room.room import Room
from cop.store.room.token import TokenOwner
from tests.support.access import FAST, PASSWORD, Recorded, add_people, serving_people
from tests.support.http import Caller, open_socket
from tests.support.invoked import invoke
from tests.support.partner import make_node
from tests.support.room import HTML, KEY
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.access

ANA = TokenOwner(kind="account", name="ana")
WRONG = f"cop_{'x' * 43}"
HANG_S = 60
MANY = 600
Headers = dict[str, str]


def bearer(token: str) -> Headers:
    return {"Authorization": f"Bearer {token}"}


def basic(token: str, user: str = "qgis") -> Headers:
    return {"Authorization": f"Basic {b64encode(f'{user}:{token}'.encode()).decode()}"}


async def tell(request: Request) -> Response:
    viewer = request.state.viewer
    return JSONResponse(
        {
            "id": viewer.id,
            "agency": viewer.agency,
            "origin": viewer.origin,
            "partner": viewer.partner,
            "view_as": viewer.view_as,
            "sent": sorted({*request.headers} & {"authorization", "cookie", "x-cop-room-key"}),
        }
    )


async def speak(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close()


class Programs:
    """Routes behind a gate in this process, with a token of Ana and one of the partner DPS."""

    def __init__(self, folder: Path, **options: Any) -> None:
        data = folder / "data"
        data.mkdir()
        self.room, self.recorded = Room(StoreSettings(data=data)), Recorded()
        stated: dict[str, Any] = {"sign_in": ["local"], "record": self.recorded}
        self.access = Access(self.room, **stated | options)
        self.access.accounts._hasher = FAST
        self.access.accounts.add(
            "ana", PASSWORD, name="Ana", agency="JTF", roles=["curator"], by="tests"
        )
        node = make_node(folder, "DPS")
        self.room.partners.add(node.card, rules=GivingRules(parts=("events",)))
        self.ana, self.stored = self.access.tokens.issue(ANA, by="op")
        self.dps, _ = self.access.tokens.issue(TokenOwner(kind="partner", name="DPS"), by="op")
        routes = [
            *(Route(path, tell, methods=["GET", "POST"]) for path in ("/", "/ogc", "/api/events")),
            *(Route(path, tell) for path in ("/tiles/x", "/api/layers", "/api/session")),
            WebSocketRoute("/api/board/live", speak),
        ]
        gate = AccessGate(self.access, pages=["/"], posted=["/api/events"], requests_per_s=3)
        allowed = Middleware(
            RouteAllowlist, headers={}, paths=["/", "/ogc", "/api/layers", "/api/session"],
            prefixes=["/tiles/"], posted=["/api/events"], sockets=["/api/board/live"], gate=gate,
        )  # fmt: skip
        self.client = TestClient(
            Starlette(routes=routes, middleware=[allowed]),
            base_url="http://localhost", follow_redirects=False,
        )  # fmt: skip

    def ask(self, headers: Any, path: str = "/ogc", method: str = "GET") -> Any:
        return self.client.request(method, path, headers=headers)

    def session(self) -> str:
        viewer = self.access.accounts.find_viewer("local:ana")
        assert viewer is not None
        return self.access.sessions.issue(viewer)

    def recorded_uses(self) -> list[tuple[str, str, str]]:
        return [
            (e["who"], e["subject"], e["outcome"])
            for e in self.recorded.events
            if e["action"] == "use token"
        ]


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Callable[..., Programs]]:
    built: list[Programs] = []

    def make(**options: Any) -> Programs:
        built.append(Programs(tmp_path, **options))
        return built[-1]

    yield make
    for one in built:
        one.room.close()


@pytest.fixture
def programs(build: Callable[..., Programs]) -> Programs:
    return build()


def test_only_what_reads_is_listed() -> None:
    assert all(is_for_tokens(path) for path in TOKEN_PATHS)
    assert all(is_for_tokens(f"{prefix}x") for prefix in TOKEN_PREFIXES)
    for closed in (
        *("/", "/Picture", "/Audit", "/healthz", "/sign-in", "/view-as", "/report", "/api/session"),
        *("/api/draft", "/api/events", "/api/board/live", "/exchange/x", "/assets/x", "/media/x"),
        *("/ogcx", "/OGC", "/stacx", "/tiles", "/api/", "/api/layers/", "/_stcore/stream", "//ogc"),
    ):
        assert not is_for_tokens(closed), closed


@pytest.mark.parametrize("show", [bearer, basic])
def test_a_token_reads_as_its_person(programs: Programs, show: Callable[[str], Headers]) -> None:
    for path in ("/ogc", "/tiles/x", "/api/layers"):
        answer = programs.ask(show(programs.ana), path)
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        assert answer.json() == {
            "id": "local:ana", "agency": "JTF", "origin": "token", "partner": "", "view_as": "",
            "sent": [],
        }  # fmt: skip
    assert programs.ask(show(programs.ana), method="HEAD").status_code == 200


def test_a_token_of_a_partner_reads_as_the_partner(programs: Programs) -> None:
    found = programs.ask(bearer(programs.dps)).json()
    assert (found["id"], found["agency"], found["partner"]) == ("partner DPS", "DPS", "DPS")
    programs.room.partners.suspend("DPS")
    programs.access.token_way._known.clear()
    assert programs.ask(bearer(programs.dps)).status_code == 401


def test_nothing_else_is_open_to_a_token(programs: Programs) -> None:
    for token in (programs.ana, programs.dps):
        for path in ("/", "/Wall", "/api/session", "/healthz", "/sign-in", "/sign-out", "/view-as"):
            answer = programs.ask(bearer(token) | HTML, path)
            assert (answer.status_code, "a token reads /ogc" in answer.text) == (403, True), path
        assert programs.ask(bearer(token), method="POST").status_code == 403
    refused = [use for use in programs.recorded_uses() if use[2] == "refused"]
    assert ("local:ana", "/Wall", "refused") in refused
    assert len(refused) == len({*refused}), "each path once"


def test_a_token_opens_no_socket(programs: Programs) -> None:
    cookie = {"Cookie": f"{SESSION_COOKIE}={programs.session()}"}
    address, origin = "ws://localhost/api/board/live", {"Origin": "http://localhost"}
    with programs.client.websocket_connect(address, headers=cookie | origin):
        pass
    for token in (programs.ana, WRONG):
        for beside in ({}, cookie):
            with (
                pytest.raises(WebSocketDenialResponse) as denied,
                programs.client.websocket_connect(address, headers=bearer(token) | beside | origin),
            ):
                pass
            assert denied.value.status_code == 403


def test_a_token_alone_counts_whatever_is_beside_it(build: Callable[..., Programs]) -> None:
    programs = build(room_key=KEY.encode(), sign_in=["local", "certificate"])
    beside = {
        "Cookie": f"{SESSION_COOKIE}={programs.session()}; {VIEW_AS_COOKIE}=SO-1",
        KEY_HEADER: KEY,
        SUBJECT_HEADER: "CN=Ana,OU=analysts",
        VERIFY_HEADER: "SUCCESS",
    }
    assert programs.ask(beside).json()["origin"] in ("local", "room key")
    found = programs.ask(bearer(programs.dps) | beside).json()
    assert (found["id"], found["view_as"], found["sent"]) == ("partner DPS", "", [])
    for path in ("/", "/api/session"):
        assert programs.ask(bearer(programs.dps) | beside, path).status_code == 403
    assert programs.ask(bearer(WRONG) | beside).status_code == 401
    wrong_key = bearer(programs.ana) | {KEY_HEADER: "wrong"}
    assert programs.ask(wrong_key).status_code == 200, "a token is enough"


def test_another_authorization_leaves_a_session_as_it_is(programs: Programs) -> None:
    """As of a proxy in front that asks for a password of its own."""
    cookie = {"Cookie": f"{SESSION_COOKIE}={programs.session()}"}
    for path in ("/", "/ogc", "/api/session"):
        found = programs.ask(basic("password of a proxy") | cookie, path).json()
        assert (found["id"], found["origin"]) == ("local:ana", "local")


@pytest.mark.parametrize(
    "sent",
    [
        bearer(WRONG), basic(WRONG), bearer("cop_"), bearer("x"), basic("my password"),
        {"Authorization": "Bearer"}, {"Authorization": "Basic ###"}, bearer(WRONG * 1_000),
        {"Authorization": "Bearer cop_\u00e9".encode("latin-1").decode("latin-1")},
    ],
)  # fmt: skip
def test_a_wrong_token_is_refused_in_plain_words(programs: Programs, sent: Headers) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in sent.items()]
    answer = programs.ask(raw)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == CHALLENGE["WWW-Authenticate"]
    assert "the token is wrong, expired or revoked" in answer.text
    assert programs.recorded_uses() == [("unknown", "unknown token", "failed")]
    programs.ask(raw)
    assert len(programs.recorded_uses()) == 1, "the same one is recorded once"


def test_two_authorization_headers_are_no_token(programs: Programs) -> None:
    mine, other = (f"Bearer {one}".encode() for one in (programs.ana, WRONG))
    for pair in ((mine, mine), (mine, other), (other, mine), (b"Digest x", mine)):
        answer = programs.ask([(b"Authorization", one) for one in pair])
        assert answer.status_code == 401


def test_a_token_elsewhere_than_in_the_header_opens_nothing(programs: Programs) -> None:
    token = programs.ana
    for query in (f"?token={token}", f"?access_token={token}", f"?Authorization=Bearer%20{token}"):
        assert programs.ask({}, f"/ogc{query}").status_code == 401
    for headers in (
        {"X-Authorization": f"Bearer {token}"},
        {"Proxy-Authorization": f"Bearer {token}"},
        {"Cookie": f"{SESSION_COOKIE}={token}; token={token}; Authorization=Bearer {token}"},
        {"Authorization": token},
        basic("", user=token),
        {KEY_HEADER: token},
    ):
        assert programs.ask(headers).status_code == 401


def test_who_sends_nothing_is_asked_for_a_token_as_a_program_and_not_as_a_browser(
    programs: Programs,
) -> None:
    def challenge(path: str, headers: Headers) -> str:
        answer = programs.ask(headers, path)
        assert answer.status_code == 401
        return str(answer.headers["www-authenticate"])

    assert challenge("/ogc", {}) == CHALLENGE["WWW-Authenticate"]
    assert challenge("/ogc", HTML).startswith("Session")
    assert challenge("/tiles/x", {}).startswith("Session"), "the map of a page asks for it"


def test_wrong_tokens_of_an_address_are_slowed_and_right_ones_are_not(programs: Programs) -> None:
    statuses = [programs.ask(bearer(f"{WRONG[:-2]}{n:02}")).status_code for n in range(30)]
    assert statuses == [401] * MOST_WRONG + [429] * (30 - MOST_WRONG)
    answer = programs.ask(bearer(f"{WRONG}1"))
    assert int(answer.headers["retry-after"]) > 1
    assert len(programs.recorded_uses()) == MOST_WRONG
    assert programs.ask(bearer(programs.ana)).status_code == 200


def test_a_host_has_many_addresses_of_ipv6_and_counts_as_one() -> None:
    assert (
        name_sender("2001:db8::1") == name_sender("2001:db8::ffff:2") != name_sender("2001:db9::1")
    )
    assert name_sender("192.0.2.7") != name_sender("192.0.2.8")
    assert name_sender("::ffff:192.0.2.7") != name_sender("::ffff:192.0.2.8")
    assert name_sender("testclient") == "testclient"


def test_a_program_that_sends_too_much_waits_and_its_person_does_not(programs: Programs) -> None:
    statuses = [programs.ask(bearer(programs.ana)).status_code for _ in range(30)]
    assert statuses == [200] * 30
    assert 429 in (programs.ask(bearer(programs.ana)).status_code for _ in range(MANY))
    cookie = {"Cookie": f"{SESSION_COOKIE}={programs.session()}"}
    assert programs.ask(cookie).status_code == 200
    assert programs.ask(bearer(programs.dps)).status_code == 200


def test_a_role_that_does_not_see_reads_nothing_with_a_token(
    build: Callable[..., Programs], tmp_path: Path
) -> None:
    stored = yaml.safe_load(package_path("data", "access.yaml").read_text())
    stored["roles"]["clerk"] = {"may": ["upload"]}
    (tmp_path / "access.yaml").write_text(yaml.safe_dump(stored))
    programs = build(policy=read_policy(tmp_path / "access.yaml"))
    programs.access.accounts.change("ana", by="op", roles=frozenset({"clerk"}))
    answer = programs.ask(bearer(programs.ana))
    assert (answer.status_code, "you may not see" in answer.text) == (403, True)
    assert programs.ask(bearer(programs.dps)).status_code == 200, "a partner has no roles"


def test_a_feed_keeps_its_own_token(programs: Programs) -> None:
    """Also one that looks like ours: the endpoint decides, the gate lets it on as of nobody."""
    with pytest.raises(AttributeError):
        programs.ask(bearer(WRONG), "/api/events", "POST")
    assert programs.recorded_uses() == []


@pytest.mark.parametrize(("fault", "words"), [(StoreError, "cannot be checked"), (AuditError, "")])
def test_what_cannot_be_checked_or_recorded_is_not_answered(
    programs: Programs, monkeypatch: pytest.MonkeyPatch, fault: type[Exception], words: str
) -> None:
    def fail(*_asked: object, **_more: object) -> None:
        raise fault("/data/room.sqlite")

    monkeypatch.setattr(programs.access.token_way, "find", fail)
    answer = programs.ask(bearer(programs.ana))
    assert (answer.status_code, words in answer.text, "/data" in answer.text) == (503, True, False)


def test_where_nobody_signs_in_a_token_counts_nowhere(
    build: Callable[..., Programs], tmp_path: Path
) -> None:
    programs = build(sign_in=[])
    for headers in ({}, bearer(programs.ana), bearer(WRONG)):
        assert programs.ask(headers).json()["id"] == "operator"
    room = tmp_path / "room"
    room.mkdir()
    keyed = Programs(room, sign_in=[], room_key=KEY.encode())
    with closing(keyed.room):
        assert keyed.ask(bearer(keyed.dps)).status_code == 401
        assert keyed.ask(bearer(keyed.dps) | {KEY_HEADER: KEY}).json()["origin"] == "room key"


def test_where_accounts_do_not_sign_in_their_tokens_do_not_count(
    build: Callable[..., Programs],
) -> None:
    programs = build(sign_in=["oidc"])
    assert programs.ask(bearer(programs.ana)).status_code == 401
    assert programs.ask(bearer(programs.dps)).json()["partner"] == "DPS"


def make_token(data: Path, login: str, *more: str) -> str:
    made = invoke("people", "token", login, *more, "--data", data)
    assert made.exit_code == 0, made.output
    return made.stdout.strip()


def ogrinfo(base: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Read the events as GDAL does; without a retry, which a refusal would be asked for."""
    command = ["ogrinfo", "-ro", "-so", f"OAPIF:{base}/ogc", "events"]
    usual = {k: v for k, v in os.environ.items() if not k.startswith("GDAL_HTTP")}
    return subprocess.run(
        command, env=usual | environment, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.full
@pytest.mark.exchange
def test_shown_gdal_reads_with_a_token_until_it_is_revoked(
    warehouse_dir: Path, tmp_path: Path
) -> None:

    data = copy_warehouse(warehouse_dir, tmp_path / "warehouse")
    add_people(data, "ana")
    token, other = make_token(data, "ana", "--title", "QGIS laptop 3"), make_token(data, "ana")
    file = tmp_path / "headers.txt"
    file.write_text(f"Authorization: Bearer {token}\n")
    as_basic = {"GDAL_HTTP_USERPWD": f"qgis:{token}"}
    ways: list[dict[str, str]] = [
        {"GDAL_HTTP_HEADER_FILE": str(file)},
        {"GDAL_HTTP_AUTH": "BEARER", "GDAL_HTTP_BEARER": token},
        as_basic,
    ]
    with serving_people(data, tmp_path) as base, closing(Caller(base)) as caller:
        assert ogrinfo(base).returncode != 0
        for how in ways:
            read = ogrinfo(base, **how)
            assert read.returncode == 0, read.stderr
            assert "Layer name: events" in read.stdout
        expected = caller.ask("/api/summary?by=sector", headers=bearer(token)).json()["total"]
        assert f"Feature Count: {expected}\n" in ogrinfo(base, **as_basic).stdout
        assert open_socket(
            base, "/api/board/live", host=base.partition("//")[2], origin=base,
            headers=bearer(token),
        ) == 403  # fmt: skip
        listed = invoke("people", "tokens", "ana", "--data", data).stdout
        line = next(line for line in listed.splitlines() if "QGIS laptop 3" in line)
        assert "last used 20" in line
        revoked = invoke("people", "revoke-token", line.split()[0], "--data", data)
        assert revoked.exit_code == 0, revoked.output
        await_status(caller, bearer(token), 401)
        for how in ways:
            refused = ogrinfo(base, **how)
            assert refused.returncode != 0
            assert "Layer name" not in refused.stdout
        assert caller.ask("/ogc", headers=bearer(other)).status == 200
        assert invoke("people", "disable", "ana", "--data", data).exit_code == 0
        await_status(caller, bearer(other), 401)
    log = (tmp_path / "log.txt").read_text()
    assert token not in log
    assert "Traceback" not in log
    audit = invoke("audit", "list", "--data", data).stdout
    for words in ("add token", "use token", "revoke token"):
        assert words in audit
    assert token not in audit


def await_status(caller: Caller, headers: Headers, status: int) -> None:
    """Ask until that is the status: what was looked up is remembered for seconds."""
    until = time.monotonic() + HANG_S
    while caller.ask("/ogc", headers=headers).status != status:
        assert time.monotonic() < until, f"never {status}"
        time.sleep(0.1)
