"""What else changed since a moment: alerts, decisions, uploaded layers, annotations."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import geopandas as gpd
from shapely.geometry.base import BaseGeometry

from cop.model.annotation import Annotation
from cop.model.filter import Filter
from cop.model.impact import Decision, name_level
from cop.model.window import TimeWindow
from cop.query.alert.open_alert import find_alerts
from cop.query.annotation import list_annotations
from cop.query.marking import page_marking
from cop.query.segment import read_segments
from cop.query.service import QueryService
from cop.query.view import View

WHOLE_BORDER = "whole border"
_STEPS = {"raised": "Alert raised", "acknowledged": "Alert acknowledged", "closed": "Alert closed"}


@dataclass(frozen=True, kw_only=True)
class OtherChange:
    """One step: what was done, to what, where, by whom; ``at`` is None where nobody noted it."""

    what: str
    title: str
    place: str
    who: str
    at: datetime | None
    marking: str


def read_others(service: QueryService, view: View, since: datetime) -> tuple[OtherChange, ...]:
    """Return what else changed since a moment in the filter's places, the newest first.

    What has no place is of the whole border. The window, kinds of events and sources of the filter
    do not apply, except that alerts are of its kinds.
    """
    until = view.snapshot.now
    found = [
        *_of_alerts(service, view, since, until),
        *_of_decisions(service, view, since, until),
        *_of_layers(service, view, since),
        *_of_annotations(service, view, since, until),
    ]
    return tuple(sorted(found, key=lambda one: one.at or since, reverse=True))


def _of_alerts(
    service: QueryService, view: View, since: datetime, until: datetime
) -> Iterator[OtherChange]:
    for alert in find_alerts(service, view.within(TimeWindow())).inside:
        if alert.at <= since:
            continue
        for step in service.room.alerts.history(alert.id):
            if since < step.at <= until and step.step in _STEPS:
                yield OtherChange(
                    what=_STEPS[step.step],
                    title=step.title(until),
                    place=step.finding.sector,
                    who=step.who,
                    at=step.at,
                    marking=step.finding.marking,
                )


def _of_decisions(
    service: QueryService, view: View, since: datetime, until: datetime
) -> Iterator[OtherChange]:
    decisions = service.room.attempt(
        "decisions", lambda room: room.decisions.list(view.records, until), dict[str, Decision]()
    )
    segments = _segments(view).set_index("segment_id")
    marking = page_marking(view)
    for segment_id, decision in decisions.items():
        if decision.at <= since or segment_id not in segments.index:
            continue
        own = segments.loc[segment_id]
        if _lies_in(own["geometry"], own["sector"], own["county"], view.filter):
            level = name_level(decision.level) if decision.level else "proposal applies again"
            yield OtherChange(
                what=f"Level {decision.step}",
                title=f"{segment_id}: {level}",
                place=own["sector"],
                who=decision.by,
                at=decision.at,
                marking=marking,
            )


def _of_layers(service: QueryService, view: View, since: datetime) -> Iterator[OtherChange]:
    before = service.snapshot_at(known_at=since).uploaded
    states = {"published": "Layer published", "retired": "Layer retired"}
    for name, layer in view.snapshot.uploaded.items():
        old = before.get(name)
        is_same = old is not None and (old.revision, old.state) == (layer.revision, layer.state)
        if is_same or layer.state not in states:
            continue
        yield OtherChange(
            what=states[layer.state],
            title=layer.declared.title,
            place=WHOLE_BORDER,
            who=layer.changed_by,
            at=layer.changed_at,
            marking=layer.declared.marking,
        )


def _of_annotations(
    service: QueryService, view: View, since: datetime, until: datetime
) -> Iterator[OtherChange]:
    before, after = (
        {one.id: one for one in list_annotations(service, at)} for at in (since, until)
    )
    for name in {*before, *after}:
        old, new = before.get(name), after.get(name)
        if new is not None and (old is None or old.revision != new.revision):
            what = "Annotation added" if old is None else "Annotation changed"
            yield from _annotation(view, new, what, new.author, new.drawn_at)
        elif old is not None and new is None:
            ended = old.valid_until is not None and old.valid_until <= until
            what = "Annotation expired" if ended else "Annotation erased"
            yield from _annotation(view, old, what, "", old.valid_until if ended else None)


def _annotation(
    view: View, one: Annotation, what: str, who: str, at: datetime | None
) -> Iterator[OtherChange]:
    """Yield the change where the drawing lies in the filter: at its nearest segment."""
    shape, segments = one.drawing.geometry, _segments(view)
    place = WHOLE_BORDER
    if not segments.empty:
        own = segments.iloc[int(segments.geometry.map(shape.distance).to_numpy().argmin())]
        if not _lies_in(shape, own["sector"], own["county"], view.filter):
            return
        place = str(own["sector"])
    title, marking = one.drawing.title, one.drawing.marking
    yield OtherChange(what=what, title=title, place=place, who=who, at=at, marking=marking)


def _segments(view: View) -> gpd.GeoDataFrame:
    if "segments" in view.snapshot.catalogue.files:
        return read_segments(view.snapshot)
    return gpd.GeoDataFrame(columns=["segment_id", "sector", "county", "geometry"])


def _lies_in(shape: BaseGeometry, sector: str, county: str, resolved: Filter) -> bool:
    return (
        (not resolved.sectors or sector in resolved.sectors)
        and (not resolved.counties or county in resolved.counties)
        and (resolved.area is None or bool(resolved.area.polygon.intersects(shape)))
    )
