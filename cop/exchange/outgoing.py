"""Packages that are given: what a partner gets by its rules, since what it has."""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Self

from cop.access.policy import Policy
from cop.errors import PartnerError
from cop.exchange.folder import EXCHANGE_FOLDER, exchanging
from cop.exchange.key import NodeKeys, read_keys
from cop.exchange.layer_file import (
    LAYERS_FILE,
    WITHDRAWN_LAYERS_FILE,
    LayerConverter,
    build_converter,
    write_layers_file,
)
from cop.exchange.manifest import Manifest
from cop.exchange.package import describe_file, write_package
from cop.exchange.partner_release import release_partner
from cop.exchange.request_file import (
    REQUESTS_FILE,
    GivenRequest,
    digest_requests,
    list_given_requests,
    mark_requests,
    write_requests,
)
from cop.ingest.sandbox.reader import SandboxReader
from cop.ingest.source.registry import BatchReader
from cop.model.giving import Giver
from cop.model.marking import highest_marking
from cop.model.partner import Partner
from cop.model.release import Release
from cop.query.given.event import grant_events, release_for
from cop.query.given.layer import grant_layers, write_layers
from cop.query.given.source import GivenSource, list_sources
from cop.query.given.state import GivenFiles, write_given
from cop.query.service import QueryService
from cop.settings import StoreSettings, UploadSettings
from cop.store.catalogue.writer import file_sha256, write_file
from cop.store.room.exchange import Direction, ExchangedPackage, ExchangeState

EVENTS_FILE, WITHDRAWN_FILE, SOURCES_FILE = "events.parquet", "withdrawn.parquet", "sources.json"
VALID_FOR: Final = timedelta(days=30)
REQUESTS_DIGEST: Final = "requests_digest"
_REQUESTS_HAD: Final = "requests_had"
_NO_REQUESTS: Final = digest_requests(())
_SANDBOX_MB: Final = 1_024


def _build_sandbox() -> BatchReader:
    return SandboxReader(settings=UploadSettings.model_construct(), memory_mb=_SANDBOX_MB)


@dataclass(frozen=True, kw_only=True)
class Node:
    """This server among others: its agency, its keys, and what partners may read at most.

    ``reader`` parses what they give, and ``convert`` their layers: by default a process in the
    sandbox.
    """

    agency: str
    keys: NodeKeys
    release: Callable[[Partner], Release] = release_for
    reader: BatchReader = field(default_factory=_build_sandbox)
    convert: LayerConverter = field(
        default_factory=lambda: build_converter(UploadSettings.model_construct())
    )

    @classmethod
    def of(
        cls,
        settings: StoreSettings,
        policy: Policy,
        *,
        reader: BatchReader,
        limits: UploadSettings | None = None,
    ) -> Self:
        """Return the server of a warehouse: a partner gets no more than its people may read.

        ``limits`` are of the files of layers that partners give.
        """
        return cls(
            agency=policy.host,
            keys=read_keys(settings),
            release=lambda partner: release_partner(policy, partner),
            reader=reader,
            convert=build_converter(limits or UploadSettings.model_construct()),
        )

    @property
    def giver(self) -> Giver:
        """This server as it gives."""
        return Giver(agency=self.agency, secret=self.keys.hiding_secret)


def give_package(
    service: QueryService,
    partner: Partner,
    target: Path,
    *,
    node: Node,
    now: datetime,
    whole: bool = False,
    valid_for: timedelta = VALID_FOR,
) -> ExchangedPackage:
    """Write the next package for a partner, and note it.

    It holds what changed since the newest package that the partner confirmed, or everything if it
    confirmed none, or where a ``whole`` one is asked for. Raise PartnerError if the partner is
    suspended or its rules cannot be followed.
    """
    order = _Order(node=node, now=now, whole=whole, valid_for=valid_for, even_empty=True)
    package = _give(service, partner, target, order)
    assert package is not None  # noqa: S101 an empty one is asked for as well
    return package


