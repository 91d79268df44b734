"""Tests of proxies: on whose word what counts, and certificates that only they may state."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from cop.access.certificate import CERTIFICATE_HEADERS, SUBJECT_HEADER, VERIFY_HEADER
from cop.resource import package_path
from cop.server.proxy import ProxyHeaders
from tests.support.command import run_cop, serving
from tests.support.http import Caller
from tests.support.room import HTML

pytestmark = pytest.mark.access

SUBJECT = "CN=Ana B,OU=analysts,O=JTF"
STATED = {SUBJECT_HEADER: SUBJECT, VERIFY_HEADER: "SUCCESS"}


def seen_from(peer: str, headers: dict[str, str], *, trusted: list[str]) -> dict[str, str]:
    """What a server gets of headers that a peer sent, and as from whom."""

    async def tell(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        told = {
            name: request.headers[name] for name in CERTIFICATE_HEADERS if name in request.headers
        }
        client = request.client.host if request.client else ""
        response: Response = JSONResponse({**told, "from": client, "scheme": request.url.scheme})
        await response(scope, receive, send)

    client = TestClient(ProxyHeaders(tell, trusted=trusted), client=(peer, 5_000))
    told: dict[str, str] = client.get("/", headers=headers).json()
    return told


def test_a_certificate_is_taken_from_a_trusted_proxy_alone() -> None:
    proxy, other = "192.0.2.1", "192.0.2.66"
    assert seen_from(proxy, STATED, trusted=[proxy])[SUBJECT_HEADER] == SUBJECT
    for peer in (other, "127.0.0.1", "192.0.2.10"):
        assert SUBJECT_HEADER not in seen_from(peer, STATED, trusted=[proxy])
        forged = STATED | {"X-Forwarded-For": proxy}
        assert SUBJECT_HEADER not in seen_from(peer, forged, trusted=[proxy])
    lower = {name.lower(): value for name, value in STATED.items()}
    assert SUBJECT_HEADER not in seen_from(other, lower, trusted=[proxy])


def test_an_address_and_a_scheme_are_taken_from_proxies_alone() -> None:
    told = {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"}
    for peer in ("127.0.0.1", "192.0.2.1"):
        seen = seen_from(peer, told, trusted=["192.0.2.1"])
        assert (seen["from"], seen["scheme"]) == ("198.51.100.7", "https")
    seen = seen_from("192.0.2.66", told, trusted=["192.0.2.1"])
    assert (seen["from"], seen["scheme"]) == ("192.0.2.66", "http")


def write_policy(folder: Path) -> Path:
    stored = yaml.safe_load(package_path("data", "access.yaml").read_text())
    stored["groups"] = {"analysts": {"agency": "JTF", "roles": ["analyst"]}}
    path = folder / "access.yaml"
    path.write_text(yaml.safe_dump(stored))
    return path


@pytest.fixture
def people(own_warehouse: Path, tmp_path: Path) -> Iterator[str]:
    """A server that believes the proxy at 127.0.0.2."""
    environment = {
        "COP_SIGN_IN": "certificate",
        "COP_TRUSTED_PROXIES": "127.0.0.2",
        "COP_ACCESS": str(write_policy(tmp_path)),
    }
    with serving(own_warehouse, tmp_path / "log.txt", environment=environment) as base:
        yield base


def test_shown_a_forged_header_from_another_address_is_ignored(people: str) -> None:
    def ask(source: str, **headers: str) -> tuple[int, str]:
        with closing(Caller(people, source=source)) as caller:
            answer = caller.ask("/api/session", headers={**STATED, **headers})
            return answer.status, answer.json()["name"] if answer.status == 200 else ""

    assert ask("127.0.0.2") == (200, "Ana B")
    assert ask("127.0.0.1") == ask("127.0.0.3") == (401, "")
    assert ask("127.0.0.3", **{"X-Forwarded-For": "127.0.0.2"}) == (401, "")
    assert ask("127.0.0.2", **{VERIFY_HEADER: "FAILED:expired"}) == (401, "")
    assert ask("127.0.0.2", **{SUBJECT_HEADER: "CN=Ana,OU=others"}) == (401, "")
    assert ask("127.0.0.2", **{"X-Forwarded-For": "198.51.100.7"}) == (200, "Ana B")
    with closing(Caller(people)) as caller:
        led = caller.ask("/", headers=HTML | STATED)
        assert led.status == 303
        page = caller.ask("/sign-in", headers=HTML)
        assert b"by certificate" in page.body
        assert caller.ask("/sign-in/oidc").status == 404


def test_certificates_need_a_named_proxy(own_warehouse: Path) -> None:
    done = run_cop("run", "--data", own_warehouse, "--sign-in", "certificate")
    assert (done.returncode, done.stdout) == (2, "")
    assert "COP_TRUSTED_PROXIES" in done.stderr
