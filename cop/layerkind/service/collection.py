"""Collections: the layers of a view whose features can be listed one by one."""

from collections.abc import Mapping
from dataclasses import dataclass

from cop.errors import LayerError
from cop.layerkind.registry import kind_of
from cop.layerkind.service.layer_list import read_layers
from cop.layerkind.service.shown import list_layer_markings
from cop.model.filter import Filter, Records
from cop.model.layer import Layer
from cop.model.marking import highest_marking
from cop.query.item.table import ItemTable
from cop.query.service import QueryService
from cop.query.statistic import read_statistic
from cop.query.view import View
from cop.store.dataset.schema import EVENTS, PLACEMENTS


@dataclass(frozen=True, kw_only=True)
class Collection:
    """A layer as other systems read it: ``marking`` is the highest of what it can show.

    ``synthetic`` is whether all that it shows is; its records may say so themselves.
    """

    layer: Layer
    marking: str
    synthetic: bool

    @property
    def id(self) -> str:
        """The id of the layer."""
        return self.layer.id


def list_collections(service: QueryService, view: View) -> Mapping[str, Collection]:
    """Return the collections of a view by id, those of events first."""
    found = [
        layer
        for layer in read_layers(service, view).values()
        if kind_of(layer).has_items and kind_of(layer).is_loaded(view.snapshot, layer)
    ]
    found.sort(key=lambda layer: (layer.id != EVENTS, layer.dataset != EVENTS))
    return {layer.id: _build(service, view, layer) for layer in found}


def read_collection(service: QueryService, view: View, name: str) -> Collection:
    """Return one collection; LayerError names those there are."""
    found = list_collections(service, view)
    if name not in found:
        raise LayerError(f"no collection {name[:60]!r}: there are {', '.join(found)}")
    return found[name]


def select_items(service: QueryService, view: View, collection: Collection) -> ItemTable | None:
    """Select the features of a collection; None if nothing is there."""
    return kind_of(collection.layer).select_items(service, view, collection.layer)


def widen(view: View, records: Records) -> View:
    """Return the view in which a feature of these records is found by its id."""
    return view.narrowed(Filter(records=records))


def _build(service: QueryService, view: View, layer: Layer) -> Collection:
    markings = list_layer_markings(view, layer).values()
    return Collection(
        layer=layer,
        marking=highest_marking([layer.marking, *markings]),
        synthetic=_is_synthetic(service, view, layer),
    )


def _is_synthetic(service: QueryService, view: View, layer: Layer) -> bool:
    """Return whether all that a layer shows is made up; geography and its like are not."""
    uploaded = view.snapshot.uploaded.get(layer.id)
    if uploaded is not None:
        return uploaded.declared.synthetic
    if layer.statistics:
        return any(read_statistic(service, view, one).synthetic for one in layer.statistics)
    follows = {EVENTS, PLACEMENTS}.intersection(kind_of(layer).datasets(layer))
    return bool(follows) and view.records == "synthetic"
