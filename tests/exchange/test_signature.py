"""Tests of signed requests: each part that is signed, changed; and each request once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import http_message_signatures.signatures as library
import pytest

from cop.errors import SignatureError
from cop.exchange.signature import (
    RECEIVER_HEADER,
    RequestVerifier,
    ServerRequest,
    read_headers,
    sign_request,
)
from tests.support.partner import Node, known, make_node

pytestmark = pytest.mark.exchange
URL = "https://cop.jtf.example/exchange/uploads?part=1"
BODY = b'{"received": 0}'


@pytest.fixture(scope="module")
def dps(tmp_path_factory: pytest.TempPathFactory) -> Node:
    return make_node(tmp_path_factory.mktemp("nodes"), "DPS")


def signed(node: Node, *, receiver: str = "JTF", sender: str = "DPS") -> ServerRequest:
    request = ServerRequest(method="POST", url=URL, headers={"Upload-Offset": "0/9"})
    sign_request(request, BODY, keys=node.keys, sender=sender, receiver=receiver)
    return replace(request, headers=read_headers(request.headers))


class Noted:
    """The requests that were seen."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, str]] = set()

    def __call__(self, code: str, nonce: str) -> bool:
        is_new = (code, nonce) not in self.seen
        self.seen.add((code, nonce))
        return is_new


def verify(
    request: ServerRequest, node: Node, *, body: bytes = BODY, by: RequestVerifier | None = None
) -> str:
    verifier = by or RequestVerifier(Noted())
    card, check_body = verifier.verify(request, receiver="JTF", find_sender=known(node))
    check_body(body)
    return card.agency


def test_a_request_of_a_partner_is_valid_once(dps: Node) -> None:
    noted, request = Noted(), signed(dps)
    verifier = RequestVerifier(noted)
    assert verify(request, dps, by=verifier) == "DPS"
    for server in (verifier, RequestVerifier(noted)):
        with pytest.raises(SignatureError, match="was sent before"):
            verify(request, dps, by=server)
    assert verify(signed(dps), dps, by=verifier) == "DPS"


@pytest.mark.parametrize(
    "change",
    [
        lambda r: replace(r, method="PATCH"),
        lambda r: replace(r, url=r.url.replace("uploads", "packages")),
        lambda r: replace(r, url=r.url.replace("part=1", "part=2")),
        lambda r: replace(r, headers=r.headers | {"content-digest": "sha-512=:AAAA:"}),
        lambda r: replace(r, headers={n: v for n, v in r.headers.items() if n != "signature"}),
        lambda r: replace(r, headers={n: v for n, v in r.headers.items() if n != "content-digest"}),
        lambda r: replace(
            r, headers=r.headers | {"signature-input": r.headers["signature-input"].replace(
                '"@query" ', "")},
        ),
        lambda r: replace(
            r, headers=r.headers | {"signature-input": r.headers["signature-input"].replace(
                "cop-exchange", "other")},
        ),
    ],
)  # fmt: skip
def test_a_change_of_what_is_signed_is_noticed(
    dps: Node, change: Callable[[ServerRequest], ServerRequest]
) -> None:
    request = signed(dps)
    changed = change(request)
    assert changed != request
    with pytest.raises(SignatureError, match="not signed by a partner"):
        verify(changed, dps)


def test_another_content_is_noticed_once_it_is_read(dps: Node) -> None:
    with pytest.raises(SignatureError, match="content of the request is not what was signed"):
        verify(signed(dps), dps, body=b'{"received": 1}')


def test_a_request_for_another_server_is_refused(dps: Node) -> None:
    request = signed(dps, receiver="CBP")
    with pytest.raises(SignatureError, match="this server is JTF"):
        verify(request, dps)
    readdressed = replace(request, headers=request.headers | {RECEIVER_HEADER.lower(): "JTF"})
    with pytest.raises(SignatureError, match="not signed by a partner"):
        verify(readdressed, dps)


def test_who_is_no_partner_and_who_has_another_key_hear_the_same(dps: Node, tmp_path: Path) -> None:
    """Whether an agency is a partner is no one else's business."""
    stranger = make_node(tmp_path, "FBI")
    words = []
    for request in (signed(stranger, sender="FBI"), signed(stranger, sender="DPS")):
        with pytest.raises(SignatureError) as refusal:
            verify(request, dps)
        words.append(str(refusal.value))
    assert words[0] == words[1]


def test_a_request_is_valid_for_five_minutes(dps: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    for minutes, is_valid in ((4, True), (6, False), (-4, True), (-6, False)):
        request = signed(dps)
        with monkeypatch.context() as patched:
            patched.setattr(library.datetime, "datetime", clock_at(timedelta(minutes=minutes)))
            if is_valid:
                assert verify(request, dps) == "DPS"
            else:
                with pytest.raises(SignatureError, match="differ by more than 5 minutes"):
                    verify(request, dps)


def clock_at(ahead: timedelta) -> type[datetime]:
    """A clock of the library that goes ahead of ours."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + ahead

    return Clock
