"""Exchange over HTTPS: two servers of the real command, cut in the middle."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cop.errors import CopError, TransferError
from cop.exchange.transfer import PartnerServer, fetch_package
from cop.model.moment import utc_now
from tests.support.record import make_frame
from tests.support.served_pair import ServedPair, from_partner, open_pair

pytestmark = pytest.mark.exchange
N = 6_000


@pytest.fixture
def pair(bare_warehouse: Path, tmp_path: Path) -> Iterator[ServedPair]:
    with open_pair(bare_warehouse, tmp_path, n=N) as pair:
        yield pair


def test_shown_both_ways_are_resumed_where_they_were_cut(pair: ServedPair) -> None:
    size = 60_000
    for way, exchange, taker in (("down", pair.fetch, pair.dps), ("up", pair.send, pair.jtf)):
        pair.front.cut_after[way] = pair.front.passed[way] + size
        with pytest.raises(TransferError, match="cannot be reached"):
            exchange()
        assert pair.front.cuts == 1
        assert from_partner(taker) == 0
        pair.front.cuts = 0
        before = pair.front.passed[way]
        assert exchange() == N
        assert from_partner(taker) == N
        package = taker.room.exchanges.packages()[0]
        assert pair.front.passed[way] - before < package.size
        assert exchange() == 0


def test_what_changed_and_went_is_fetched_alone(pair: ServedPair) -> None:
    assert pair.fetch() == N
    pair.jtf.remove([f"JTF-{i}" for i in range(7)])
    pair.jtf.publish(make_frame(3, source_id=["a", "b", "c"], marking="TLP:CLEAR"))
    taken = fetch_package(pair.dps.service, pair.server(), now=utc_now())
    assert taken is not None
    assert (taken.counts.added, taken.counts.withdrawn, taken.package.n) == (3, 7, 3)
    pair.dps.warehouse.refresh()
    assert from_partner(pair.dps) == N - 4


@pytest.mark.parametrize("authority", [None, "other"])
def test_a_server_whose_certificate_is_not_known_is_not_asked(
    pair: ServedPair, tmp_path: Path, authority: str | None
) -> None:
    path = None
    if authority is not None:
        path = tmp_path / "other.crt"
        path.write_text("no certificate")
    server = PartnerServer(
        node=pair.dps.node, partner=pair.dps.room.partners.get("JTF"), authority=path
    )
    with pytest.raises(CopError, match=r"JTF: https://127\.0\.0\.1:.* cannot be reached"):
        fetch_package(pair.dps.service, server, now=utc_now())
