"""Alerts of surges and rushes: finding, place, evidence, state and outcome."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from cop.errors import AlertError
from cop.model.filter import Records
from cop.model.moment import format_age, format_dtg
from cop.model.text import format_range

Detector = Literal["surge", "rush"]
State = Literal["open", "acknowledged", "closed"]
Outcome = Literal["confirmed", "planned", "data", "false"]
OUTCOMES: Final[dict[Outcome, str]] = {
    "confirmed": "Confirmed: more than expected",
    "planned": "Planned: an operation or shift change",
    "data": "Data issue: new source, late batch, or error",
    "false": "False alarm",
}
PROGRAM: Final = "cop"
"""The name for steps of the program: raised, extended."""
MOST_NAME, MOST_REASON = 60, 500
FALSE_ALARMS: Final[dict[Detector, str]] = {
    "surge": "1.6 false alarms per place per year in a trial on real daily counts",
    "rush": "0.08 false alarms per place per month in a trial on SYNTHETIC hourly counts",
}
"""The track record of the detectors (docs/forecast.md, Surges)."""
FALSE_ALARMS_A_YEAR: Final[dict[Detector, float]] = {"surge": 1.6, "rush": 0.08 * 12}
PERIOD: Final[dict[Detector, timedelta]] = {"surge": timedelta(days=1), "rush": timedelta(hours=1)}
QUIET: Final[dict[Detector, timedelta]] = {"surge": timedelta(days=7), "rush": timedelta(hours=24)}
"""The time without an alarm after which the next one is a new surge."""
_ON_FOR: Final[dict[Detector, timedelta]] = {"surge": timedelta(days=2), "rush": timedelta(hours=3)}
_DAYS_FROM = timedelta(days=2)
_MANY = 10
_NOTHING, _LITTLE = 0.001, 0.1


class Period(BaseModel):
    """A day or an hour of the evidence: its start (naive UTC), the count, the quiet interval."""

    model_config = ConfigDict(frozen=True)

    start: datetime
    n: int
    expected: float
    low: float
    high: float
    on: bool


class AlertFinding(BaseModel):
    """A surge as it is known at one moment; counts only, nothing about a person.

    ``observed`` of ``unit`` are from ``started_at`` to ``until`` (naive UTC), the detector's last
    alarm; ``alarm_from`` is its first. Normal is ``expected``,
    in 80% of periods ``low`` to ``high``. ``sector`` is a code, ``zone`` a stretch of about
    100 km of it, None for the whole sector; ``first_segment`` to ``last_segment`` are
    its ends. ``lat`` and ``lon`` (degrees, EPSG:4326) are the median of the records,
    ``area`` a ring of (lon, lat) around the stretch. ``kinds`` are records by kind, ``groups`` the
    people by group if recorded, ``sources`` those of the records, of its usual level too. The
    detector alarmed ``own_alarms`` times at this place in ``own_days`` days before.
    """

    model_config = ConfigDict(frozen=True)

    detector: Detector
    records: Records
    sector: str
    sector_name: str
    zone: str | None = None
    first_segment: str
    last_segment: str
    lat: float
    lon: float
    mgrs: str
    area: tuple[tuple[float, float], ...]
    started_at: datetime
    alarm_from: datetime
    until: datetime
    unit: Literal["events", "people"]
    observed: int
    expected: float
    low: float
    high: float
    kinds: dict[str, int]
    groups: dict[str, int] = {}
    sources: tuple[str, ...] = ()
    evidence: tuple[Period, ...]
    own_alarms: int
    own_days: int
    marking: str
    version: int
    known_at: datetime

    @property
    def place(self) -> str:
        """The sector's code, or the zone's name."""
        return self.zone or self.sector

    @property
    def ratio(self) -> float | None:
        """Observed over expected; None if next to nothing was expected."""
        return self.observed / self.expected if self.expected >= _NOTHING else None

    @property
    def size(self) -> str:
        """The size in words; a ratio to next to nothing would mean little."""
        if self.expected < 1 or self.ratio is None or self.ratio >= _MANY:
            return f"{self.observed:,} {self.unit}, {self.usual} expected"
        return f"{self.ratio:.1f} times expected"

    @property
    def usual(self) -> str:
        """The expected count in words; never a rounded 0."""
        return f"{self.expected:,.1f}" if self.expected >= _LITTLE else f"less than {_LITTLE}"

    @property
    def normal(self) -> str:
        """The expected count and its normal range: ``24.0 expected (80% of normal ...)``."""
        span = format_range(self.low, self.high)
        return f"{self.usual} expected (80% of normal periods: {span})"

    @property
    def label(self) -> str:
        """The label on a map: ``Surge x2.3``, ``Rush of 150``."""
        if self.detector == "rush":
            return f"Rush of {self.observed:,}"
        if self.ratio is None:
            return f"Surge of {self.observed:,}"
        return f"Surge \N{MULTIPLICATION SIGN}{self.ratio:.1f}"

    @property
    def where(self) -> str:
        """The place in words: ``RGV``, ``RGV-0021 to RGV-0040``."""
        return f"{self.first_segment} to {self.last_segment}" if self.zone else self.sector


class Alert(BaseModel):
    """One revision of an alert; ``step`` is what made it, by ``who`` (as they named themselves).

    It is *marked* where the marking of its records was raised. ``smallest_count`` is that of the
    release that counted them, None where it was not noted.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    revision: int
    state: State
    step: Literal["raised", "extended", "marked", "acknowledged", "closed"]
    who: str
    at: datetime
    raised_at: datetime
    finding: AlertFinding
    acknowledged_by: str | None = None
    closed_by: str | None = None
    outcome: Outcome | None = None
    reason: str = ""
    smallest_count: int | None = None

    @property
    def synthetic(self) -> bool:
        """Whether it was found in synthetic records."""
        return self.finding.records == "synthetic"

    def is_on(self, now: datetime) -> bool:
        """Return whether the detector is still on, as far as the records show."""
        return self.state != "closed" and now - self.finding.until < _ON_FOR[self.finding.detector]

    def title(self, now: datetime) -> str:
        """Return one line: ``surge in RGV for 2 days, 2.3 times expected``."""
        found = self.finding
        if self.is_on(now):
            age = now - found.started_at
            span = f"{age.days} days" if age >= _DAYS_FROM else format_age(age)
            when = f"for {span}"
        else:
            when = f"{format_dtg(found.started_at)} to {format_dtg(found.until)}"
        return f"{found.detector} in {found.where} {when}, {found.size}"

    def to_words(self, now: datetime) -> dict[str, Any]:
        """Return everything as JSON values, with its title and the detector's track record."""
        found = self.finding
        return {
            "title": self.title(now),
            "synthetic": self.synthetic,
            **self.model_dump(mode="json", exclude={"finding", "smallest_count"}),
            **found.model_dump(mode="json"),
            "where": found.where,
            "ratio": None if found.ratio is None else round(found.ratio, 2),
            "false_alarms": FALSE_ALARMS[found.detector],
        }


