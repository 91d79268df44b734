"""Impact levels of the segments now: proposals from their figures, joined with what people agreed.

They are of the present, or of the moment that a snapshot is known at, whatever a filter's window:
an agreement is on what is so now.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

import pandas as pd

from cop.analysis.impact import build_proposals
from cop.errors import SettingsError
from cop.model.filter import Filter, Records
from cop.model.impact import RANKS, Decision, Impact, Proposal
from cop.model.impact_rule import RuleBook
from cop.model.window import TimeWindow
from cop.query.figure import SegmentFigures, read_figures
from cop.query.reporting import outside_filter
from cop.query.segment import read_segments
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.room.impact_rule import read_rules
from cop.store.snapshot import Snapshot

_STEP: Final = timedelta(minutes=15)
_DAY: Final = timedelta(days=1)
PLACE = ("sector", "county", "km_from", "km_to", "length_km")
"""The columns of a segment beside its level."""


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What levels rest on beside the figures: the rules, decisions, the figures' own filter."""

    rules: RuleBook
    decisions: Mapping[str, Decision]
    filter: Filter
    records: Records
    known_to: datetime | None
    now: datetime
    stale: bool = False

    @property
    def key(self) -> str:
        """A name of the content: it changes with rules, decisions, their validity and data."""
        states = [
            (segment, decision.revision, decision.is_valid(self.now))
            for segment, decision in sorted(self.decisions.items())
        ]
        over = self.known_to is not None and self.known_to + self.rules.lasts("critical") > self.now
        parts = (self.rules.model_dump_json(), states, self.filter.to_pairs(), over, self.stale)
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:20]


@dataclass(frozen=True, kw_only=True)
class Impacts:
    """The level of every segment, west to east, and what they rest on.

    ``places`` has segment_id, sector, county, km_from, km_to and length_km in the same order.
    """

    basis: Basis
    levels: Sequence[Impact]
    places: pd.DataFrame
    figures: SegmentFigures

    @property
    def synthetic(self) -> bool:
        """Whether the levels are of synthetic records."""
        return self.basis.records == "synthetic"

    @property
    def proposals(self) -> dict[str, Proposal]:
        """What is proposed, by segment."""
        return {impact.proposal.segment_id: impact.proposal for impact in self.levels}

    @property
    def counts(self) -> dict[str, int]:
        """How many segments are of each level that there are, the highest first."""
        found = Counter(impact.level for impact in self.levels)
        return {level: found[level] for level in RANKS if found[level]}

    @property
    def decided(self) -> int:
        """The number of segments with a decision in force."""
        return sum(impact.valid_decision is not None for impact in self.levels)

    @property
    def ended(self) -> Sequence[Impact]:
        """Segments whose decision has ended, so that the proposal applies again."""
        return [impact for impact in self.levels if impact.ended]

    def of(self, segment_id: str) -> Impact | None:
        """Return the level of one segment; None where there is no such segment."""
        return next((i for i in self.levels if i.proposal.segment_id == segment_id), None)

    def scope_of(self, view: View) -> View:
        """Return the view that the levels are of: places of another, own window, all kinds."""
        places = view.filter
        own = replace(
            self.basis.filter,
            sectors=places.sectors,
            counties=places.counties,
            area=places.area,
        )
        return view.narrowed(own)

    def within(self, view: View) -> Self:
        """Return the levels of the segments within the places of a view's filter."""
        inside = ~outside_filter(read_segments(view.snapshot), view.filter)
        levels = [level for level, own in zip(self.levels, inside, strict=True) if own]
        return replace(self, levels=levels, places=self.places[inside])

    @property
    def by_sector(self) -> dict[str, list[Impact]]:
        """The levels grouped by sector, the sector of the highest first, each highest first."""
        groups: dict[str, list[Impact]] = {}
        for impact in sorted(self.levels, key=_urgency):
            groups.setdefault(impact.proposal.sector, []).append(impact)
        return groups


def _urgency(impact: Impact) -> tuple[int, float, str]:
    expected = impact.proposal.figures["expected"]
    known = expected if expected == expected else 0.0  # noqa: PLR0124 NaN
    return RANKS[impact.level], -known, impact.proposal.segment_id


def read_basis(service: QueryService, snapshot: Snapshot, records: Records) -> Basis:
    """Read the rules and the decisions on real or synthetic records; SettingsError for the rules.

    The figures' window ends now, or after the newest record where that is far back.
    """
    rules = read_rules(service.warehouse.settings.impact)
    newest, freshness = snapshot.newest(records), snapshot.freshness(records)
    end = datetime.min + -(-(snapshot.now - datetime.min) // _STEP) * _STEP
    if newest is not None and newest < snapshot.now - rules.window:
        end = datetime(newest.year, newest.month, newest.day) + _DAY
    return Basis(
        rules=rules,
        decisions=service.room.attempt(
            "decisions", lambda room: room.decisions.list(records, snapshot.known_at), {}
        ),
        filter=Filter(window=TimeWindow(start=end - rules.window, end=end), records=records),
        records=records,
        known_to=newest,
        now=snapshot.now,
        stale=freshness is not None and freshness.is_stale,
    )


def name_impacts(service: QueryService, view: View) -> str:
    """Return a name of the levels' content, also where the rules are at fault."""
    try:
        return read_basis(service, view.snapshot, view.records).key
    except SettingsError:
        return "no rules"


def read_impacts(service: QueryService, view: View) -> Impacts | None:
    """Return the impact levels of a view's records; None where no region is loaded."""
    basis = read_basis(service, view.snapshot, view.records)
    figures = read_figures(service, view.narrowed(basis.filter))
    if figures is None:
        return None
    return service.answer(
        "impacts",
        view.part(Filter(records=basis.records)),
        lambda: _build_impacts(basis, view.snapshot, figures),
        about=basis.key,
    )


def _build_impacts(basis: Basis, snapshot: Snapshot, figures: SegmentFigures) -> Impacts:
    """Build the levels from the figures of the basis's own filter."""
    segments = pd.DataFrame(read_segments(snapshot)[["segment_id", *PLACE]])
    table = figures.table.drop(columns="length_km").merge(segments, on="segment_id", how="left")
    proposals = build_proposals(
        table, basis.rules, known_to=basis.known_to, now=basis.now, stale=basis.stale
    )
    return Impacts(
        basis=basis,
        levels=[
            Impact(proposal=p, decision=basis.decisions.get(p.segment_id), now=basis.now)
            for p in proposals
        ],
        places=table[["segment_id", *PLACE]],
        figures=figures,
    )
