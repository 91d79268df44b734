"""Two servers that are partners, one of them served behind a front with a certificate."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cop.exchange.outgoing import Node as ServerNode
from cop.exchange.transfer import PartnerServer, fetch_package, send_package
from cop.model.moment import utc_now
from tests.support.command import serving
from tests.support.partner import Office, open_office
from tests.support.record import make_frame
from tests.support.tls import Front, fronting


@dataclass
class ServedPair:
    """Two offices that are partners; the first one's server runs behind a front."""

    jtf: Office
    dps: Office
    front: Front

    def server(self, *, node: ServerNode | None = None) -> PartnerServer:
        """The first one's server as the second one speaks to it."""
        return PartnerServer(
            node=node or self.dps.node,
            partner=self.dps.room.partners.get("JTF"),
            authority=self.front.authority,
            piece_bytes=16_384,
        )

    def fetch(self) -> int:
        taken = fetch_package(self.dps.service, self.server(), now=utc_now())
        self.dps.warehouse.refresh()
        return 0 if taken is None else taken.counts.added

    def send(self) -> int:
        package = send_package(self.dps.service, self.server(), now=utc_now())
        self.jtf.warehouse.refresh()
        return 0 if package is None else package.n


@contextmanager
def open_pair(bare: Path, folder: Path, *, n: int, **environment: str) -> Iterator[ServedPair]:
    """Serve the first of two offices, each with n events of its own."""
    jtf, dps = (open_office(bare, folder, code) for code in ("JTF", "DPS"))
    jtf.meet(dps, highest="TLP:RED")
    dps.meet(jtf, highest="TLP:RED")
    for office in (jtf, dps):
        ids = [f"{office.code}-{i}" for i in range(n)]
        when = [utc_now() - timedelta(minutes=i) for i in range(n)]
        office.publish(
            make_frame(
                n, source_id=ids, occurred_at=when, county="Santa Cruz, AZ", marking="TLP:CLEAR"
            )
        )
    with (
        serving(jtf.settings.data, folder / "log.txt", environment=environment) as base,
        fronting(base, folder) as front,
    ):
        dps.room.partners.change("JTF", address=front.address)
        yield ServedPair(jtf, dps, front)
    jtf.close()
    dps.close()


def from_partner(office: Office) -> int:
    """How many events of an office are of its partners."""
    return sum(source != "own" for (source,) in office.rows("source"))