def give_news(
    service: QueryService, partner: Partner, target: Path, *, node: Node, now: datetime
) -> ExchangedPackage | None:
    """Do as ``give_package``, but write and note nothing, and return None, if nothing is new."""
    return _give(service, partner, target, _Order(node=node, now=now))


@dataclass(frozen=True, kw_only=True)
class _Order:
    node: Node
    now: datetime
    whole: bool = False
    valid_for: timedelta = VALID_FOR
    even_empty: bool = False


def _give(
    service: QueryService, partner: Partner, target: Path, order: _Order
) -> ExchangedPackage | None:
    node, now = order.node, order.now
    if not partner.is_active:
        raise PartnerError(
            f"partner {partner.code} is suspended: `cop partner resume {partner.code}` first"
        )
    warehouse = service.warehouse
    exchanges = warehouse.room.exchanges
    with exchanging(warehouse.settings) as scratch:
        # Read here: another process may have given the last number just now.
        state = exchanges.state(partner.code)
        stored = _find_state(warehouse.folder, state)
        is_lost = stored is None and state.given_state is not None
        since = 0 if order.whole or is_lost else state.confirmed
        # Numbers go on after a restore of an earlier backup, too.
        number = max(state.given + 1, int(now.timestamp()))
        released = service.released_to(node.release(partner))
        with warehouse.cursor() as cursor:
            grant_events(cursor, released, partner, giver=node.giver, now=now)
            granted = grant_layers(cursor, released, partner, giver=node.giver, now=now)
            given = write_given(
                cursor,
                scratch,
                stored=stored,
                number=number,
                since=since,
                at=now,
                layers=write_layers(cursor, granted, scratch / "features"),
            )
            sources = list_sources(cursor, released, agency=node.agency)
            every = list_given_requests(
                warehouse.room,
                partner.code,
                agency=node.agency,
                release=node.release(partner),
                now=now,
            )
            news = _list_news(every, exchanges.packages(partner.code), since)
            requests = (
                write_requests(scratch / REQUESTS_FILE, news, cursor, giver=node.giver)
                if news
                else ()
            )
        # A whole one without records takes back what was given before.
        takes_nothing = since > 0 or not state.given
        n_layers = len(given.layers) + given.n_layers_withdrawn
        is_empty = not (given.n + given.n_withdrawn + n_layers or requests)
        if takes_nothing and not order.even_empty and is_empty:
            return None
        contents = _collect(scratch, given, sources, requests)
        manifest = Manifest(
            sender=node.agency,
            receiver=partner.code,
            number=number,
            since=since,
            made_at=now,
            expires_at=now + order.valid_for,
            version=warehouse.snapshot.version,
            has=state.received,
            marking=highest_marking((*given.markings, mark_requests(requests))),
            files=tuple(describe_file(name, path, rows=n) for name, (path, n) in contents.items()),
        )
        # What a package may hold is noted before it is written: otherwise it might never be
        # withdrawn again.
        name = _store_state(warehouse.folder, partner.code, given.state)
        exchanges.advance(partner.code, given=number, given_state=name)
        paths = {name: path for name, (path, _) in contents.items()}
        write_package(
            target, manifest, paths, keys=node.keys, receiver=partner.card, scratch=scratch
        )
        more: dict[str, int | list[str] | str] = {
            "added": given.news.added,
            "changed": given.news.changed,
            "removed": given.news.gone,
            "layers_added": given.layer_news.added,
            "layers_changed": given.layer_news.changed,
            "layers_removed": given.layer_news.gone,
            **_note_requests(every, news[len(requests) :]),
            **given.delays.for_record(),
        }
        package = note_of(manifest, target, direction="given", at=now)
        package = package.model_copy(update={"more": more})
        exchanges.note(package)
    return package


