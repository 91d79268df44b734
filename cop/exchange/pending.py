"""Packages that are on their way to a partner: what was broken off goes on with the same bytes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cop.exchange.depot import Depot, Sort
from cop.exchange.outgoing import Node, give_news
from cop.exchange.package import SUFFIX
from cop.exchange.request_file import digest_requests, list_given_requests
from cop.model.partner import Partner
from cop.query.service import QueryService
from cop.store.room.exchange import ExchangedPackage

_GOES_ON_FOR: Final = timedelta(hours=6)
_BASIS_DIGITS: Final = 32


@dataclass(frozen=True, kw_only=True)
class PendingPackage:
    """A package on its way, and its file."""

    package: ExchangedPackage
    path: Path


def pending_package(
    service: QueryService, partner: Partner, sort: Sort, *, node: Node, now: datetime
) -> PendingPackage | None:
    """Return the package that a partner is to get next; None if there is nothing new for it.

    It is the one that is on its way, as long as nothing has changed that it was made from: what may
    not be given any more is not sent. Raise PartnerError as ``give_package`` does.
    """
    warehouse = service.warehouse
    depot, exchanges = Depot.of(warehouse.folder, partner.code), warehouse.room.exchanges
    basis = _name_basis(service, partner, node, now)
    found = _find(depot, sort, basis, exchanges.packages(partner.code))
    if found is not None and found.package.at + _GOES_ON_FOR > now:
        return found
    depot.clear(sort)
    draft = depot.folder_of(sort) / f"draft{SUFFIX}"
    package = give_news(service, partner, draft, node=node, now=now)
    if package is None:
        return None
    return PendingPackage(
        package=package,
        path=draft.replace(draft.with_name(f"{package.number}-{basis}{SUFFIX}")),
    )


def _name_basis(service: QueryService, partner: Partner, node: Node, now: datetime) -> str:
    """Name what a package is made from: the version, the rules, the requests, and what it has."""
    confirmed = service.warehouse.room.exchanges.state(partner.code).confirmed
    stated = (
        service.warehouse.snapshot.version,
        partner.model_dump_json(),
        node.release(partner),
        confirmed,
        digest_requests(
            list_given_requests(
                service.warehouse.room,
                partner.code,
                agency=node.agency,
                release=node.release(partner),
                now=now,
            )
        ),
    )
    return hashlib.sha256(repr(stated).encode()).hexdigest()[:_BASIS_DIGITS]


def _find(
    depot: Depot, sort: Sort, basis: str, packages: Sequence[ExchangedPackage]
) -> PendingPackage | None:
    newest = next((package for package in packages if package.direction == "given"), None)
    if newest is None:
        return None
    path = depot.folder_of(sort) / f"{newest.number}-{basis}{SUFFIX}"
    return PendingPackage(package=newest, path=path) if path.is_file() else None
