"""Tests of signing in with a real provider: groups to roles, expiry, revocation, signing out."""

import re
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from starlette.requests import Request

from cop.access.audit.log import AuditLog
from cop.access.oidc import AuthorizationRequest
from cop.server.oidc import OIDC_PATH, BegunSignIns
from cop.settings import StoreSettings
from cop.store.room.expiring import ExpiringRecords
from tests.support.access import Member
from tests.support.command import run_cop, serving
from tests.support.provider import (
    SECRET,
    Provider,
    ProviderMember,
    open_provider,
    provider_environment,
    read_notice,
)
from tests.support.room import HTML
from tests.support.warehouse import copy_warehouse

# The provider of the tests runs in their process, and uses what its library is going to remove.
pytestmark = [pytest.mark.access, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

HANG_S = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("oidc")


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with open_provider(require_nonce=True) as provider:
        provider.put("ana", name="Ana", groups=["analysts", "leads", "others"])
        provider.put("ben", name="Ben", groups=["county"])
        provider.put("cai", name="Cai", groups=["others"])
        provider.put("dee", name="Dee")
        provider.put("eli", name="Eli", groups=["county", "leads"])
        yield provider


@pytest.fixture(scope="module")
def people(bare_warehouse: Path, folder: Path, provider: Provider) -> Iterator[str]:

    data = copy_warehouse(bare_warehouse, folder / "warehouse")
    environment = provider_environment(provider, folder, refresh_s=1)
    with serving(data, folder / "log.txt", environment=environment) as base:
        yield base


def await_session(member: Member, status: int) -> None:
    start = time.monotonic()
    while member.ask("/api/session").status != status:
        assert time.monotonic() - start < HANG_S, f"no {status}"
        time.sleep(0.2)


def test_shown_groups_of_a_real_provider_become_roles(people: str, provider: Provider) -> None:
    ana = ProviderMember(people, provider, "ana")
    page = ana.ask("/sign-in?next=/Wall", headers=HTML)
    assert b"Sign in with your organization" in page.body
    assert b'name="login"' not in page.body
    done = ana.sign_in("/Wall?sector=TCA")
    assert (done.status, done.headers["location"]) == (303, "/Wall?sector=TCA")
    stated = ana.ask("/api/session").json()
    identity = stated.pop("id")
    assert re.fullmatch(r"oidc:[0-9a-f]{16}", identity)
    assert stated == {
        "name": "Ana", "agency": "JTF", "roles": ["analyst", "commander"],
        "highest": "TLP:AMBER+STRICT", "origin": "oidc", "verified": True,
    }  # fmt: skip
    assert ana.ask("/").status == 200
    ben = ProviderMember(people, provider, "ben")
    ben.sign_in()
    stated = ben.ask("/api/session").json()
    assert stated["id"].startswith("oidc:")
    assert stated["id"] != identity
    assert (stated["agency"], stated["roles"]) == ("SO-1", ["viewer"])
    assert stated["highest"] == "TLP:AMBER"


@pytest.mark.parametrize(
    ("subject", "notice"),
    [
        ("cai", "Not signed in: none of your groups has access to this server."),
        ("dee", "Not signed in: none of your groups has access to this server."),
        ("eli", "Not signed in: your groups are of several agencies: ask who runs this server."),
    ],
)
def test_who_has_no_group_is_refused(
    people: str, provider: Provider, subject: str, notice: str
) -> None:
    member = ProviderMember(people, provider, subject)
    answer = member.sign_in()
    assert (answer.status, read_notice(answer)) == (401, notice)
    assert member.ask("/api/session").status == 401


def test_the_request_has_all_that_protects_it(people: str, provider: Provider) -> None:
    member = ProviderMember(people, provider, "ana")
    asked = parse_qs(urlsplit(member.leave()).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"{people}/sign-in/oidc/return"]
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[name][0]) >= 40
    assert SECRET not in str(asked)
    answer = member.ask("/sign-in/oidc")
    stated = set(answer.headers["set-cookie"].split("; ")[1:])
    assert {"HttpOnly", "Path=/sign-in/oidc", "SameSite=lax", "Max-Age=600"} == stated


def test_a_return_is_good_once_for_the_browser_that_began(people: str, provider: Provider) -> None:
    member, other = (ProviderMember(people, provider, "ana") for _ in range(2))
    back = provider.agree(member.leave(), "ana")
    other.leave()
    assert "did not begin here" in read_notice(other.come_back(back)), "another browser's"
    assert "did not begin here" in read_notice(member.come_back(back)), "it was used up"
    back = provider.agree(member.leave(), "ana")
    begun = dict(member.cookie)
    assert member.come_back(back).status == 303
    member.cookie = begun
    assert member.come_back(back).status == 401
    for query in ({}, {"state": "x", "code": "y"}, {"error": "access_denied"}):
        assert member.ask(f"/sign-in/oidc/return?{urlencode(query)}").status == 401
    back = provider.agree(member.leave(), "ana")
    state = parse_qs(urlsplit(back).query)["state"][0]
    forged = f"{people}/sign-in/oidc/return?code=forged&state={state}"
    assert "refused" in read_notice(member.come_back(forged))
    for method in ("POST", "PUT", "DELETE"):
        assert member.ask("/sign-in/oidc", method=method).status in (404, 405)


