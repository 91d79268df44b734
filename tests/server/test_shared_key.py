"""Tests of the room on the real server: closed without its key, the same as ever with it."""

import re
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from cop.access.room_key import KEY_HEADER, RoomKey
from cop.access.room_key import ROOM_COOKIE as COOKIE
from cop.access.room_key import ROOM_COOKIE_SECONDS as COOKIE_SECONDS
from cop.app import page_paths
from cop.errors import AuditError
from cop.server.allowlist import STREAMLIT_PATHS, STREAMLIT_PREFIXES, STREAMLIT_SOCKET
from cop.server.event_endpoint import FEED_PATH
from cop.server.form import LONGEST_FORM
from cop.server.key import LONG
from cop.server.rate_limiter import MOST_WRONG, WRONG_SECONDS
from cop.server.route import OPEN_PATHS, OPEN_PREFIXES, build_routes
from cop.server.shared_key import ROOM_PATH, SharedKeyAuth
from tests.support.access import Recorded
from tests.support.command import serving
from tests.support.feed import TOKEN, make_report, post, write_feeds
from tests.support.http import Answer, Caller, open_socket
from tests.support.room import HTML, KEY, WITH_KEY, cookie_of, serving_room, submit, write_key

pytestmark = pytest.mark.table

NAME = "table.example.org"
ROUTES = sorted(
    {
        *STREAMLIT_PATHS,
        *(f"{prefix}x" for prefix in (*STREAMLIT_PREFIXES, *OPEN_PREFIXES)),
        *OPEN_PATHS,
        *page_paths(),
        *(re.sub(r"\{.*?\}", "1", route.path) for route in build_routes(None)),  # type: ignore[attr-defined, arg-type]
        "/tiles/events/0/0/0.mvt",
        "/tiles/events.json",
        "/assets/mvt-worker.js",
        "/nothing",
        "/_stcore/metrics",
    }
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("room")


@pytest.fixture(scope="module")
def room(warehouse_dir: Path, folder: Path) -> Iterator[str]:
    """A server on every address of the machine, by its key and under a name."""
    options = ("--host", "0.0.0.0", "--name", NAME, "--feeds", write_feeds(folder))  # noqa: S104
    with serving_room(warehouse_dir, folder, *options) as base:
        yield base


@pytest.fixture
def caller(room: str) -> Iterator[Caller]:
    with closing(Caller(room)) as caller:
        yield caller


@pytest.fixture
def joined(caller: Caller) -> dict[str, str]:
    """The header of a browser that is in."""
    return cookie_of(submit(caller, KEY))


def is_asked(answer: Answer) -> bool:
    """Whether an answer is the page with the form, or the line for scripts, and nothing else."""
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-frame-options"] == "DENY"
    told = b"Room key</label>" in answer.body or b"requires its room key" in answer.body
    return answer.status == 401 and told and len(answer.body) < 4_000


@pytest.mark.parametrize("path", ROUTES)
def test_shown_every_route_asks_for_the_key(
    caller: Caller, server: str, joined: dict[str, str], path: str
) -> None:
    assert is_asked(caller.ask(path))
    assert is_asked(caller.ask(path, headers=HTML))
    assert caller.ask(path, method="HEAD").status == 401
    for method in ("POST", "PUT", "OPTIONS"):
        assert is_asked(caller.ask(path, method=method))
    with closing(Caller(server)) as other:
        expected = other.ask(path).status
    assert expected != 401
    assert caller.ask(path, headers=joined).status == expected
    assert caller.ask(path, headers=WITH_KEY).status == expected


def test_a_page_alone_is_answered_with_the_form(caller: Caller) -> None:
    for path in (*page_paths(), ROOM_PATH):
        page = caller.ask(path, headers=HTML)
        assert b"<form" in page.body
        policy = page.headers["content-security-policy"]
        assert "form-action 'self'" in policy
        assert "script-src" not in policy
        assert b"<script" not in page.body
        assert page.headers["referrer-policy"] == "same-origin"
    for path in ("/healthz", "/tiles/events.json", "/static/x", "/nothing"):
        answer = caller.ask(path, headers=HTML)
        assert answer.headers["content-type"].startswith("text/plain")
    assert caller.ask("/Wall").headers["content-type"].startswith("text/plain")


def test_pages_keep_their_own_policy(caller: Caller, joined: dict[str, str]) -> None:
    page = caller.ask("/Wall", headers=HTML | joined)
    assert page.status == 200
    assert "form-action 'none'" in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"


def test_the_header_for_scripts_is_the_documented_one() -> None:
    assert KEY_HEADER == "X-Cop-Room-Key"


def test_the_cookie(caller: Caller) -> None:
    answer = submit(caller, f" {KEY}\n", "/Wall?records=synthetic&sector=TCA")
    assert (answer.status, answer.headers["location"]) == (
        303,
        "/Wall?records=synthetic&sector=TCA",
    )
    said = answer.headers["set-cookie"].split("; ")
    assert set(said[1:]) == {
        "HttpOnly", f"Max-Age={COOKIE_SECONDS}", "Path=/", "SameSite=lax",
    }  # fmt: skip
    assert KEY not in answer.headers["set-cookie"]
    assert re.fullmatch(rf"{COOKIE}=1-[0-9a-f]{{16}}\.[\w-]+\.[\w-]{{43}}", said[0])


def test_behind_a_proxy_with_tls_the_cookie_is_secure(caller: Caller) -> None:
    """As a proxy on the same machine forwards it, the name in Host kept."""
    told = {"Host": NAME, "Origin": f"https://{NAME}", "X-Forwarded-Proto": "https"}
    answer = submit(caller, KEY, "/Wall", **told)
    assert (answer.status, answer.headers["location"]) == (303, "/Wall")
    assert "Secure" in answer.headers["set-cookie"].split("; ")


def test_who_is_in_is_led_on(caller: Caller, joined: dict[str, str]) -> None:
    answer = caller.ask(ROOM_PATH, headers=HTML | joined)
    assert (answer.status, answer.headers["location"]) == (303, "/")


def test_a_wrong_key_says_so(caller: Caller) -> None:
    answer = submit(caller, KEY + "x", "/Wall?sector=TCA")
    assert answer.status == 401
    assert b"Wrong room key" in answer.body
    assert b'name="next" value="/Wall?sector=TCA"' in answer.body
    assert "set-cookie" not in answer.headers
    assert KEY.encode() not in answer.body


def make_cookies() -> dict[str, str]:
    ours, now_s = RoomKey(KEY.encode()), time.time()
    good = ours.issue()
    version, issued, seal = good.split(".")
    with patch("itsdangerous.timed.time.time", lambda: now_s - COOKIE_SECONDS - 1):
        expired = ours.issue()
    with patch("itsdangerous.timed.time.time", lambda: now_s + 3_600):
        later = ours.issue().split(".")[1]
    return {
        "expired": expired,
        "of another key": RoomKey(b"another-key-of-the-tests").issue(),
        "prolonged": f"{version}.{later}.{seal}",
        "of another version": f"2.{issued}.{seal}",
        "without seal": f"{version}.{issued}.",
        "cut": good[:-1],
        "of the form before 0.2.0": f"1.{int(now_s) + COOKIE_SECONDS}.{'0' * 64}",
        "the key itself": KEY,
        "empty": "",
        "dots": "...",
        "not ASCII": f"{version}.²³.\u00e9",
    }


@pytest.mark.parametrize("name", make_cookies())
def test_other_cookies_open_nothing(room: str, caller: Caller, name: str) -> None:
    cookie = f"{COOKIE}={make_cookies()[name]}".encode().decode("latin-1")
    for path in ("/healthz", "/Wall", STREAMLIT_SOCKET):
        assert is_asked(caller.ask(path, headers={"Cookie": cookie}))
    here = urlsplit(room).netloc
    sent = {"Cookie": cookie} if cookie.isascii() else {}
    assert open_socket(room, STREAMLIT_SOCKET, host=here, origin=room, headers=sent) == 403


def test_shown_a_socket_opens_to_who_is_in(room: str, joined: dict[str, str]) -> None:
    here = urlsplit(room).netloc

    def status(headers: dict[str, str], *, host: str = here, origin: str = room) -> int:
        return open_socket(room, STREAMLIT_SOCKET, host=host, origin=origin, headers=headers)

    assert status({}) == 403
    assert status({KEY_HEADER: "x" * 20}) == 403
    assert status(joined) == status(WITH_KEY) == 101
    assert status(joined, host=NAME, origin=f"http://{NAME}") == 101
    assert status(joined, origin="http://evil.example") == 403
    assert status(joined, host="evil.example", origin="http://evil.example") == 403
    assert open_socket(room, "/other", host=here, origin=room) == 403


@pytest.mark.parametrize(
    "asked",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "http://evil.example/Wall",
        "https:evil.example",
        "javascript:alert(1)",
        "/Wall/../..//evil.example",
        "/%2f/evil.example",
        "/Wall#@evil.example",
        "/healthz",
        "/room?next=//evil.example",
        "Wall",
        "?sector=TCA",
        " /Wall",
        "/\t/evil.example",
        "",
        "/Wall\r\nX-Evil: 1",
    ],
)
def test_joining_leads_nowhere_else(caller: Caller, asked: str) -> None:
    answer = submit(caller, KEY, asked)
    assert (answer.status, answer.headers["location"]) == (303, "/")
    assert "x-evil" not in answer.headers


