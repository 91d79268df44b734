"""What of a view another agency would not see, and why: for those who release it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cop.model.alert import Alert
from cop.model.annotation import Annotation
from cop.model.impact import Decision
from cop.model.release import Release
from cop.model.saved import SavedPicture
from cop.query.scope import describe_small
from cop.query.service import QueryService
from cop.query.view import View
from cop.query.withheld_name import WithheldNames
from cop.store.catalogue.grain import TOTALS
from cop.store.dataset.rollup import Group
from cop.store.dataset.schema import RECORD_DATASETS
from cop.store.snapshot import Snapshot

_READ = "read_parquet($files)"
_TITLES = {
    "events": "Events",
    "sensors": "Sensors",
    "statistics": "Figures",
    "facilities": "Places",
    "lines": "Lines",
    "terrain": "Terrain",
}


@dataclass(frozen=True, kw_only=True)
class WithheldGroup:
    """Records of one kind, title and marking that are withheld: how many, and why."""

    what: str
    title: str
    marking: str
    n: int
    reason: str


def read_withheld(service: QueryService, view: View, release: Release) -> tuple[WithheldGroup, ...]:
    """Return what a view has that is not released to others; the view's filter does not apply.

    Records of a source that is withheld as a whole count under its marking.
    """
    found = [
        *_of_records(service, view, release),
        *_of_layers(view, release),
        *_of_room(service, view, release),
    ]
    return tuple(sorted(found, key=lambda group: (-group.n, group.what, group.title)))


def _of_records(service: QueryService, view: View, release: Release) -> Iterator[WithheldGroup]:
    shown = _count_shown(service, view, release)
    for dataset, source, marking, n in _count(service, view):
        state = view.snapshot.sources.get(source)
        title = source if state is None else state.source.title
        whole = "" if state is None else release.why_not(state.source.marking)
        reason = f"source {whole}" if whole else release.why_not(marking)
        few = n - shown.get((source, marking), 0) if dataset == "events" else 0
        hidden = n if reason else few
        if hidden:
            why = reason or describe_small(release)
            yield WithheldGroup(
                what=_TITLES[dataset], title=title, marking=marking, n=hidden, reason=why
            )


def _count_shown(service: QueryService, view: View, release: Release) -> dict[Group, int]:
    """Count the events that both the view's viewer and the others see."""
    others = service.released_to(release.seen_by(service.release))
    return dict(_count_events(service, others.snapshot_at(version=view.snapshot.version)))


def _count_events(service: QueryService, snapshot: Snapshot) -> Iterator[tuple[Group, int]]:
    totals = snapshot.rollup.select(TOTALS)
    columns = "SELECT source, marking, sum(n)::BIGINT"
    for source, marking, n in service.warehouse.query(f"{columns} FROM {totals} GROUP BY ALL"):
        yield (source, marking), n


def _count(service: QueryService, view: View) -> Iterator[tuple[str, str, str, int]]:
    """Count the records of each dataset by source and marking."""
    snapshot = view.snapshot
    for (source, marking), n in _count_events(service, snapshot):
        yield "events", source, marking, n
    for dataset in RECORD_DATASETS:
        files = list(snapshot.catalogue.files.get(dataset, ()))
        if not files:
            continue
        rows = service.warehouse.query(
            f"SELECT source, marking, count(*) FROM {_READ} GROUP BY ALL", {"files": files}
        )
        for source, marking, n in rows:
            yield dataset, source, marking, n


def _of_layers(view: View, release: Release) -> Iterator[WithheldGroup]:
    for layer in view.snapshot.uploaded.values():
        marking = layer.declared.marking
        reason = release.why_not(marking)
        if reason and layer.state in ("published", "draft"):
            yield WithheldGroup(
                what="Layer", title=layer.declared.title, marking=marking, n=1, reason=reason
            )


def _of_room(service: QueryService, view: View, release: Release) -> Iterator[WithheldGroup]:
    room, at = service.room, view.snapshot.known_at
    drawn = room.attempt("annotations", lambda r: r.annotations.list(at), tuple[Annotation, ...]())
    alerts = room.attempt(
        "alerts", lambda r: r.alerts.list(view.records, at=at), tuple[Alert, ...]()
    )
    decided = room.attempt(
        "decisions", lambda r: r.decisions.list(view.records, at), dict[str, Decision]()
    )
    saved = room.attempt("Pictures", lambda r: r.pictures.list(), tuple[SavedPicture, ...]())
    parts: tuple[tuple[str, Iterable[tuple[str, str]]], ...] = (
        ("Annotation", ((one.drawing.title, one.marking) for one in drawn)),
        ("Alert", ((one.finding.where, one.finding.marking) for one in alerts)),
        ("Decision", ((one.segment_id, one.marking) for one in decided.values())),
        ("Picture", ((one.name, one.newest.marking) for one in saved)),
    )
    for what, things in parts:
        for title, marking in things:
            reason = release.why_not(marking)
            if reason:
                yield WithheldGroup(what=what, title=title, marking=marking, n=1, reason=reason)
    names = WithheldNames.of(service.released_to(release))
    for one in saved:
        marking = one.newest.marking
        if release.admits(marking) and names.are_named_in(one.newest.picture):
            reason = "names what is withheld"
            yield WithheldGroup(what="Picture", title=one.name, marking=marking, n=1, reason=reason)
