"""Source facts in a layer's status: titles, credits, marking."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

from cop.layerkind.base.kind import LayerStatus, StatusCode
from cop.layerkind.base.note import NoRecordsNote, NoRegionNote, NotLoadedNote, StatusNote
from cop.model.freshness import least_overdue
from cop.model.layer import Layer
from cop.model.marking import highest_marking
from cop.query.presence import read_presence
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.dataset.schema import FACILITIES, LINES, STATISTICS, TERRAIN
from cop.store.snapshot import Snapshot

LOADED_BY = {FACILITIES: "places", LINES: "lines", STATISTICS: "statistics", TERRAIN: "terrain"}
"""The kind of source that fills a dataset, as `ingest` names it."""

Judged = tuple[StatusCode, tuple[StatusNote, ...]]
"""The state of a layer, and notes."""
OK: Final[Judged] = ("ok", ())
UNKNOWN: Final[Judged] = ("unknown", (NoRegionNote(),))


def not_loaded(dataset: str) -> LayerStatus:
    """Return the status of a layer without data, and how to load them."""
    note = NotLoadedNote(kind=LOADED_BY.get(dataset))
    return LayerStatus(is_loaded=False, status="unknown", notes=(note,))


def from_sources(snapshot: Snapshot, layer: Layer, names: Iterable[str]) -> dict[str, Any]:
    """Return titles, credits and marking of the sources; the layer has their highest marking."""
    states = [snapshot.sources[name] for name in names if name in snapshot.sources]
    sources = [state.source for state in states]
    return {
        "sources": tuple(source.title for source in sources),
        "credits": tuple(dict.fromkeys(s.attribution for s in sources if s.attribution)),
        "marking": highest_marking([layer.marking, *(state.marking for state in states)]),
    }


def sources_of(snapshot: Snapshot, kind: str) -> list[str]:
    """Return the ids of the sources of a kind."""
    return [name for name, state in snapshot.sources.items() if state.source.kind == kind]


def own_sources(view: View, kind: str = "events") -> list[str]:
    """Return the ids of the sources of a kind whose records are those of the view."""
    synthetic = view.filter.records == "synthetic"
    return [
        name
        for name in sources_of(view.snapshot, kind)
        if view.snapshot.sources[name].source.synthetic == synthetic
    ]


def event_sources(view: View, holding: Sequence[str] | None = None) -> list[str]:
    """Return the sources of events that a view counts, of those ``holding`` records."""
    requested = view.filter.sources
    return [
        name
        for name in own_sources(view)
        if (holding is None or name in holding) and (not requested or name in requested)
    ]


def status_of_events(
    service: QueryService,
    view: View,
    layer: Layer,
    judged: Judged,
    *,
    names: Sequence[str] | None = None,
    more: Sequence[str] = (),
) -> LayerStatus:
    """Return the status of a layer that rests on events, as new as the newest of them.

    ``judged`` is its state with notes, ``names`` are its sources (None: those of the events),
    ``more`` further ones.
    """
    snapshot, synthetic = view.snapshot, view.filter.records == "synthetic"
    found = read_presence(service, view, layer) if layer.where else None
    if layer.where and found is None:
        kinds = tuple(kind for _, kinds in layer.where for kind in kinds)
        return LayerStatus(
            marking=layer.marking,
            synthetic=synthetic,
            is_loaded=False,
            status="unknown",
            notes=(NoRecordsNote(kinds=kinds),),
        )
    newest = found.newest if found else snapshot.newest(view.records)
    if names is None:
        names = event_sources(view, found.sources if found else None)
    states = [snapshot.sources[name] for name in names if name in snapshot.sources]
    fresh = least_overdue(state.judge(snapshot.now) for state in states if state.n)
    return LayerStatus(
        **from_sources(snapshot, layer, [*names, *more]),
        as_of=newest,
        stale=fresh is not None and fresh.is_stale,
        stale_after_hours=None if fresh is None else fresh.allowed / timedelta(hours=1),
        synthetic=synthetic,
        status=judged[0],
        notes=judged[1],
    )
