"""Tests of signing in and out on the real server: cookies, lock-out, revocation, rights of now."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from cop.access.identity import LOOKUP_SECONDS, SESSION_COOKIE
from cop.access.people import MOST_WRONG
from cop.server.allowlist import STREAMLIT_SOCKET
from cop.server.session_socket import CHECK_SECONDS
from tests.support.access import PASSWORD, Member, add_people, serving_people
from tests.support.command import run_cop
from tests.support.http import Caller, open_socket
from tests.support.room import HTML
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.access

LOGINS = ("ana", "ben", "cai", "dee", "eli", "fay", "gil", "hal")
HANG_S = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("people")


@pytest.fixture(scope="module")
def data(bare_warehouse: Path, folder: Path) -> Path:
    data = copy_warehouse(bare_warehouse, folder / "warehouse")
    add_people(data, *LOGINS)
    return data


@pytest.fixture(scope="module")
def people(data: Path, folder: Path) -> Iterator[str]:
    with serving_people(data, folder) as base:
        yield base


@pytest.fixture
def caller(people: str) -> Iterator[Caller]:
    with closing(Caller(people)) as caller:
        yield caller


def await_status(member: Member, status: int) -> float:
    """Ask until the session is answered so; return the seconds that it took."""
    start = time.monotonic()
    while member.ask("/api/session").status != status:
        assert time.monotonic() - start < HANG_S, f"no {status}"
        time.sleep(0.1)
    return time.monotonic() - start


def test_the_page_is_plain_and_leads_on(caller: Caller) -> None:
    led = caller.ask("/Wall?sector=TCA&a=%22", headers=HTML)
    assert led.status == 303
    assert led.headers["location"] == "/sign-in?next=%2FWall%3Fsector%3DTCA%26a%3D%2522"
    page = caller.ask(led.headers["location"], headers=HTML)
    assert page.status == 200
    assert b"<script" not in page.body
    assert b'name="next" value="/Wall?sector=TCA&amp;a=%22"' in page.body
    assert b"Room key" not in page.body
    assert "form-action 'self'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "address", ["//evil.example", "http://evil.example", "/healthz", "/\\evil", "/sign-out", ""]
)
def test_signing_in_leads_nowhere_else(people: str, address: str) -> None:
    assert Member(people, "ana").sign_in(address).headers["location"] == "/"


def test_the_cookie_is_closed_to_scripts_and_other_sites(people: str) -> None:
    member = Member(people, "ana")
    answer = member.sign_in("/Wall?sector=TCA")
    assert (answer.status, answer.headers["location"]) == (303, "/Wall?sector=TCA")
    stated = answer.headers["set-cookie"].split("; ")
    assert set(stated[1:]) == {"HttpOnly", "Path=/", "SameSite=lax"}
    assert len(stated[0].partition("=")[2]) == 43
    assert member.ask("/sign-in?next=/Wall").headers["location"] == "/Wall"
    form = {"login": "ana", "password": PASSWORD}
    told = member.post("/sign-in", form, **{"X-Forwarded-Proto": "https"})
    assert "Secure" in told.headers["set-cookie"].split("; ")


def test_a_cookie_can_be_for_tls_alone(own_warehouse: Path, tmp_path: Path) -> None:
    add_people(own_warehouse, "ana")
    environment = {"COP_SECURE_COOKIE": "1"}
    with serving_people(own_warehouse, tmp_path, environment=environment) as base:
        assert "Secure" in Member(base, "ana").sign_in().headers["set-cookie"].split("; ")


def test_what_is_wrong_is_not_told_and_five_times_locks(people: str) -> None:
    told = []
    for login in ("ben", "nobody"):
        member = Member(people, login, "not the password")
        answers = [member.sign_in() for _ in range(MOST_WRONG + 1)]
        assert [answer.status for answer in answers] == [401] * 4 + [429] * 2
        assert 0 < int(answers[-1].headers["retry-after"]) <= 15 * 60
        assert b"Too many wrong passwords. Try again in 15 min." in answers[-1].body
        told.append([answer.body for answer in answers])
        assert member.cookie == {}
    assert told[0] == told[1]
    assert b"Wrong login or password" in told[0][0]
    assert Member(people, "ben").sign_in().status == 429, "a right one waits as well"


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out"])
def test_a_form_of_another_site_is_refused(people: str, path: str) -> None:
    member = Member(people, "ana")
    member.sign_in()
    form = {"login": "ana", "password": PASSWORD}
    for origin in ("http://evil.example", "null", ""):
        answer = member.post(path, form, Origin=origin)
        assert (answer.status, "set-cookie" in answer.headers) == (403, False)
    for method in ("PUT", "DELETE", "OPTIONS"):
        assert member.ask(path, method=method).status == 405
    assert member.ask("/api/session").status == 200


def test_shown_a_cookie_that_was_stolen_opens_nothing_after_signing_out(people: str) -> None:
    member, other = Member(people, "cai"), Member(people, "cai")
    member.sign_in()
    other.sign_in()
    assert b"You are Cai (JTF; viewer)" in member.ask("/sign-out").body
    answer = member.sign_out()
    assert (answer.status, answer.headers["location"]) == (303, "/sign-in")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert f'{SESSION_COOKIE}=""' in answer.headers["set-cookie"]
    here = urlsplit(people).netloc
    for path in ("/api/session", "/api/layers", "/tiles/segments.json", "/static/x", "/"):
        assert member.ask(path).status == 401
    for path in (STREAMLIT_SOCKET, "/api/board/live"):
        assert open_socket(people, path, host=here, origin=people, headers=member.cookie) == 403
    assert other.ask("/api/session").status == 200, "another browser of the same person"
    assert member.sign_out().status == 303


def test_a_new_sign_in_ends_the_session_before(people: str) -> None:
    member = Member(people, "dee")
    member.sign_in()
    earlier = Member(people, "dee")
    before = earlier.cookie = member.cookie
    member.sign_in()
    assert member.cookie != before
    time.sleep(LOOKUP_SECONDS + 0.5)
    assert earlier.ask("/api/session").status == 401
    assert member.ask("/api/session").status == 200


def test_shown_who_is_disabled_or_loses_a_role_is_out_within_a_minute_open_sockets_too(
    people: str, data: Path
) -> None:
    def command(*words: str) -> None:
        done = run_cop("people", *words, "--data", data)
        assert done.returncode == 0, done.stderr

    changes = {
        "eli": ("change", "eli", "--role", "analyst"),
        "fay": ("disable", "fay"),
        "gil": ("sign-out", "gil"),
    }
    for login, words in changes.items():
        member = Member(people, login)
        member.sign_in()
        with connect(
            f"{people.replace('http', 'ws', 1)}{STREAMLIT_SOCKET}",
            origin=Origin(people),
            subprotocols=[Subprotocol("streamlit")],
            additional_headers=member.cookie,
        ) as socket:
            command(*words)
            start = time.monotonic()
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    socket.recv(timeout=HANG_S)
            assert time.monotonic() - start < HANG_S
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1008
        if login == "eli":
            assert member.ask("/api/session").json()["roles"] == ["analyst"]
        else:
            await_status(member, 401)
    assert CHECK_SECONDS + LOOKUP_SECONDS <= 15


def test_shown_a_restart_keeps_sessions_and_locks(own_warehouse: Path, tmp_path: Path) -> None:
    add_people(own_warehouse, "ana", "ben")
    with serving_people(own_warehouse, tmp_path) as base:
        member = Member(base, "ana")
        member.sign_in()
        for _ in range(MOST_WRONG):
            Member(base, "ben", "not the password").sign_in()
    with serving_people(own_warehouse, tmp_path) as base:
        again = Member(base, "ana")
        again.cookie = member.cookie
        assert again.ask("/api/session").json()["name"] == "Ana"
        assert Member(base, "ben").sign_in().status == 429


def test_shown_no_password_or_token_is_in_the_log(people: str, folder: Path) -> None:
    member = Member(people, "hal")
    member.sign_in()
    Member(people, "hal", "another wrong password").sign_in()
    token = member.cookie["Cookie"].partition("=")[2]
    log = (folder / "log.txt").read_text()
    assert "cop: viewers sign in (local)" in log
    for secret in (PASSWORD, "another wrong password", token):
        assert secret not in log
    assert "Traceback" not in log