def test_shown_a_provider_that_revokes_or_changes_groups_is_followed_and_recorded(
    people: str, provider: Provider, folder: Path
) -> None:
    provider.put("fay", name="Fay", groups=["analysts"])
    fay = ProviderMember(people, provider, "fay")
    fay.sign_in()
    time.sleep(2.5)
    assert fay.ask("/api/session").json()["roles"] == ["analyst"]
    provider.put("fay", name="Fay", groups=["county"])
    start = time.monotonic()
    while fay.ask("/api/session").json()["roles"] != ["viewer"]:
        assert time.monotonic() - start < HANG_S
        time.sleep(0.2)
    assert fay.ask("/api/session").json()["agency"] == "SO-1"
    provider.put("fay", name="Fay", groups=[])
    await_session(fay, 401)
    provider.put("gil", name="Gil", groups=["analysts"])
    gil = ProviderMember(people, provider, "gil")
    gil.sign_in()
    assert gil.ask("/api/session").status == 200
    provider.revoke("gil")
    await_session(gil, 401)
    with closing(AuditLog(StoreSettings(data=folder / "warehouse"))) as log:

        def list_told() -> list[tuple[str, str]]:
            return [
                (one.action, one.subject.partition(" ")[2])
                for one in log.file.read()
                if one.who == "provider"
            ]

        start = time.monotonic()
        while len(list_told()) < 3:
            assert time.monotonic() - start < HANG_S, list_told()
            time.sleep(0.2)
        assert list_told() == [
            ("rights changed by provider", "of SO-1: viewer"),
            ("session ended by provider", ""),
            ("session ended by provider", ""),
        ]


def test_shown_a_cookie_of_who_signed_out_opens_nothing(people: str, provider: Provider) -> None:
    ana = ProviderMember(people, provider, "ana")
    ana.sign_in()
    assert ana.ask("/api/layers").status == 200
    assert ana.sign_out().status == 303
    assert ana.ask("/api/layers").status == 401


def test_shown_a_session_ends_with_the_token_that_is_not_renewed(
    own_warehouse: Path, tmp_path: Path
) -> None:
    with open_provider(seconds=15, issue_refresh_token=False) as provider:
        provider.put("ana", name="Ana", groups=["analysts"])
        environment = provider_environment(provider, tmp_path, refresh_s=1)
        with serving(own_warehouse, tmp_path / "log.txt", environment=environment) as base:
            ana = ProviderMember(base, provider, "ana")
            start = time.monotonic()
            ana.sign_in()
            assert ana.ask("/api/session").status == 200
            await_session(ana, 401)
            assert time.monotonic() - start > 10


def test_a_provider_that_is_away_is_told_and_a_restart_ends_its_sessions(
    own_warehouse: Path, tmp_path: Path
) -> None:
    with open_provider() as provider:
        provider.put("ana", name="Ana", groups=["analysts"])
        environment = provider_environment(provider, tmp_path, refresh_s=1)
        with serving(own_warehouse, tmp_path / "log.txt", environment=environment) as base:
            ana = ProviderMember(base, provider, "ana")
            ana.sign_in()
            assert ana.ask("/api/session").status == 200
    with serving(own_warehouse, tmp_path / "log.txt", environment=environment) as base:
        again = ProviderMember(base, provider, "ana")
        again.cookie = ana.cookie
        assert again.ask("/api/session").status == 401
        answer = again.ask("/sign-in/oidc")
        assert answer.status == 503
        assert "cannot be reached now" in read_notice(answer)
    log = (tmp_path / "log.txt").read_text()
    assert SECRET not in log
    assert "Traceback" not in log


def test_shown_the_server_does_not_start_without_the_whole_provider(
    own_warehouse: Path, tmp_path: Path
) -> None:
    done = run_cop("run", "--data", own_warehouse, "--sign-in", "oidc")
    assert (done.returncode, done.stdout) == (2, "")
    assert "set COP_OIDC_ISSUER, COP_OIDC_CLIENT_ID" in done.stderr


def request_of(state: str, cookie: str) -> Request:
    headers = [(b"cookie", cookie.encode())]
    query = urlencode({"state": state}).encode()
    return Request({"type": "http", "path": OIDC_PATH, "headers": headers, "query_string": query})


def test_a_sign_in_under_way_is_bound_to_its_browser(tmp_path: Path) -> None:
    with closing(ExpiringRecords(StoreSettings(data=tmp_path))) as records:
        check_bound(BegunSignIns(lambda: records), BegunSignIns(lambda: records))


def check_bound(begun: BegunSignIns, other: BegunSignIns) -> None:
    """The browser comes back to the other server."""
    asked = AuthorizationRequest(url="/x", redirect_uri="/y", state="s", nonce="n", verifier="v")

    def lead_on() -> str:
        return begun.lead_on(asked, "/Wall", is_secure=True).headers["set-cookie"]

    cookie = lead_on()
    assert "; Secure" in cookie
    assert other.take(request_of("other", cookie)) is None
    found = other.take(request_of("s", cookie))
    assert found is not None
    assert (found.request, found.address) == (asked, "/Wall")
    assert begun.take(request_of("s", cookie)) is None
    lead_on()
    assert begun.take(request_of("s", cookie)) is None
    assert begun.take(request_of("s", "")) is None
