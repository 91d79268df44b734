"""The layers that a partner is given by its rules, and the files of their features.

A layer is given as exactly as it is or not at all: to a partner that gets coarser positions, none.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cop.errors import PartnerError
from cop.model.given_layer import MOST_LAYERS, GivenLayer
from cop.model.giving import Giver
from cop.model.uploaded import FEATURE_ID, OCCURRED_AT, Declaration, UploadedLayer
from cop.query.service import QueryService
from cop.store.catalogue.writer import write_parquet
from cop.store.engine import Cursor, fetch, quote
from cop.store.given.area import read_area
from cop.store.given.event import Receiver
from cop.store.given.layer import may_give_layer, select_features

_HASH_BYTES: Final = 8
_RECORD_DIGITS: Final = 32


@dataclass(frozen=True, kw_only=True)
class GrantedLayer:
    """A layer that is given, how many features of it, and how they are selected.

    The number of the package is not set yet.
    """

    given: GivenLayer
    n: int
    select: str
    values: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class WrittenLayer:
    """A layer that is given, how many features it has, their file, and a hash of all of it."""

    given: GivenLayer
    n: int
    path: Path
    hash: int


def grant_layers(
    cursor: Cursor, service: QueryService, receiver: Receiver, *, giver: Giver, now: datetime
) -> tuple[GrantedLayer, ...]:
    """Return the layers that a receiver is given of the newest version, in order.

    ``service`` is released to the receiver. They are those of features on everyone's map, own ones
    or others' that may go further; of each, the features that touch the receiver's area, those with
    a time once its delay has passed. Raise PartnerError if its rules name what there is not.
    """
    rules = receiver.rules
    if not rules.gives_layers:
        return ()
    snapshot = service.snapshot
    area = read_area(service.warehouse.snapshot.catalogue, rules)
    latest = now - rules.delay if rules.delay_h else None
    found = []
    for name, layer in sorted(snapshot.uploaded.items()):
        files = snapshot.catalogue.files.get(name)
        given = _state(layer, receiver, giver)
        if given is None or not files:
            continue
        condition = select_features(layer, area, latest)
        granted = _select(cursor, given, list(files), condition)
        if granted.n:
            is_part = granted.n < layer.content.n
            found.append(_without_values(granted) if is_part else granted)
    if len(found) > MOST_LAYERS:
        raise PartnerError(
            f"{len(found):,} layers would be given to {receiver.code}; at most {MOST_LAYERS:,} "
            "are: narrow its rules, or retire some"
        )
    return tuple(sorted(found, key=lambda one: one.given.key))


def write_layers(
    cursor: Cursor, granted: Sequence[GrantedLayer], folder: Path
) -> tuple[WrittenLayer, ...]:
    """Write the features of layers as GeoParquet (EPSG:4326) in a folder."""
    found = []
    for one in granted:
        written = write_parquet(cursor, one.select, folder, values=one.values)
        if written is not None:
            stated = f"{written.path.stem} {one.given.model_dump_json(exclude={'number'})}"
            digest = hashlib.sha256(stated.encode()).digest()[:_HASH_BYTES]
            found.append(
                WrittenLayer(
                    given=one.given, n=one.n, path=written.path, hash=int.from_bytes(digest)
                )
            )
    return tuple(found)


def _state(layer: UploadedLayer, receiver: Receiver, giver: Giver) -> GivenLayer | None:
    """Return what is given of a layer; None if it is not for this receiver."""
    content, received = layer.content, layer.received
    if not may_give_layer(layer, receiver.code):
        return None
    origin, record, most = giver.agency, _name_record(layer, giver), receiver.hop_limit
    path: tuple[str, ...] = ()
    if received is not None:
        origin, record, path = received.origin, received.record, received.path
        most = min(most, received.hops_left)
    if giver.agency in path:
        return None
    return GivenLayer(
        number=1,
        origin=origin,
        record=record,
        path=(*path, giver.agency),
        hops_left=most - 1,
        declared=_declare(layer),
        columns=content.attributes,
        dated=content.undated is not None,
    )


def _name_record(layer: UploadedLayer, giver: Giver) -> str:
    hidden = f"{giver.secret.hex()}layer:{layer.id}"
    return hashlib.sha256(hidden.encode()).hexdigest()[:_RECORD_DIGITS]


def _declare(layer: UploadedLayer) -> Declaration:
    """Return what a layer is declared as by its origin, with the style that is in use."""
    changes: dict[str, Any] = {"style": layer.style}
    if layer.received is not None:
        changes |= {"title": layer.received.title, "agency": layer.received.agency}
    return layer.declared.model_copy(update=changes)


def _without_values(granted: GrantedLayer) -> GrantedLayer:
    """Leave out a style by values: its classes and breaks tell of features that are not given."""
    declared = granted.given.declared
    if declared.style is None or not declared.style.columns:
        return granted
    plain = declared.model_copy(update={"style": None})
    return replace(granted, given=granted.given.model_copy(update={"declared": plain}))


def _select(
    cursor: Cursor, given: GivenLayer, files: list[str], condition: tuple[str, dict[str, Any]]
) -> GrantedLayer:
    names = [FEATURE_ID, *([OCCURRED_AT] if given.dated else []), *(c.name for c in given.columns)]
    where, values = condition[0], {"files": files, **condition[1]}
    rows = f"FROM read_parquet($files) WHERE {where}"
    ((n,),) = fetch(cursor, f"SELECT count(*) {rows}", values)
    return GrantedLayer(
        given=given,
        n=n,
        select=f"SELECT {', '.join(map(quote, names))}, "
        f"ST_SetCRS(geometry, 'EPSG:4326') AS geometry {rows} ORDER BY {FEATURE_ID}",
        values=values,
    )