def test_a_query_cannot_break_out(caller: Caller) -> None:
    answer = submit(caller, KEY, "/Wall?a=\r\nX-Evil: 1&b=\u00e9")
    assert answer.headers["location"].startswith("/Wall?a=%0D%0AX-Evil:%201")
    assert "x-evil" not in answer.headers
    page = caller.ask('/Wall?a="><script>alert(1)</script>'.replace(" ", "+"), headers=HTML)
    assert b"<script>" not in page.body
    assert b"&quot;&gt;&lt;script&gt;" in page.body
    long = caller.ask("/Wall?a=" + "x" * 5_000, headers=HTML)
    assert b'value="/Wall"' in long.body


@pytest.mark.parametrize(
    "origin",
    ["null", "http://evil.example", "http://127.0.0.1", "http://127.0.0.1.evil.example", ""],
)
def test_the_form_is_taken_from_our_own_page_only(caller: Caller, origin: str) -> None:
    answer = submit(caller, KEY, Origin=origin)
    assert (answer.status, "set-cookie" in answer.headers) == (403, False)


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b'{"key": "x"}', 415),
        ("multipart/form-data; boundary=x", b"--x--", 415),
        ("application/x-www-form-urlencoded", b"key=" + b"x" * LONGEST_FORM, 413),
        ("application/x-www-form-urlencoded", b"key=\xff", 400),
        ("application/x-www-form-urlencoded", b"key=%ff", 400),
        ("application/x-www-form-urlencoded", b"a=1&b=2&c=3&d=4&e=5", 400),
    ],
)
def test_what_is_no_form_is_refused(room: str, kind: str, body: bytes, status: int) -> None:
    headers = {"Origin": room, "Content-Type": kind}
    with closing(Caller(room)) as caller:
        answer = caller.ask(ROOM_PATH, method="POST", headers=headers, body=body)
    assert (answer.status, "set-cookie" in answer.headers) == (status, False)


