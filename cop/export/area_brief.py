"""The brief of an area: what happened, what changed, what is expected, where nobody looks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cop.errors import SettingsError
from cop.export.change import build_alert_lines, build_change_lines
from cop.export.locality import Locality, say_count
from cop.export.map import render_map
from cop.model.event import KINDS
from cop.model.filter import Filter
from cop.model.impact import name_level
from cop.model.marking import highest_marking
from cop.model.moment import format_dtg
from cop.model.picture import Picture, ShownLayer
from cop.model.report import UNCONFIRMED
from cop.model.style import Theme
from cop.model.text import FigureText
from cop.model.window import TimeWindow
from cop.query.alert.open_alert import read_alerts
from cop.query.coverage.gap import read_gaps
from cop.query.coverage.silence import read_silence
from cop.query.given.report import list_report_ids
from cop.query.headline import RECENT, read_headline
from cop.query.impact import read_impacts
from cop.query.marking import list_shown_sources, page_marking
from cop.query.scope import Scope, read_scope
from cop.query.service import QueryService
from cop.query.summary import read_summary
from cop.query.table import list_unconfirmed, read_event_table
from cop.query.text import describe_forecast, describe_silence, format_figure
from cop.query.view import View

MAP_PX: Final = (760, 380)
MOST_EVENTS: Final = 12
MOST_GAPS: Final = 5
_LAYERS: Final = ("background", "sectors", "segments", "events", "places")
_MILES: Final = 0.621371
_LEAST_GAP_H: Final = 1.0


@dataclass(frozen=True, kw_only=True)
class BriefSection:
    """A part of a brief: its title, and its lines."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AreaBrief:
    """A brief in words: of what, for whom, of which time.

    ``made_for`` is the agency that it is released to, empty for the viewer alone; ``image`` is its
    map as PNG. ``report_ids`` are the reports from the field that it lists.
    """

    place: str
    made_for: str
    made_at: datetime
    made_at_words: str
    since: datetime | None
    scope: Scope
    marking: str
    synthetic: bool
    figures: tuple[FigureText, ...]
    sections: tuple[BriefSection, ...]
    source_lines: tuple[str, ...]
    version: int
    image: bytes
    report_ids: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What it is, in a few words."""
        return f"Brief of {self.place}"

    @property
    def banner(self) -> str:
        """The marking, with what has to be known beside it."""
        words = (self.marking, "SYNTHETIC" if self.synthetic else "", self.scope.stale and "STALE")
        return " \N{MIDDLE DOT} ".join(word for word in words if word)

    @property
    def stamp(self) -> str:
        """One line with its time and version."""
        whom = f", for {self.made_for}" if self.made_for else ""
        return f"Made {format_dtg(self.made_at)}{whom}, version {self.version}"


def build_area_brief(
    service: QueryService,
    place: Filter,
    *,
    since: datetime | None = None,
    contacts: Sequence[str] = (),
    theme: Theme = "light",
) -> AreaBrief:
    """Build the brief of a place from what a service's release has.

    ``place`` names counties, sectors or a drawn area; its records decide what is counted, its
    window is what *what happened* is of, without one the last 24 h. ``since`` is the time of the
    last brief (naive UTC).
    ``contacts`` say whom to ask. Raise FilterError if the place is not in the region.
    """
    now = service.snapshot.now
    if place.window == TimeWindow():
        place = place.within(TimeWindow(start=now - RECENT, end=now))
    view = service.view(place, since=since)
    locality = Locality.of(view.snapshot, place)
    events, decided = _Events.read(service, view, locality), _Decided.read(service, view)
    scope = read_scope(service, view)
    width, height = MAP_PX
    picture = Picture(filter=view.filter, shown=tuple(ShownLayer(id=name) for name in _LAYERS))
    return AreaBrief(
        place=scope.places or scope.region,
        made_for="" if view.release is None else view.release.agency,
        made_at=now,
        made_at_words=locality.say_time(now),
        since=since,
        scope=scope,
        # The sources of coverage and of the forecast are among those that can be on the screen.
        marking=highest_marking((page_marking(view), *events.markings, *decided.markings)),
        synthetic=view.records == "synthetic",
        figures=tuple(format_figure(figure) for figure in read_headline(service, view)),
        sections=(
            BriefSection(title="What happened", lines=(*_count(service, view), *events.lines)),
            BriefSection(title="What changed", lines=tuple(_change(service, view, locality))),
            BriefSection(title="What is expected", lines=tuple(_expect(service, view))),
            BriefSection(title="Where nobody looks", lines=tuple(_gaps(service, view, locality))),
            BriefSection(title="Alerts and decisions", lines=decided.lines),
            BriefSection(title="Whom to ask", lines=tuple(_ask(view, events.sources, contacts))),
        ),
        source_lines=tuple(_sources(view, locality)),
        version=view.snapshot.version,
        image=render_map(
            service, view, picture, width_px=width, height_px=height, theme=theme, scale=2.0
        ),
        report_ids=events.report_ids,
    )


@dataclass(frozen=True, kw_only=True)
class _Events:
    """The newest events of a view in words."""

    lines: tuple[str, ...]
    markings: frozenset[str]
    sources: tuple[str, ...]
    report_ids: tuple[str, ...]

    @classmethod
    def read(cls, service: QueryService, view: View, locality: Locality) -> "_Events":
        rows = read_event_table(service, view, None, most=MOST_EVENTS + 1)
        shown, ungraded = rows.head(MOST_EVENTS), list_unconfirmed(service, view)
        lines = [
            f"{locality.say_time(row.occurred_at)}: {KINDS[row.kind]}, "
            f"{say_count(row.count, row.unit)}, {locality.say_place(row.lon, row.lat)}"
            + (f", {UNCONFIRMED}" if row.event_id in ungraded else "")
            for row in shown.itertuples()
        ]
        if len(rows) > MOST_EVENTS:
            lines.append("and earlier ones, on the map")
        by_source = read_summary(service, view, "source").rows
        known = view.snapshot.sources
        sources = tuple(row.key for row in by_source if row.n)
        stated = {str(marking) for marking in shown["marking"]}
        return cls(
            lines=tuple(lines),
            markings=frozenset(stated | {known[n].marking for n in sources if n in known}),
            sources=sources,
            report_ids=list_report_ids(service, view),
        )


def _count(service: QueryService, view: View) -> Iterator[str]:
    summary = read_summary(service, view, "kind")
    yield from summary.caveats
    if summary.total == 0:
        yield "No events were reported. That is not the same as none: see where nobody looks."
    for row in summary.rows:
        if row.n:
            counts = [say_count(n, unit) for unit, n in (row.counts or {}).items() if n]
            yield ", ".join((f"{KINDS[row.key]}: {say_count(row.n, 'events')}", *counts))
    silence = describe_silence(read_silence(service, view))
    if silence:
        yield silence


def _change(service: QueryService, view: View, locality: Locality) -> Iterator[str]:
    if view.since is None:
        yield "This is the first brief of this area."
        return
    yield f"Since the last brief, {locality.say_time(view.since)}:"
    summary, _ = build_change_lines(service, view)
    yield summary or "Nothing is known of earlier versions."


def _expect(service: QueryService, view: View) -> Iterator[str]:
    figures = [f for f in read_headline(service, view) if f.key == "expected"]
    yield from (format_figure(figure).line for figure in figures)
    forecast = describe_forecast(service, view)
    yield "No forecast: no region is loaded." if forecast is None else forecast.brief
    if forecast is not None:
        yield f"How such forecasts did: {forecast.track.line}"


def _gaps(service: QueryService, view: View, locality: Locality) -> Iterator[str]:
    gaps = read_gaps(service, view)
    if gaps is None:
        yield "Not known: no sensors are known for these records. Coverage is unknown, not zero."
        return
    dark = gaps.table[gaps.table["gap_hours"] >= _LEAST_GAP_H]
    if dark.empty:
        yield "No stretch of the line was unseen for an hour or more."
    for row in dark.head(MOST_GAPS).itertuples():
        yield (
            f"{row.segment_id}, {row.length_km * _MILES:.1f} mi, "
            f"{locality.say_place(row.lon, row.lat)}: unseen {row.gap_hours:.0f} of "
            f"{gaps.hours:.0f} h (MGRS {row.mgrs})"
        )
    if len(dark) > MOST_GAPS:
        yield f"and {len(dark) - MOST_GAPS:,} more segments"


@dataclass(frozen=True, kw_only=True)
class _Decided:
    """The alerts and decisions of a view in words, and their markings."""

    lines: tuple[str, ...]
    markings: frozenset[str]

    @classmethod
    def read(cls, service: QueryService, view: View) -> "_Decided":
        alerts = build_alert_lines(service, view)
        lines = [*(alerts or ("No alert is open here.",))]
        markings = {alert.finding.marking for alert in read_alerts(service, view)}
        try:
            impacts = read_impacts(service, view)
        except SettingsError as fault:
            return cls(lines=(*lines, str(fault)), markings=frozenset(markings))
        decided = (
            []
            if impacts is None
            else [i for i in impacts.within(view).levels if i.valid_decision is not None]
        )
        if impacts is not None and not decided:
            lines.append("No impact level was agreed here.")
        for impact in decided:
            name = impact.proposal.segment_id
            lines.append(f"{name}: {name_level(impact.level)}, {impact.status_text}")
        decisions = (impact.valid_decision for impact in decided)
        markings |= {one.marking for one in decisions if one is not None}
        return cls(lines=tuple(lines), markings=frozenset(markings))


def _ask(view: View, sources: Sequence[str], contacts: Sequence[str]) -> Iterator[str]:
    yield from contacts
    for name in sources:
        state = view.snapshot.sources.get(name)
        if state is not None:
            yield f"{state.source.title}: {state.source.publisher}"
    if not contacts and not sources:
        yield "Nobody is named: contacts of agencies are in the policy file (docs/access.md)."


def _sources(view: View, locality: Locality) -> Iterator[str]:
    for name, state in list_shown_sources(view).items():
        if name in view.snapshot.event_sources:
            newest = view.snapshot.event_sources[name].newest
            when = "no record" if newest is None else f"newest {locality.say_time(newest)}"
            yield f"{state.source.title} ({state.source.publisher}): {when}; {state.marking}"
