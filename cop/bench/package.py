"""Packages between two servers: made, signed, sealed, sent and taken, each timed."""

import os
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final, TypeVar

from cop.bench.memory import read_rss_mb
from cop.bench.server import serving
from cop.exchange.depot import Asked, Depot, finish_file
from cop.exchange.incoming import receive_package
from cop.exchange.key import read_keys
from cop.exchange.outgoing import Node, give_package
from cop.exchange.package import describe_file, open_package, write_package
from cop.exchange.transfer import PartnerServer
from cop.ingest.demo.publish import publish_demo
from cop.ingest.region import ensure_region
from cop.model.giving import GivingRules
from cop.model.moment import utc_now
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.room.room import Room
from cop.store.warehouse import Warehouse

_GIVER: Final = "JTF"
_TAKER: Final = "DPS"
_DAYS: Final = 365
_RULES: Final = GivingRules(parts=("events",), highest="TLP:RED")
Found = TypeVar("Found")


def run_package(store: StoreSettings, *, events: int, seed: int) -> dict[str, Any]:
    """Give so many SYNTHETIC events from one warehouse to another over HTTP on this machine.

    Return {events, size_mb, make_s, sign_s, seal_s, send_s, import_s, growth_mb}: to work out and
    write what is given; to digest and sign it; to seal it; to send it, without TLS; to open, check
    and publish it. Signing and sealing are part of neither making nor sending. The growth is that
    of this process while it takes the package.
    """
    with tempfile.TemporaryDirectory(dir=store.data.parent if store.data.is_dir() else None) as at:
        folder = Path(at)
        giving = store.of_files(folder / _GIVER)
        taking = store.of_files(folder / _TAKER)
        publish_demo(
            giving, events=events, days=_DAYS, seed=seed, end=utc_now(),
            progress=lambda _step, _rows: None,
        )  # fmt: skip
        with open_transaction(taking) as transaction:
            ensure_region(transaction, None)
            transaction.commit("region")
        meet(giving, taking)
        return {"events": events, **_make(giving, folder), **_send(giving, taking, folder)}


def meet(giving: StoreSettings, taking: StoreSettings) -> None:
    """Make two servers partners, the first of which gives everything."""
    cards = {
        code: read_keys(settings).card(code, code)
        for code, settings in ((_GIVER, giving), (_TAKER, taking))
    }
    Room(giving).partners.add(cards[_TAKER], rules=_RULES)
    Room(taking).partners.add(cards[_GIVER])


def _make(giving: StoreSettings, folder: Path) -> dict[str, Any]:
    target, node = folder / "made.coppkg", Node(agency=_GIVER, keys=read_keys(giving))
    with closing(Warehouse(giving)) as warehouse:
        partner = warehouse.room.partners.get(_TAKER)
        service = QueryService(warehouse, tile_cache_mb=1)
        whole_s, package = _timed(
            lambda: give_package(service, partner, target, node=node, now=utc_now())
        )
    with open_package(
        target, keys=node.keys, find_sender=lambda _code: node.keys.card(_GIVER, _GIVER),
        receiver=_TAKER, now=utc_now(),
    ) as opened:  # fmt: skip
        paths = {file.name: opened.path(file.name) for file in opened.manifest.files}
        sign_s, _ = _timed(
            lambda: (
                [describe_file(name, path) for name, path in paths.items()],
                node.keys.sign.sign(opened.manifest.encode()),
            )
        )
        seal_s, _ = _timed(
            lambda: write_package(
                folder / "again.coppkg", opened.manifest, paths, keys=node.keys,
                receiver=partner.card,
            )
        )  # fmt: skip
    return {
        "size_mb": round(package.size / 1e6, 1),
        "make_s": round(whole_s - sign_s - seal_s, 2),
        "sign_s": round(sign_s, 2),
        "seal_s": round(seal_s, 2),
    }


def _send(giving: StoreSettings, taking: StoreSettings, folder: Path) -> dict[str, Any]:
    node = Node(agency=_TAKER, keys=read_keys(taking))
    depot = Depot.of(taking.data, _GIVER)
    with serving(giving, folder / "log.txt") as address, closing(Room(taking)) as room:
        known = room.partners.get(_GIVER)
        server = PartnerServer(node=node, partner=known.model_copy(update={"address": address}))
        offered = server.ask(Asked(received=0))
        part = depot.fetched(str(offered.sha256))
        sent_s, _ = _timed(lambda: server.fetch(offered, part))
        path, rss_mb = finish_file(part, str(offered.sha256)), read_rss_mb(os.getpid())
        taken_s, _ = _timed(lambda: receive_package(taking, room, path, node=node, now=utc_now()))
    return {
        "send_s": round(sent_s, 2),
        "import_s": round(taken_s, 2),
        "growth_mb": round(read_rss_mb(os.getpid()) - rss_mb, 1),
    }


def _timed(work: Callable[[], Found]) -> tuple[float, Found]:
    started = time.perf_counter()
    found = work()
    return time.perf_counter() - started, found
