"""Where and until when sources report on what a view asks for: elsewhere no records is no zero."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from cop.model.event import OUTSIDE
from cop.model.filter import Filter
from cop.model.freshness import Freshness, least_overdue
from cop.model.window import TimeWindow
from cop.query.segment import read_segments
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.catalogue.grain import DAYS
from cop.store.dataset.schema import EVENTS, SOURCES
from cop.store.dataset.source import SourceState

State = Literal["observed", "unknown", "outside"]
"""Of a place: some source reports on it, none does, or it lies outside the filter."""
OBSERVED: Final[State] = "observed"
UNKNOWN: Final[State] = "unknown"
OUT_OF_SCOPE: Final[State] = "outside"
Place = tuple[str, str]
"""A sector and a county of it."""
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Footprint:
    """Where a source has ever reported, and which kinds of events."""

    places: frozenset[Place]
    kinds: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Reporting:
    """The sources that report on what a view asks for, and where they do within its window.

    ``sources`` report on its places and kinds at any time. ``places`` are those of the ones whose
    records reach into its window; without a ``segment`` in the filter none of them is of it.
    """

    sources: tuple[SourceState, ...]
    places: frozenset[Place]
    now: datetime

    @property
    def newest(self) -> datetime | None:
        """The newest record of these sources."""
        return max((s.newest for s in self.sources if s.newest is not None), default=None)

    @property
    def freshness(self) -> Freshness | None:
        """The freshness of the source that is least overdue; None without any."""
        return least_overdue(state.judge(self.now) for state in self.sources)

    @property
    def is_stale(self) -> bool:
        """Whether the records of every source are older than its update interval allows."""
        return self.freshness is not None and self.freshness.is_stale

    def observes(self, sector: str, county: str) -> bool:
        """Return whether some source reports on a county of a sector; on a sector by NONE."""
        if county != OUTSIDE:
            return (sector, county) in self.places
        return any(own == sector for own, _ in self.places)


def read_reporting(service: QueryService, view: View) -> Reporting:
    """Return which sources report on what a view asks for."""
    footprints = _read_footprints(service, view)
    inside = _places_inside(view, footprints)
    resolved, found, places = view.filter, list[SourceState](), set[Place]()
    for name, footprint in footprints.items():
        state = view.snapshot.event_sources.get(name)
        counted = (
            state is not None
            and state.source.synthetic == (resolved.records == "synthetic")
            and (not resolved.sources or name in resolved.sources)
            and (not resolved.kinds or not footprint.kinds.isdisjoint(resolved.kinds))
        )
        own = footprint.places & inside
        if state is not None and counted and own:
            found.append(state)
            if _reaches(state, resolved.window, view.snapshot.now):
                places |= own
    return Reporting(sources=tuple(found), places=frozenset(places), now=view.snapshot.now)


def is_stale(service: QueryService, view: View) -> bool:
    """Return whether all that a view counts is older than its sources' intervals allow."""
    return read_reporting(service, view).is_stale


def name_states(segments: pd.DataFrame, view: View, reporting: Reporting) -> list[State]:
    """Return the state of each segment of a view, in the order of the rows."""
    outside = outside_filter(segments, view.filter)
    columns = (segments["sector"], segments["county"], outside)
    return [
        OUT_OF_SCOPE if out else OBSERVED if reporting.observes(sector, county) else UNKNOWN
        for sector, county, out in zip(*columns, strict=True)
    ]


def outside_filter(segments: Any, resolved: Filter) -> Bools:
    """Return which segments lie outside the sectors, counties or area of a filter."""
    outside = np.zeros(len(segments), bool)
    if resolved.sectors:
        outside |= ~segments["sector"].isin(resolved.sectors).to_numpy()
    if resolved.counties:
        outside |= ~segments["county"].isin(resolved.counties).to_numpy()
    if resolved.area is not None:
        outside |= ~segments.geometry.intersects(resolved.area.polygon).to_numpy()
    return outside


def _read_footprints(service: QueryService, view: View) -> dict[str, Footprint]:
    """Return the footprint of every source by its id, whatever a view's filter."""

    def build() -> dict[str, Footprint]:
        rows = service.warehouse.query(
            "SELECT source, sector, county, list(DISTINCT kind ORDER BY kind) "
            f"FROM {view.snapshot.rollup.select(DAYS)} GROUP BY ALL ORDER BY ALL"
        )
        places, kinds = defaultdict[str, set[Place]](set), defaultdict[str, set[str]](set)
        for source, sector, county, names in rows:
            places[source].add((sector, county))
            kinds[source].update(names)
        return {
            source: Footprint(places=frozenset(places[source]), kinds=frozenset(kinds[source]))
            for source in places
        }

    return service.answer("footprints", view.content(EVENTS, SOURCES), build)


def _places_inside(view: View, footprints: dict[str, Footprint]) -> frozenset[Place]:
    """Return the places that a view's filter lets through, of all where sources report."""
    resolved = view.filter
    every = frozenset[Place]().union(*(footprint.places for footprint in footprints.values()))
    inside = {
        (sector, county)
        for sector, county in every
        if (not resolved.sectors or sector in resolved.sectors)
        and (not resolved.counties or county in resolved.counties)
    }
    if resolved.area is None or "segments" not in view.snapshot.catalogue.files:
        return frozenset(inside)
    segments = read_segments(view.snapshot)
    own = segments[~outside_filter(segments, replace(resolved, sectors=(), counties=()))]
    # An area off the line touches no segment: it is not known where its records would lie.
    touched = set(zip(own["sector"], own["county"], strict=True))
    return frozenset(inside & touched) if touched else frozenset(inside)


def _reaches(state: SourceState, window: TimeWindow, now: datetime) -> bool:
    """Return whether a source's records, and the time until the next are due, touch a window."""
    if state.oldest is None or state.newest is None:
        return False
    first = datetime.combine(state.oldest.date(), time())
    allowed = state.judge(now).allowed
    last = state.newest + min(allowed, datetime.max - state.newest)
    return (window.end is None or first < window.end) and (
        window.start is None or last + timedelta(microseconds=1) > window.start
    )