def test_who_hangs_up_leaves_no_fault_in_the_log(room: str, caller: Caller, folder: Path) -> None:
    here = urlsplit(room)
    head = (
        f"POST {ROOM_PATH} HTTP/1.1\r\nHost: {here.netloc}\r\nOrigin: {room}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 99\r\n\r\nkey="
    )
    with socket.create_connection((here.hostname, here.port), timeout=20) as wire:
        wire.sendall(head.encode())
        time.sleep(0.2)
    assert caller.ask("/healthz", headers=WITH_KEY).status == 200
    assert "Traceback" not in (folder / "log.txt").read_text()


def test_a_feed_needs_its_token_besides(caller: Caller) -> None:
    assert post(caller, [make_report(1)]).status == 401
    body = b"{"
    bearer = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}

    def status(headers: dict[str, str]) -> int:
        return caller.ask(FEED_PATH, method="POST", headers=headers, body=body).status

    assert is_asked(caller.ask(FEED_PATH, method="POST", headers=bearer, body=body))
    assert status(WITH_KEY) == 401
    assert status(WITH_KEY | bearer | {"Authorization": "Bearer wrong"}) == 403
    assert status(WITH_KEY | bearer) == 422


def test_rebound_names_are_refused(caller: Caller, joined: dict[str, str]) -> None:
    port = caller.port
    for host in (
        "evil.example",
        f"evil.example:{port}",
        f"{NAME}.evil.example",
        "127.0.0.1.nip.io",
    ):
        for headers in ({}, joined, WITH_KEY, HTML):
            answer = caller.ask("/", headers={**headers, "Host": host})
            assert (answer.status, b"<form" in answer.body) == (421, False)
        sent = {"Host": host, "Origin": f"http://{host}"}
        assert submit(caller, KEY, **sent).status == 421
    own = (socket.gethostname(), "localhost", NAME.upper(), f"{NAME}:{port}")
    for host in ("127.0.0.1", f"192.0.2.7:{port}", f"[2001:db8::7]:{port}", *own):
        assert caller.ask("/healthz", headers={**joined, "Host": host}).status == 200
        assert caller.ask("/healthz", headers={"Host": host}).status == 401