def read_state(text: str | None) -> State | None:
    """Read a state, None for any; AlertError lists them."""
    states: tuple[State, ...] = ("open", "acknowledged", "closed")
    return _choose(text, states, what="state")


def read_records(text: str | None) -> Records | None:
    """Read which records, None for both; AlertError lists them."""
    sorts: tuple[Records, ...] = ("real", "synthetic")
    return _choose(text, sorts, what="records")


@dataclass(frozen=True, kw_only=True)
class AlertSummary:
    """Active alerts in few words: how many, the title of the first, and how many more there are.

    ``brief`` is all of it for a wall.
    """

    many: str
    first: str
    brief: str = ""

    @property
    def line(self) -> str:
        """Both in one line."""
        return f"{self.many}: {self.first}"


def summarize_alerts(
    alerts: tuple[Alert, ...], now: datetime, *, outside: int = 0
) -> AlertSummary | None:
    """Return what is active: ``1 alert``, ``surge in RGV ...``; None where nothing is.

    Alerts that nobody acknowledged come first, and those that began last. ``outside`` is how many
    more are active outside the filter.
    """
    elsewhere = f"{outside} outside the filter" if outside else ""
    if not alerts:
        many = "no alert in the filter"
        brief = f"{many}; {elsewhere}"
        return AlertSummary(many=many, first=elsewhere, brief=brief) if outside else None
    first = sort_alerts(alerts)[0]
    many = f"{len(alerts)} alert{'s' if len(alerts) > 1 else ''}"
    seen = f" (acknowledged by {first.acknowledged_by})" if first.acknowledged_by else ""
    more = f"; {len(alerts) - 1} more" if len(alerts) > 1 else ""
    more += f"; {elsewhere}" if elsewhere else ""
    brief = f"{many}: {first.finding.label} in {first.finding.where}"
    return AlertSummary(
        many=many,
        first=f"{first.title(now)}{seen}{more}",
        brief=f"{brief}; {elsewhere}" if elsewhere else brief,
    )


def sort_alerts(alerts: tuple[Alert, ...]) -> tuple[Alert, ...]:
    """Return open alerts first, then acknowledged and closed ones, each with the newest first."""
    rank = {"open": 0, "acknowledged": 1, "closed": 2}
    newest = sorted(alerts, key=lambda alert: (alert.finding.started_at, alert.id), reverse=True)
    return tuple(sorted(newest, key=lambda alert: rank[alert.state]))


def check_person(name: str) -> str:
    """Return a person's name, stripped; AlertError if it is not valid."""
    return _check(name, what="name", most=MOST_NAME)


def check_reason(reason: str) -> str:
    """Return a reason, stripped; AlertError if it is not valid."""
    return _check(" ".join(reason.split()), what="reason", most=MOST_REASON)


def check_outcome(outcome: str) -> Outcome:
    """Return a known outcome; AlertError lists them."""
    chosen = _choose(outcome, tuple(OUTCOMES), what="outcome")
    if chosen is None:
        raise AlertError(f"no outcome: use one of {', '.join(OUTCOMES)}")
    return chosen


_Word = TypeVar("_Word", bound=str)


def _choose(text: str | None, known: tuple[_Word, ...], *, what: str) -> _Word | None:
    if text is None:
        return None
    for word in known:
        if text == word:
            return word
    raise AlertError(f"{what}={text[:40]!r}: use one of {', '.join(known)}")


def _check(text: str, *, what: str, most: int) -> str:
    text = text.strip()
    if not text or len(text) > most or not text.isprintable():
        raise AlertError(
            f"{what} {text[:40]!r}: use 1 to {most} characters without control characters"
        )
    return text
