"""The scope of a view in words, made here alone: area, kinds, window, records, data time."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from cop.model.area import Area
from cop.model.event import KINDS, OUTSIDE
from cop.model.giving import PRECISION_WORDS, Grant
from cop.model.moment import format_age, format_day, format_dtg
from cop.model.release import Release
from cop.model.trial import SensorTrial, TrialSort
from cop.model.unapplied import describe_unapplied
from cop.model.window import PRESETS, TimeWindow
from cop.query.absence import name_absence
from cop.query.annotation import read_annotations
from cop.query.reporting import read_reporting
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.snapshot import Snapshot

_MOST_NAMED: Final = 4
_DAY: Final = timedelta(days=1)
STALE: Final = "STALE"
WHAT_IF: Final = "WHAT-IF"
_TRIED: Final[dict[TrialSort, str]] = {
    "add": "added",
    "move": "moved",
    "raise": "raised",
    "off": "off",
}


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What the figures of a view are of, in words.

    ``ground`` is the region, or what the filter leaves of it; ``places`` are the filter's own,
    empty for the whole border. ``data`` is the newest record of the sources that report on it, with
    its age; ``stale`` says so where it is older than their update interval allows, which is
    ``due``. ``unapplied`` names what was asked for and is left out: without it more would seem to
    be asked. ``trial`` says that changes of sensors are tried, and which. ``withheld`` names the
    sources that are not released to the viewer.
    """

    region: str
    ground: str
    places: str
    kinds: str
    window: str
    records: str
    data: str
    stale: str = ""
    due: str = ""
    unapplied: str = ""
    trial: str = ""
    withheld: str = ""

    @property
    def area(self) -> str:
        """The ground, after what is tried."""
        return f"{self.trial} \N{MIDDLE DOT} {self.ground}" if self.trial else self.ground

    @property
    def warning(self) -> str:
        """That the data are stale and when they were expected; empty where they are not."""
        return f"{self.stale}; {self.due}" if self.stale else ""

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts in the order of reading; STALE names the data time itself."""
        known = (self.area, self.kinds, self.window, self.records)
        return known if self.stale else (*known, self.data)

    @property
    def line(self) -> str:
        """Everything in one line, STALE, what is not applied and what is withheld first."""
        first = [words for words in (self.warning, self.unapplied, self.withheld) if words]
        return " \N{MIDDLE DOT} ".join((*first, *self.parts))


def read_scope(service: QueryService, view: View) -> Scope:
    """Return the scope of a view."""
    resolved, snapshot = view.filter, view.snapshot
    reporting = read_reporting(service, view)
    newest, freshness = reporting.newest, reporting.freshness
    region = snapshot.region.title if snapshot.region else "no region"
    places, trial = _name_places(service, view), describe_trials(resolved.trials)
    ground = f"{region}: {places}" if places else region
    stale = due = ""
    if newest is not None and freshness is not None and freshness.is_stale:
        age, allowed = (format_age(one, coarse=True) for one in (freshness.age, freshness.allowed))
        stale = f"{STALE}: newest record {format_dtg(newest)}, {age} old"
        due = f"expected within {allowed}"
    return Scope(
        region=region,
        ground=ground,
        places=places,
        kinds=_name_some([KINDS[kind].lower() for kind in resolved.kinds]) or "all kinds",
        window=describe_window(resolved.window, newest=newest, now=snapshot.now),
        records=_name_records(view),
        data=_name_data(view, newest),
        stale=stale,
        due=due,
        unapplied=describe_unapplied(view.unapplied),
        trial=trial,
        withheld=describe_withheld(snapshot),
    )


def describe_withheld(snapshot: Snapshot) -> str:
    """Name what is not released to the viewer: sources, and small counts; empty if nothing is."""
    release = snapshot.release
    if release is None:
        return ""
    found = []
    if snapshot.withheld:
        found.append(f"Not released to {release.agency}: {_name_some([*snapshot.withheld])}")
    if release.smallest_count > 1:
        found.append(f"Left out: {describe_small(release)}")
    if release.grant is not None:
        found.append(describe_grant(release.grant))
    return " \N{MIDDLE DOT} ".join(found)


def describe_grant(grant: Grant) -> str:
    """Return what rules of giving leave of events, and how exactly these are placed."""
    rules = grant.rules
    if "events" not in rules.parts:
        return f"No events are given to {grant.code}"
    parts = [f"Events as given to {grant.code}: {PRECISION_WORDS[rules.precision]}"]
    if rules.kinds:
        parts.append(_name_some([KINDS[kind].lower() for kind in rules.kinds]))
    if rules.counties:
        around = f" and {rules.margin_km:g} km around" if rules.margin_km else ""
        parts.append(f"{_name_some([*rules.counties])}{around}")
    if rules.delay_h:
        parts.append(f"{rules.delay_h:g} h after they occurred")
    if rules.smallest_count > 1:
        parts.append(f"cells of {rules.smallest_count} or more")
    return ", ".join(parts)


def describe_small(release: Release) -> str:
    """Return which events a release leaves out because they are few."""
    return f"fewer than {release.smallest_count} events of a kind in a county and month"


def describe_window(window: TimeWindow, *, newest: datetime | None, now: datetime) -> str:
    """Name a window, ``last 72 h``; one that ends with old records says so; years are printed."""
    span = format_span(window)
    name = next((name for name, length in PRESETS.items() if window.length == length), None)
    if name is None or window.end is None:
        return span
    if window.end >= now:
        return f"last {name} to {format_dtg(window.end)}"
    if newest is not None and newest <= window.end <= newest + _DAY:
        return f"last {name} of data, ending {format_day(window.end - timedelta(microseconds=1))}"
    return span


def format_span(window: TimeWindow) -> str:
    """Write a window as days, the last included, or as date-time groups where it cuts one."""
    start, end = window.start, window.end
    whole = all(moment is None or moment.time() == time() for moment in (start, end))
    write = format_day if whole else format_dtg
    last = end - _DAY if whole and end is not None else end
    if start is None and last is None:
        return "all time"
    if start is None or last is None:
        return f"since {write(start)}" if start else f"until {write(last)}" if last else ""
    return write(start) if whole and last <= start else f"{write(start)} to {write(last)}"


def describe_trials(trials: Sequence[SensorTrial]) -> str:
    """Return that changes of sensors are tried, and how many; empty where none are."""
    if not trials:
        return ""
    counts = Counter(trial.sort for trial in trials)
    parts = [f"{counts[sort]} {word}" for sort, word in _TRIED.items() if counts[sort]]
    return f"{WHAT_IF}, sensors: {', '.join(parts)}"


def name_area(service: QueryService, view: View, area: Area) -> str:
    """Return the title of the annotation that an area is of, else its size."""
    drawn = [one for one in read_annotations(service, view) if one.drawing.shape == "area"]
    of = [one.title for one in drawn if Area.of(one.drawing.coordinates) == area]
    return of[0] if of else area.size


def _name_places(service: QueryService, view: View) -> str:
    resolved, parts = view.filter, list[str]()
    if len(resolved.sectors) == 1 and resolved.sectors[0] != OUTSIDE:
        (code,) = resolved.sectors
        parts.append(f"{code} {view.snapshot.sectors.get(code, '')}".strip())
    elif resolved.sectors:
        names = ["outside every sector" if code == OUTSIDE else code for code in resolved.sectors]
        parts.append(_name_some(names, most=len(view.snapshot.sectors)))
    if resolved.counties:
        names = ["outside every county" if c == OUTSIDE else c for c in resolved.counties]
        parts.append(f"{'county' if len(names) == 1 else 'counties'} {_name_some(names)}")
    if resolved.area is not None:
        parts.append(f"area {name_area(service, view, resolved.area)}")
    return ", ".join(parts)


def _name_records(view: View) -> str:
    words = "SYNTHETIC records" if view.records == "synthetic" else "real records"
    sources = [
        state.source.title
        for name in view.filter.sources
        if (state := view.snapshot.event_sources.get(name)) is not None
    ]
    return f"{words} of {_name_some(sources)}" if sources else words


def _name_data(view: View, newest: datetime | None) -> str:
    if view.snapshot.newest(view.records) is None:
        return f"no records {name_absence(view.snapshot.release)}"
    if newest is None:
        return "no source reports here"
    age = max(timedelta(0), view.snapshot.now - newest)
    return f"data to {format_dtg(newest)}, {format_age(age, coarse=True)} old"


def _name_some(names: list[str], *, most: int = _MOST_NAMED) -> str:
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
