"""Servers of agencies and their packages, for tests of the exchange."""

import io
import tarfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pyrage

from cop.errors import PartnerError
from cop.exchange.incoming import ReceivedPackage, receive_package
from cop.exchange.key import NodeKeys, read_keys
from cop.exchange.manifest import Manifest
from cop.exchange.outgoing import Node as ServerNode
from cop.exchange.outgoing import give_package
from cop.exchange.package import describe_file, write_package
from cop.ingest.reader import DirectReader
from cop.model.giving import GivingRules
from cop.model.partner import NodeCard
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.room.room import Room
from cop.store.warehouse import Warehouse
from tests.support.store import publish_events
from tests.support.warehouse import copy_warehouse

MADE_AT = datetime(2026, 11, 24, 18, 30)


@dataclass(frozen=True)
class Node:
    """A server: its keys and its card."""

    keys: NodeKeys
    card: NodeCard

    @property
    def code(self) -> str:
        return self.card.agency


def make_node(folder: Path, agency: str) -> Node:
    """Make a server's keys in a folder of its own."""
    data = folder / agency
    data.mkdir()
    keys = read_keys(StoreSettings(data=data))
    return Node(keys=keys, card=keys.card(agency, f"Office {agency}"))


def known(*nodes: Node) -> Callable[[str], NodeCard]:
    """Return who finds the cards of these servers alone."""
    cards = {node.code: node.card for node in nodes}

    def find(code: str) -> NodeCard:
        if code not in cards:
            raise PartnerError(f"no partner {code!r}")
        return cards[code]

    return find


def manifest_of(sender: Node, receiver: Node, /, **stated: Any) -> Manifest:
    """Build a manifest without files, valid for a week."""
    built: dict[str, Any] = {
        "sender": sender.code, "receiver": receiver.code, "number": 1, "since": 0,
        "made_at": MADE_AT, "expires_at": MADE_AT + timedelta(days=7), "version": 3,
        "marking": "TLP:GREEN",
    }  # fmt: skip
    return Manifest(**built | stated)


def packed(
    target: Path,
    sender: Node,
    receiver: Node,
    contents: Mapping[str, bytes],
    *,
    rows: Mapping[str, int] | None = None,
    **stated: Any,
) -> Path:
    """Write a package with these contents by name, and the ``rows`` that are stated of them."""
    folder = target.with_suffix(".files")
    sources = {}
    for name, content in contents.items():
        sources[name] = folder / name
        sources[name].parent.mkdir(parents=True, exist_ok=True)
        sources[name].write_bytes(content)
    n = rows or {}
    files = tuple(describe_file(name, path, rows=n.get(name, 0)) for name, path in sources.items())
    manifest = manifest_of(sender, receiver, files=files, **stated)
    write_package(target, manifest, sources, keys=sender.keys, receiver=receiver.card)
    return target


def repacked(
    package: Path, node: Node, change: Callable[[list[tuple[str, bytes]]], list[tuple[str, bytes]]]
) -> Path:
    """Open a package as its receiver, change its members, and seal it again for the receiver."""
    plain = pyrage.decrypt(package.read_bytes(), [node.keys.seal])
    with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
        members = [
            (entry.name, content.read())
            for entry in tar
            if (content := tar.extractfile(entry)) is not None
        ]
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, content in change(members):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    target = package.with_name(f"changed-{package.name}")
    target.write_bytes(pyrage.encrypt(out.getvalue(), [node.keys.seal.to_public()]))
    return target


@dataclass(frozen=True, eq=False)
class Office:
    """A server with a warehouse, and what it exchanges with others."""

    node: ServerNode
    settings: StoreSettings
    warehouse: Warehouse
    service: QueryService

    @property
    def code(self) -> str:
        return self.node.agency

    @property
    def room(self) -> Room:
        return self.warehouse.room

    def card(self) -> NodeCard:
        return self.node.keys.card(self.code, f"Office {self.code}")

    def meet(self, other: "Office", *, hop_limit: int = 3, **rules: Any) -> None:
        """Add another office as a partner; it is given events unless told otherwise."""
        given = GivingRules(**{"parts": ("events",), **rules})
        self.room.partners.add(other.card(), hop_limit=hop_limit, rules=given)

    def publish(self, frame: pd.DataFrame, *, source: str = "own") -> None:
        publish_events(self.settings, frame.assign(source=source), source=source)
        self.warehouse.refresh()

    def remove(self, ids: Collection[str], *, source: str = "own") -> None:
        """Publish a version without some records of a source."""
        with open_transaction(self.settings) as transaction:
            for month in [*transaction.months]:
                transaction.replace_month(
                    month,
                    "FROM read_parquet($files, hive_partitioning => false) WHERE "
                    "NOT (source = $source AND source_id IN (SELECT unnest($ids::VARCHAR[])))",
                    {
                        "files": transaction.files_of_month(month),
                        "source": source,
                        "ids": [*ids],
                    },
                )
            transaction.commit("removed")

    def give(self, other: "Office", folder: Path, *, at: datetime, whole: bool = False) -> Path:
        """Write the next package for another office."""
        self.warehouse.refresh()
        target = folder / f"{self.code}-{other.code}-{len([*folder.iterdir()])}.coppkg"
        partner = self.room.partners.get(other.code)
        give_package(self.service, partner, target, node=self.node, now=at, whole=whole)
        return target

    def take(self, package: Path, *, at: datetime) -> ReceivedPackage:
        """Receive a package."""
        taken = receive_package(self.settings, self.room, package, node=self.node, now=at)
        self.warehouse.refresh()
        return taken

    def rows(self, *columns: str) -> list[tuple[Any, ...]]:
        """The events that are published, in order."""
        snapshot = self.warehouse.snapshot
        files = list(snapshot.catalogue.event_files)
        if not files:
            return []
        return self.warehouse.query(
            f"SELECT {', '.join(columns)} FROM read_parquet($files) ORDER BY ALL",
            {"files": files},
        )

    def close(self) -> None:
        self.warehouse.close()


def open_office(bare: Path, folder: Path, agency: str, **stated: Any) -> Office:
    """Open a server of an agency on a copy of a warehouse with a region alone.

    ``stated`` is what else its node has.
    """
    data = copy_warehouse(bare, folder / agency)
    settings = StoreSettings(data=data, threads=1)
    warehouse = Warehouse(settings)
    node = ServerNode(agency=agency, keys=read_keys(settings), reader=DirectReader(), **stated)
    service = QueryService(warehouse, tile_cache_mb=1)
    return Office(node=node, settings=settings, warehouse=warehouse, service=service)


@contextmanager
def open_offices(
    bare: Path, folder: Path, *, rules: Mapping[str, Any] = MappingProxyType({}), **stated: Any
) -> Iterator[tuple[Office, Office, Office]]:
    """Open three servers, each a partner of the others by the same rules, until the block ends."""
    found = [open_office(bare, folder, code, **stated) for code in ("JTF", "DPS", "CBP")]
    for office in found:
        for other in found:
            if other is not office:
                office.meet(other, **rules)
    yield found[0], found[1], found[2]
    for office in found:
        office.close()
