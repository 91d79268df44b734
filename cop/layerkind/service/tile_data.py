"""The data that a tile's address names: the view that has them, of the newest version or before."""

import hashlib
from collections.abc import Iterator

from cop.errors import FilterError, LayerError, VersionError
from cop.layerkind.registry import kind_of
from cop.layerkind.service.layer_list import read_layer
from cop.model.layer import Layer
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.dataset.schema import QUARANTINE
from cop.store.recent import MOST

_LENGTH = 8


def name_data(view: View, layer: Layer) -> str:
    """Return what names the data of a layer's tiles, whatever the filter: 8 hexadecimal digits."""
    part = view.content(*kind_of(layer).datasets(layer), QUARANTINE)
    return hashlib.sha256(repr(part).encode()).hexdigest()[:_LENGTH]


def has_data(service: QueryService, view: View, layer_id: str, version: str) -> bool:
    """Return whether a view has the data that the ``v`` of a tile's address begins with."""
    try:
        layer = read_layer(service, view, layer_id)
    except LayerError:
        return False
    return name_data(view, layer) == version[:_LENGTH]


def find_view(service: QueryService, view: View, layer_id: str, version: str) -> View | None:
    """Return the same view of the data that the ``v`` of a tile's address begins with.

    The newest version is looked for first, then come those before it. None where none of the last
    has them. Raise StoreError where it cannot be looked for.
    """
    if service.warehouse.has_news:
        service.warehouse.refresh()
    views = _list_views(service, view)
    return next((one for one in views if has_data(service, one, layer_id, version)), None)


def _list_views(service: QueryService, view: View) -> Iterator[View]:
    """The newest first; a version that is lost, or lacks what the filter names, is left out."""
    warehouse = service.warehouse
    recent = {one.version: one for one in (warehouse.snapshot, *warehouse.recent)}
    numbers = sorted({*warehouse.versions, *recent}, reverse=True)
    for number in numbers[: MOST + 1]:
        try:
            snapshot = (
                warehouse.admit(recent[number], service.release)
                if number in recent
                else service.snapshot_at(version=number)
            )
            yield View.of(snapshot, view.filter, since=view.since)
        except (VersionError, FilterError):
            continue