def _list_news(
    every: tuple[GivenRequest, ...], packages: Sequence[ExchangedPackage], since: int
) -> tuple[GivenRequest, ...]:
    """Return the requests for a package: all if one is new since the one that was confirmed.

    Where that one could not hold all, those that it and the ones before it held are left out.
    """
    confirmed = (p.more for p in packages if p.direction == "given" and p.number == since)
    noted = next(confirmed, {}) if since > 0 else {}
    if since > 0 and digest_requests(every) == (noted.get(REQUESTS_DIGEST) or _NO_REQUESTS):
        return ()
    had = noted.get(_REQUESTS_HAD)
    names = {*had} if isinstance(had, list) else set()
    return tuple(one for one in every if digest_requests((one,)) not in names)


def _note_requests(
    every: Sequence[GivenRequest], left: Sequence[GivenRequest]
) -> dict[str, str | list[str]]:
    """Return what is noted of the requests that a partner has with a package, but those ``left``.

    All of them have one digest; if some are left for the next package, each of the others has one.
    """
    if not left:
        return {REQUESTS_DIGEST: digest_requests(every)}
    lacking = {one.question.id for one in left}
    had = [digest_requests((one,)) for one in every if one.question.id not in lacking]
    return {_REQUESTS_HAD: had}


def note_of(
    manifest: Manifest, path: Path, *, direction: Direction, at: datetime
) -> ExchangedPackage:
    """Return what is stored of a package, whose partner is its sender or its receiver."""
    rows = {file.name: file.rows for file in manifest.files}
    return ExchangedPackage(
        partner=manifest.receiver if direction == "given" else manifest.sender,
        direction=direction,
        number=manifest.number,
        since=manifest.since,
        made_at=manifest.made_at,
        at=at,
        digest=file_sha256(path),
        marking=manifest.marking,
        n=rows.get(EVENTS_FILE, 0),
        withdrawn=rows.get(WITHDRAWN_FILE, 0),
        size=path.stat().st_size,
        requests=rows.get(REQUESTS_FILE, 0),
        layers=rows.get(LAYERS_FILE, 0),
        layers_withdrawn=rows.get(WITHDRAWN_LAYERS_FILE, 0),
    )


def _collect(
    folder: Path,
    given: GivenFiles,
    sources: tuple[GivenSource, ...],
    requests: Sequence[GivenRequest],
) -> dict[str, tuple[Path, int]]:
    """Return the files of a package by name, with their rows; what would be empty is left out."""
    found: dict[str, tuple[Path, int]] = {}
    if given.events is not None:
        found[EVENTS_FILE] = (given.events, given.n)
        listed = folder / SOURCES_FILE
        listed.write_text(json.dumps([source.model_dump(mode="json") for source in sources]))
        found[SOURCES_FILE] = (listed, len(sources))
    if given.withdrawn is not None:
        found[WITHDRAWN_FILE] = (given.withdrawn, given.n_withdrawn)
    if given.layers:
        listed = folder / LAYERS_FILE
        write_layers_file(listed, given.layers)
        found[LAYERS_FILE] = (listed, len(given.layers))
        found |= {layer.given.file: (layer.path, layer.n) for layer in given.layers}
    if given.withdrawn_layers is not None:
        found[WITHDRAWN_LAYERS_FILE] = (given.withdrawn_layers, given.n_layers_withdrawn)
    if requests:
        found[REQUESTS_FILE] = (folder / REQUESTS_FILE, len(requests))
    return found


def _find_state(folder: Path, state: ExchangeState) -> Path | None:
    """Return the file of what a partner was given; None if it is not there any more."""
    if state.given_state is None:
        return None
    path = folder / EXCHANGE_FOLDER / state.given_state
    return path if path.is_file() and file_sha256(path) == path.stem else None


def _store_state(folder: Path, code: str, state: Path | None) -> str | None:
    """Store what a partner has from now on, by its content, and remove what it had."""
    own = folder / EXCHANGE_FOLDER / code
    written = None
    if state is not None:
        written = write_file(own, ".parquet", lambda draft: bool(shutil.copyfile(state, draft)))
    for path in own.glob("*.parquet") if own.is_dir() else ():
        if written is None or path != written.path:
            path.unlink()
    return None if written is None else f"{code}/{written.path.name}"