def test_shown_a_restart_keeps_everyone_in_and_another_key_nobody(
    bare_warehouse: Path, tmp_path: Path
) -> None:
    with serving_room(bare_warehouse, tmp_path) as base, closing(Caller(base)) as caller:
        cookie = cookie_of(submit(caller, KEY))
        assert caller.ask("/healthz", headers=cookie).status == 200
    with serving_room(bare_warehouse, tmp_path) as base, closing(Caller(base)) as caller:
        assert caller.ask("/healthz", headers=cookie).status == 200
    other = "another-key-of-the-tests"
    with serving_room(bare_warehouse, tmp_path, key=other) as base, closing(Caller(base)) as caller:
        assert is_asked(caller.ask("/healthz", headers=cookie))
        assert caller.ask("/healthz", headers=cookie_of(submit(caller, other))).status == 200
        guess_until_shut(caller, other)
    log = (tmp_path / "log.txt").read_text()
    assert other not in log


def guess_until_shut(caller: Caller, key: str) -> None:
    """Wrong keys shut the form, then the header, to the right one too; who is in goes on."""
    cookie = cookie_of(submit(caller, key))
    for number in range(MOST_WRONG):
        assert submit(caller, f"wrong-{number}").status == 401
    for tried in ("wrong", key):
        shut = submit(caller, tried)
        assert (shut.status, "set-cookie" in shut.headers) == (429, False)
        assert 0 < int(shut.headers["retry-after"]) <= WRONG_SECONDS
        assert b"Too many wrong keys" in shut.body

    def status(sent: str) -> int:
        return caller.ask("/healthz", headers={KEY_HEADER: sent}).status

    for _ in range(2 * MOST_WRONG):
        assert status("the same wrong one") == 401
    assert status(key) == 200
    for number in range(MOST_WRONG - 1):
        assert status(f"wrong-{number}") == 401
    assert status(key) == status("one more") == 429
    assert status("the same wrong one") == 401
    assert caller.ask("/healthz", headers=cookie).status == 200
    assert is_asked(caller.ask("/Wall", headers=HTML))


