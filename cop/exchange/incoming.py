"""Packages that are received: opened, checked, and published as one version."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import TypeAdapter, ValidationError

from cop.errors import InputFileError, LayerError, PackageError, PartnerError
from cop.exchange.folder import exchanging
from cop.exchange.given_row import ARROW, read_given, read_withdrawn
from cop.exchange.incoming_request import NoteAct, read_given_requests, take_requests
from cop.exchange.layer_file import (
    LAYERS_FILE,
    WITHDRAWN_LAYERS_FILE,
    StatedLayer,
    convert_layers,
    is_layer_file,
    read_stated_layers,
)
from cop.exchange.manifest import Manifest
from cop.exchange.outgoing import (
    EVENTS_FILE,
    SOURCES_FILE,
    WITHDRAWN_FILE,
    Node,
    note_of,
)
from cop.exchange.package import OpenedPackage, open_package
from cop.exchange.personal import leave_out_personal
from cop.exchange.request_file import REQUESTS_FILE, ReceivedRequest
from cop.exchange.rfi import LEAVE_OUT_REPLY
from cop.ingest.layer.received import ArrivedLayer, LayerChanges, apply_received_layers
from cop.ingest.region import ensure_region
from cop.ingest.source.registry import BatchReader
from cop.model.marking import highest_marking
from cop.model.partner import NodeCard
from cop.query.given.source import GivenSource
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import WriteTransaction, open_transaction
from cop.store.dataset.locate import Locator
from cop.store.dataset.received import (
    GIVEN_COLUMNS,
    WITHDRAWN_COLUMNS,
    ReceivedCounts,
    apply_received,
    check_sources,
    gives_itself,
    local_source,
    name_event,
)
from cop.store.dataset.source import Source, register_source, stored_sources
from cop.store.given.event import place_given
from cop.store.room.exchange import ExchangedPackage
from cop.store.room.room import Room

_MOST_SOURCES_BYTES: Final = 4_000_000
_SOURCES: Final = TypeAdapter(tuple[GivenSource, ...])
_KNOWN: Final = frozenset(
    {
        *(EVENTS_FILE, WITHDRAWN_FILE, SOURCES_FILE),
        *(LAYERS_FILE, WITHDRAWN_LAYERS_FILE, REQUESTS_FILE),
    }
)


@dataclass(frozen=True, kw_only=True)
class ReceivedPackage:
    """What became of a package: the package, what it changed, and the version with it.

    ``left_out`` are attributes and columns of layers that are about persons; ``unknown_requests``
    were answered, and are not known here: the answers were left out.
    """

    package: ExchangedPackage
    counts: ReceivedCounts
    version: int
    layers: LayerChanges
    requests: tuple[ReceivedRequest, ...] = ()
    unknown_requests: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    def for_record(self) -> dict[str, Any]:
        """Return what the audit record has of it."""
        return {
            "number": self.package.number,
            "added": self.counts.added,
            "changed": self.counts.changed,
            "withdrawn": self.counts.withdrawn,
            "version": self.version,
            "marking": self.package.marking,
            "requests": len(self.requests),
            **({"unknown_requests": len(self.unknown_requests)} if self.unknown_requests else {}),
            **self.layers.for_record(),
            **self.counts.delays.for_record(),
            **({"left_out": ", ".join(self.left_out)} if self.left_out else {}),
        }


def receive_package(
    settings: StoreSettings,
    room: Room,
    path: Path,
    *,
    node: Node,
    now: datetime,
    sender: str | None = None,
    note: NoteAct = lambda _action, _subject, _detail: None,
) -> ReceivedPackage:
    """Take a partner's package: all of it in one version, or nothing.

    Where the room fails after that version, the package is taken again: nothing comes twice.
    ``sender`` is whose it has to be, if that is known; ``note`` records each request that came,
    and each reply to one, before it is stored. Raise PackageError or PartnerError with
    what is wrong with it: then nothing was taken.
    """

    def find_sender(code: str) -> NodeCard:
        partner = room.partners.find(code)
        if partner is None:
            raise PartnerError(
                f"{path.name}: it says that it is of {code}, which is no partner here; nothing was "
                "taken from it"
            )
        if not partner.is_active:
            raise PartnerError(
                f"{path.name}: {code} is suspended: `cop partner resume {code}` first"
            )
        return partner.card

    with (
        # What is not sealed lies below the warehouse, where a killed process leaves nothing long.
        exchanging(settings) as scratch,
        open_package(
            path,
            keys=node.keys,
            find_sender=find_sender,
            receiver=node.agency,
            now=now,
            scratch=scratch,
        ) as opened,
    ):
        manifest = opened.manifest
        if sender not in (None, manifest.sender):
            raise PackageError(f"{path.name}: it is of {manifest.sender}, and {sender} sent it")
        _check_order(path, opened, room)
        content = _read(path, opened, node)
        sources = _list_heard(content)
        rows, left_out = leave_out_personal(content.events)
        layers, columns_left_out = convert_layers(
            opened.folder, content.layers, scratch, convert=node.convert
        )
        requests, unknown = read_given_requests(opened, receiver=node.agency, room=room)
        with open_transaction(settings) as transaction:
            check_sources(transaction, {local_source(one.origin, one.id) for one in sources})
            locator = ensure_region(transaction, settings.region)
            counts = apply_received(
                transaction,
                manifest.sender,
                place_rows(rows, locator),
                content.withdrawn,
                number=manifest.number,
                is_whole=manifest.since == 0,
                at=now,
            )
            for source in sources:
                _declare(path, transaction, manifest.sender, source)
            changes = _apply_layers(path, transaction, content, layers)
            version = transaction.commit(f"package {manifest.number} of {manifest.sender}")
        changes.note(settings, by=manifest.sender, version=version)
        for rfi_id in unknown:
            note(LEAVE_OUT_REPLY, f"rfi {rfi_id}", {"partner": manifest.sender})
        news = take_requests(requests, manifest, room, host=node.agency, note=note)
        package = note_of(manifest, path, direction="received", at=now)
        room.exchanges.note(package)
        given = room.exchanges.state(manifest.sender).given
        # One that is not known here was given before a restore: they get everything again.
        confirmed = manifest.has if manifest.has <= given else 0
        room.exchanges.advance(manifest.sender, received=manifest.number, confirmed=confirmed)
    return ReceivedPackage(
        package=package,
        counts=counts,
        version=version,
        layers=changes,
        requests=news,
        unknown_requests=unknown,
        left_out=tuple(sorted({*left_out, *columns_left_out})),
    )


def _apply_layers(
    path: Path,
    transaction: WriteTransaction,
    content: "PackageContent",
    layers: tuple[ArrivedLayer, ...],
) -> LayerChanges:
    """Merge the layers of a package; PackageError if one of them cannot be shown."""
    manifest, gone = content.manifest, content.withdrawn_layers
    columns = (gone[name].to_pylist() for name in ("origin", "record", "number"))
    try:
        return apply_received_layers(
            transaction,
            manifest.sender,
            layers,
            {(origin, record): number for origin, record, number in zip(*columns, strict=True)},
            number=manifest.number,
            is_whole=manifest.since == 0,
        )
    except (LayerError, InputFileError, ValidationError) as fault:
        why = str(fault)[:300]
        raise PackageError(f"{path.name}: a layer: {why}; nothing was taken") from fault


def _check_order(path: Path, opened: OpenedPackage, room: Room) -> None:
    """Refuse what was received before, what is older, and what follows one that is missing."""
    manifest = opened.manifest
    state = room.exchanges.state(manifest.sender)
    if manifest.number == state.received:
        raise PackageError(
            f"{path.name}: package {manifest.number} of {manifest.sender} was received before; "
            "nothing changes"
        )
    if manifest.number < state.received:
        raise PackageError(
            f"{path.name}: package {manifest.number} of {manifest.sender} is older than "
            f"{state.received}, which was received before; nothing changes"
        )
    if manifest.since > state.received:
        raise PackageError(
            f"{path.name}: package {manifest.number} of {manifest.sender} follows "
            f"{manifest.since}, which was not received: receive that one first, or ask "
            f"{manifest.sender} for a whole one (`cop exchange export --whole`)"
        )


@dataclass(frozen=True, kw_only=True)
class PackageContent:
    """The content of a package: events (GIVEN_COLUMNS), sources, layers, and what is withdrawn.

    The features of layers are still to be converted.
    """

    manifest: Manifest
    events: pa.Table
    withdrawn: pa.Table
    sources: tuple[GivenSource, ...]
    layers: tuple[StatedLayer, ...]
    withdrawn_layers: pa.Table


def read_package_content(path: Path, opened: OpenedPackage, reader: BatchReader) -> PackageContent:
    """Read what an opened package holds; raise PackageError unless all of it is valid."""
    manifest = opened.manifest
    names = {file.name for file in manifest.files}
    unknown = {name for name in names - _KNOWN if not is_layer_file(name)}
    if unknown:
        raise PackageError(
            f"{path.name}: {sorted(unknown)[0]} is no file that this version of the program knows"
        )
    events = empty_rows(GIVEN_COLUMNS)
    sources: tuple[GivenSource, ...] = ()
    if EVENTS_FILE in names:
        events = read_given(
            opened.path(EVENTS_FILE),
            sender=manifest.sender,
            most_number=manifest.number,
            made_at=manifest.made_at,
            reader=reader,
        )
        sources = read_given_sources(opened.path(SOURCES_FILE), events)
    withdrawn, withdrawn_layers = (
        read_withdrawn(opened.path(name), most_number=manifest.number, reader=reader)
        if name in names
        else empty_rows(WITHDRAWN_COLUMNS)
        for name in (WITHDRAWN_FILE, WITHDRAWN_LAYERS_FILE)
    )
    return PackageContent(
        manifest=manifest,
        events=events,
        withdrawn=withdrawn,
        sources=sources,
        layers=read_stated_layers(opened.folder, manifest),
        withdrawn_layers=withdrawn_layers,
    )


def _read(path: Path, opened: OpenedPackage, node: Node) -> PackageContent:
    content = read_package_content(path, opened, node.reader)
    for table in (content.events, content.withdrawn, content.withdrawn_layers):
        if node.agency in table["origin"].to_pylist():
            raise PackageError(
                f"{path.name}: it gives {node.agency} its own records back; nothing was taken"
            )
    return content


def read_given_sources(path: Path, rows: pa.Table) -> tuple[GivenSource, ...]:
    """Read the declarations of sources; PackageError unless each row fits that of its own."""
    try:
        if path.stat().st_size > _MOST_SOURCES_BYTES:
            raise ValueError(f"more than {_MOST_SOURCES_BYTES:,} bytes")
        sources = _SOURCES.validate_python(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError) as fault:
        why = str(fault)[:200]
        raise PackageError(f"{path.name}: not the sources of a package: {why}") from fault
    declared = {(source.origin, source.id): source.synthetic for source in sources}
    if len(declared) < len(sources):
        raise PackageError(f"{path.name}: a source is declared twice")
    columns = (rows[name].to_pylist() for name in ("origin", "origin_source", "synthetic"))
    for row, (origin, name, synthetic) in enumerate(zip(*columns, strict=True)):
        stated = declared.get((origin, name))
        if stated is None:
            raise PackageError(f"{path.name}: source {name} of {origin} is not declared")
        if stated != synthetic:
            is_what = {True: "synthetic", False: "real"}
            raise PackageError(
                f"{EVENTS_FILE}, row {row + 1}: it is {is_what[synthetic]}, and its source {name} "
                f"of {origin} is declared {is_what[stated]}"
            )
    return sources


def empty_rows(columns: Mapping[str, str]) -> pa.Table:
    """Return a table of these columns without rows."""
    return pa.table({name: pa.array([], ARROW[kind]) for name, kind in columns.items()})


def place_rows(rows: pa.Table, locator: Locator) -> pa.Table:
    """Add what a row is here: its source, its event, and where it lies as far as it says so."""
    placed = place_given(rows, locator, is_sector=pc.equal(rows["precision"], "sector"))
    origins, names = rows["origin"].to_pylist(), rows["origin_source"].to_pylist()
    sources = [local_source(*pair) for pair in zip(origins, names, strict=True)]
    ids = [
        name_event(source, record)
        for source, record in zip(sources, rows["record"].to_pylist(), strict=True)
    ]
    placed = placed.append_column("source", pa.array(sources, pa.string()))
    return placed.append_column("event_id", pa.array(ids, pa.string()))


def _list_heard(content: PackageContent) -> tuple[GivenSource, ...]:
    """Return the sources that a package may declare: the sender's own, others' with rows in it.

    A package declares the source of whatever its receiver has, also where no row of it changed.
    """
    columns = (content.events[name].to_pylist() for name in ("origin", "origin_source"))
    named = {*zip(*columns, strict=True)}
    return tuple(
        source
        for source in content.sources
        if source.origin == content.manifest.sender or (source.origin, source.id) in named
    )


def _declare(path: Path, transaction: WriteTransaction, sender: str, source: GivenSource) -> None:
    """Declare a source that came; of one of a third agency only what is not known yet.

    Who passes records on has no say over their source: its marking alone may rise, while its origin
    gives nothing here itself. Each record has a marking of its own. Raise PackageError if it is
    said to be synthetic and is real, or the other way round.
    """
    found = _localize(source)
    stored = stored_sources(transaction).get(found.id)
    if stored is not None and source.origin != sender:
        known, _ = stored
        if known.synthetic != found.synthetic:
            is_what = {True: "synthetic", False: "real"}
            raise PackageError(
                f"{path.name}: source {source.id} of {source.origin} is "
                f"{is_what[known.synthetic]}, and {sender} says that it is "
                f"{is_what[found.synthetic]}; nothing was taken"
            )
        if gives_itself(transaction, source.origin):
            return
        found = known.model_copy(
            update={"marking": highest_marking((known.marking, found.marking))}
        )
    register_source(transaction, found)


def _localize(source: GivenSource) -> Source:
    """Return a partner's source as it is declared here."""
    return Source(
        id=local_source(source.origin, source.id),
        title=f"{source.title} ({source.origin})",
        publisher=source.publisher,
        terms=source.terms,
        attribution=source.attribution,
        marking=source.marking,
        synthetic=source.synthetic,
        cadence_days=source.cadence_days,
    )
