"""What is shown by a layer or a View, with markings: layers and sources as the audit names them."""

from collections.abc import Collection, Hashable

from cop.layerkind.registry import kind_of
from cop.layerkind.service.marking import unsourced
from cop.model.layer import Layer
from cop.query.marking import list_shown_sources
from cop.query.view import View
from cop.store.dataset.schema import (
    COVERAGE,
    EVENTS,
    FACILITIES,
    LINES,
    OUTAGES,
    PLACEMENTS,
    SEGMENT_COVERAGE,
    SENSORS,
    STATISTICS,
    TERRAIN,
    VIEWSHEDS,
)

_OF_SENSORS = ("sensors", "status")
_SEEN_BY_SENSORS = (*_OF_SENSORS, "terrain")
_KINDS: dict[str, tuple[str, ...]] = {
    EVENTS: ("events",),
    STATISTICS: ("statistics",),
    FACILITIES: ("places",),
    LINES: ("lines",),
    TERRAIN: ("terrain",),
    **dict.fromkeys((SENSORS, OUTAGES), _OF_SENSORS),
    **dict.fromkeys((PLACEMENTS, VIEWSHEDS, COVERAGE, SEGMENT_COVERAGE), _SEEN_BY_SENSORS),
}
"""The kinds of sources that a dataset is made of."""


def list_layer_markings(view: View, layer: Layer) -> dict[str, str]:
    """Return the markings of what a layer shows: its own if it is uploaded, else its sources'."""
    if layer.id in view.snapshot.uploaded:
        return {f"layer {view.snapshot.uploaded[layer.id].id}": layer.marking}
    kind = kind_of(layer)
    counted = unsourced(view) if kind.shows_impacts else view
    return list_markings(counted, kind.datasets(layer))


def list_markings(view: View, datasets: Collection[str] | None = None) -> dict[str, str]:
    """Return the markings of the sources that a view shows, those of ``datasets`` or all.

    Uploaded layers are none of them: each is shown by itself.
    """
    all_kinds = {kind for kinds in _KINDS.values() for kind in kinds}
    named = (kind for dataset in datasets or () for kind in _KINDS.get(dataset, ()))
    kinds = all_kinds if datasets is None else {*named}
    return {
        f"source {name}": state.marking
        for name, state in list_shown_sources(view).items()
        if state.source.kind in kinds
    }


def name_part(view: View, what: Hashable) -> Hashable:
    """Return what names a part of a view whose sources are the same for all that it names."""
    snapshot, chosen = view.snapshot, view.filter
    known_at = snapshot.known_at
    return what, snapshot.version, known_at, view.release, chosen.records, chosen.sources
