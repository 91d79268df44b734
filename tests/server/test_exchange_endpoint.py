"""Tests of what partners' servers ask for: each request signed, and nothing without partners."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from cop.errors import TransferError
from cop.exchange.depot import PACKAGES_PATH, UPLOADS_PATH, Depot, Offered, Progress
from cop.exchange.outgoing import Node as ServerNode
from cop.exchange.pending import PendingPackage, pending_package
from cop.exchange.signature import ServerRequest, sign_request
from cop.exchange.transfer import PartnerServer
from cop.model.moment import utc_now
from tests.support.command import serving
from tests.support.partner import make_node, open_office
from tests.support.record import make_frame
from tests.support.served_pair import ServedPair, from_partner, open_pair
from tests.support.tls import Front

pytestmark = pytest.mark.exchange
N = 60


@pytest.fixture
def pair(bare_warehouse: Path, tmp_path: Path) -> Iterator[ServedPair]:
    with open_pair(bare_warehouse, tmp_path, n=N) as pair:
        yield pair


def answer(front: Front, request: ServerRequest, body: bytes) -> requests.Response:
    return requests.request(
        request.method,
        request.url,
        data=body,
        headers=request.headers,
        verify=str(front.authority),
        timeout=60,
    )


def ask(
    pair: ServedPair,
    *,
    node: ServerNode | None = None,
    receiver: str = "JTF",
    body: bytes = b'{"received": 0}',
) -> ServerRequest:
    own = node or pair.dps.node
    request = ServerRequest(method="POST", url=f"{pair.front.address}{PACKAGES_PATH}", headers={})
    sign_request(request, body, keys=own.keys, sender=own.agency, receiver=receiver)
    return request


def test_a_request_is_answered_once_and_for_its_partner_alone(pair: ServedPair) -> None:
    body = b'{"received": 0}'
    request = ask(pair)
    assert answer(pair.front, request, b'{"received": 1}').status_code == 401
    for status, made, why in (
        (401, request, "sent before"),
        (401, ask(pair, receiver="CBP"), "for another one"),
        (401, ask(pair, node=ServerNode(agency="CBP", keys=pair.dps.node.keys)), "not signed"),
        (401, ask(pair, node=ServerNode(agency="DPS", keys=pair.jtf.node.keys)), "not signed"),
        (401, ServerRequest(method="POST", url=ask(pair).url, headers={}), "for another one"),
        (400, ask(pair, body=b'{"received": -1}'), "received: Input should be"),
    ):
        sent = b'{"received": -1}' if status == 400 else body
        found = answer(pair.front, made, sent)
        assert (found.status_code, why in found.json()["error"]) == (status, True), found.text
    pair.jtf.room.partners.suspend("DPS")
    found = answer(pair.front, ask(pair), body)
    assert (found.status_code, found.json()["error"]) == (
        403,
        "JTF has suspended the exchange with DPS",
    )


def test_a_package_of_another_partner_is_not_taken(
    pair: ServedPair, bare_warehouse: Path, tmp_path: Path
) -> None:
    cbp = open_office(bare_warehouse, tmp_path, "CBP")
    pair.jtf.meet(cbp)
    cbp.meet(pair.jtf)
    cbp.publish(make_frame(2, marking="TLP:CLEAR"))
    package = cbp.give(pair.jtf, tmp_path, at=utc_now())
    stated = cbp.room.exchanges.packages("JTF")[0]
    server = pair.server()
    progress = server.announce(stated)
    with pytest.raises(TransferError, match=r"answers 422: .*it is of CBP, and DPS sent it"):
        server.send(stated, package, progress)
    pair.jtf.warehouse.refresh()
    assert from_partner(pair.jtf) == 0
    cbp.close()


def test_without_partners_nothing_is_there(bare_warehouse: Path, tmp_path: Path) -> None:
    office = open_office(bare_warehouse, tmp_path, "JTF")
    with serving(office.settings.data, tmp_path / "log.txt") as base:
        for method, path in (
            ("POST", PACKAGES_PATH),
            ("GET", f"{PACKAGES_PATH}/1"),
            ("POST", UPLOADS_PATH),
            ("PATCH", f"{UPLOADS_PATH}/{'0' * 64}"),
        ):
            found = requests.request(method, f"{base}{path}", timeout=60)
            assert (found.status_code, found.text) == (404, "no such page")
    office.close()


def test_a_number_that_is_not_known_any_more_gets_everything(pair: ServedPair) -> None:
    """A server that was set back to a backup does not know what it gave after it."""
    body = b'{"received": 999999999999}'
    found = answer(pair.front, ask(pair, body=body), body)
    assert found.status_code == 200, found.text
    (package,) = pair.jtf.room.exchanges.packages("DPS")
    assert (package.since, package.n, package.number) == (0, N, found.json()["number"])


def begun(pair: ServedPair) -> tuple[PartnerServer, PendingPackage, Progress]:
    """A package of the second office, of which the first piece has come."""
    office, server = pair.dps, pair.server()
    pending = pending_package(
        office.service, server.partner, "sent", node=office.node, now=utc_now()
    )
    assert pending is not None
    progress = server.announce(pending.package)
    assert (progress.received, progress.offset) == (0, 0)
    piece = pending.path.read_bytes()[:1_000]
    first = one_piece(server, pending, 0, piece)
    assert first.offset == 1_000
    return server, pending, first


def one_piece(
    server: PartnerServer, pending: PendingPackage, offset: int, piece: bytes
) -> Progress:
    stated = {"Upload-Offset": f"{offset}/{pending.package.size}"}
    path = f"{UPLOADS_PATH}/{pending.package.digest}"
    with server._send("PATCH", path, piece, headers=stated) as found:
        return Progress.model_validate_json(found.content)


def test_who_is_suspended_while_a_package_comes_sends_no_more_of_it(pair: ServedPair) -> None:
    server, pending, progress = begun(pair)
    pair.jtf.room.partners.suspend("DPS")
    with pytest.raises(TransferError, match="403: JTF has suspended the exchange with DPS"):
        server.send(pending.package, pending.path, progress)
    pair.jtf.warehouse.refresh()
    assert from_partner(pair.jtf) == 0
    pair.jtf.room.partners.resume("DPS")
    # It goes on where it was.
    assert server.announce(pending.package).offset >= 1_000
    server.send(pending.package, pending.path, progress)
    pair.jtf.warehouse.refresh()
    assert from_partner(pair.jtf) == N


def test_who_has_another_card_while_a_package_comes_is_asked_for_its_new_key(
    pair: ServedPair, tmp_path: Path
) -> None:
    server, pending, progress = begun(pair)
    (tmp_path / "renewed").mkdir()
    renewed = make_node(tmp_path / "renewed", "DPS")
    pair.jtf.room.partners.change("DPS", card=renewed.card)
    with pytest.raises(TransferError, match="401: the request is not signed by a partner"):
        server.send(pending.package, pending.path, progress)
    # Signed requests of the new key do not make a package of the old one valid.
    newer = replace(server, node=replace(pair.dps.node, keys=renewed.keys))
    with pytest.raises(TransferError, match=r"422: .*is not signed with the key on their card"):
        newer.send(pending.package, pending.path, newer.announce(pending.package))
    pair.jtf.warehouse.refresh()
    assert from_partner(pair.jtf) == 0


def test_the_same_package_sent_twice_at_once_is_received_once(pair: ServedPair) -> None:
    _, pending, progress = begun(pair)

    def send(_number: int) -> str:
        server = pair.server()
        try:
            return str(server.send(pending.package, pending.path, progress).received)
        except TransferError as refused:
            return str(refused)

    with ThreadPoolExecutor(2) as pool:
        answers = [*pool.map(send, range(2))]
    assert str(pending.package.number) in answers
    pair.jtf.warehouse.refresh()
    assert from_partner(pair.jtf) == N
    assert len(pair.jtf.room.exchanges.packages("DPS")) == 1


def test_what_was_not_announced_is_not_stored(pair: ServedPair) -> None:
    server, pending, _ = begun(pair)
    other = replace(pending, package=pending.package.model_copy(update={"digest": "0" * 64}))
    with pytest.raises(TransferError, match="422: it was not announced"):
        one_piece(server, other, 0, b"x" * 100)
    folder = Depot.of(pair.jtf.settings.data, "DPS").folder_of("arriving")
    assert [path.stem for path in folder.iterdir()] == [pending.package.digest]


@pytest.mark.parametrize(
    ("place", "status"),
    [
        ("x/9", 400),
        ("1", 400),
        ("0/99999999999999", 413),
        ("-1/9", 400),
        ("", 400),
        ("\N{SUPERSCRIPT TWO}/\N{SUPERSCRIPT TWO}", 400),
        (f"0/{'9' * 5_000}", 400),
    ],
)
def test_a_piece_says_where_it_belongs(pair: ServedPair, place: str, status: int) -> None:
    server = pair.server()
    with (
        pytest.raises(TransferError, match=f"answers {status}: "),
        server._send("PATCH", f"{UPLOADS_PATH}/{'0' * 64}", b"x", headers={"Upload-Offset": place}),
    ):
        pass


def test_a_package_over_the_limit_is_neither_announced_nor_fetched(pair: ServedPair) -> None:
    server, size = pair.server(), 5_000_000_000
    stated = begun(pair)[1].package
    with pytest.raises(TransferError, match="413: too large: at most 4096000000 bytes"):
        server.announce(stated.model_copy(update={"size": size}))
    offered = Offered(number=1, size=size, sha256="0" * 64)
    with pytest.raises(TransferError, match=r"more than .* \(COP_PACKAGE_MB\); it was not fetched"):
        server.fetch(offered, pair.dps.settings.data / "none.part")
    assert not (pair.dps.settings.data / "none.part").exists()