@pytest.mark.trust
@pytest.mark.parametrize(("key", "waits"), [("k" * LONG, False), ("k" * (LONG - 1), True)])
def test_a_right_long_key_is_not_delayed_by_the_wrong_ones_of_others(key: str, waits: bool) -> None:
    auth = SharedKeyAuth(RoomKey(key.encode()), pages=["/"])

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        app = auth.stand_in(scope) or PlainTextResponse("inside")
        await app(scope, receive, send)

    client = TestClient(answer, base_url="http://localhost", follow_redirects=False)

    def try_header(tried: str) -> int:
        return client.get("/healthz", headers={KEY_HEADER: tried}).status_code

    def try_form(tried: str) -> int:
        sent = client.post(ROOM_PATH, data={"key": tried}, headers={"Origin": "http://localhost"})
        return sent.status_code

    for attempt in (try_header, try_form):
        for number in range(MOST_WRONG):
            assert attempt(f"wrong-{number}") == 401
        assert attempt("another wrong one") == 429
        assert attempt(key) == (429 if waits else {try_header: 200, try_form: 303}[attempt])


def test_shown_the_key_is_told_to_nobody(
    room: str, caller: Caller, folder: Path, joined: dict[str, str]
) -> None:
    answers = [
        caller.ask(path, headers=headers)
        for path in ("/", "/Wall?sector=TCA", "/api/layers", "/healthz", "/room", "/nothing")
        for headers in (HTML, HTML | joined, HTML | WITH_KEY, {KEY_HEADER: KEY[:-1]})
    ]
    answers += [submit(caller, KEY), submit(caller, KEY, "/Wall"), submit(caller, KEY[:-1])]
    for answer in answers:
        assert KEY[:-1].encode() not in answer.body
        assert KEY[:-1] not in str(answer.headers)
    log = (folder / "log.txt").read_text()
    assert KEY[:-1] not in log
    assert f"cop: serving at http://{NAME}:{urlsplit(room).port}\n" in log
    assert f"cop: serving at {room}\n" in log
    assert "external ip" not in log.lower()


@pytest.mark.parametrize("given", ["option", "environment"])
def test_from_loopback_too(bare_warehouse: Path, tmp_path: Path, given: str) -> None:
    """A key asks everyone, wherever the setting comes from."""
    path = write_key(tmp_path)
    options = ("--room-key-file", path) if given == "option" else ()
    environment = {"COP_ROOM_KEY_FILE": str(path), "COP_NAMES": NAME} if not options else {}
    log = tmp_path / "log.txt"
    with (
        serving(bare_warehouse, log, *options, environment=environment, headers=WITH_KEY) as base,
        closing(Caller(base)) as caller,
    ):
        assert is_asked(caller.ask("/healthz"))
        named = caller.ask("/healthz", headers={**WITH_KEY, "Host": NAME})
        assert named.status == (421 if options else 200)


def test_shown_who_joins_with_the_key_is_recorded_or_stays_out() -> None:
    recorded = Recorded()
    auth = SharedKeyAuth(RoomKey(KEY.encode()), pages=["/"], record=recorded)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await (auth.stand_in(scope) or PlainTextResponse("in"))(scope, receive, send)

    own = {"Origin": "http://testserver"}
    client = TestClient(app, follow_redirects=False, headers=own)
    assert client.post(ROOM_PATH, data={"key": "wrong"}).status_code == 401
    joined = client.post(ROOM_PATH, data={"key": KEY})
    assert joined.status_code == 303
    browser = RoomKey(KEY.encode()).read_browser(joined.cookies[COOKIE])
    assert recorded.briefly() == [
        ("room", "sign in", "wrong room key"), (f"room:{browser}", "sign in", "done"),
    ]  # fmt: skip

    def refuse(*_event: object, **_rest: object) -> int:
        raise AuditError("the disk is full: /data/audit.sqlite")

    auth = SharedKeyAuth(RoomKey(KEY.encode()), pages=["/"], record=refuse)
    answer = client.post(ROOM_PATH, data={"key": KEY})
    assert answer.status_code == 503
    assert COOKIE not in answer.cookies
    assert "/data" not in answer.text
