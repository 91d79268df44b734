"""Sentences of the monthly forecast: the answer first, then its track record."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Final, Literal

import pandas as pd

from cop.analysis.forecast.month_card import EVERYWHERE, RECENT_MONTHS
from cop.model.region import SeriesDeclaration
from cop.model.text import format_interval, format_skill
from cop.query.month import MonthOutlook, format_month
from cop.store.snapshot import Snapshot

State = Literal["good", "unsure", "none", "failed", "missing"]
_MOST_NAMED: Final = 3
_WORDS: Final[dict[State, tuple[str, str]]] = {
    "good": ("\N{CHECK MARK}", "FORECAST BEATS A SIMPLE GUESS"),
    "unsure": ("\N{ALMOST EQUAL TO}", "NOT CLEARLY BETTER THAN A SIMPLE GUESS"),
    "none": ("\N{MULTIPLICATION SIGN}", "FORECAST DOES NOT BEAT A SIMPLE GUESS"),
    "failed": ("\N{WARNING SIGN}", "FAILED"),
    "missing": ("\N{WHITE CIRCLE}", "NO FORECAST: NO TRACK RECORD"),
}
_VERDICTS: Final[dict[str, State]] = {"better": "good", "unsure": "unsure", "none": "none"}
CSS: Final = """
<style>
.cop-record { padding: 0 0.45rem; border-radius: 3px; font-weight: 700; white-space: nowrap;
  font-size: 0.8rem; letter-spacing: 0.03em; border: 1px solid rgba(128, 140, 152, 0.7); }
.cop-record-good { background: #009e73; color: #000; border-color: #009e73; }
.cop-record-unsure { background: #e69f00; color: #1b1200; border-color: #e69f00; }
.cop-record-none, .cop-record-failed { background: #d55e00; color: #000; border-color: #d55e00; }
.cop-lead p { margin: 0 0 0.25rem; }
</style>
"""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How good a forecast has been: its state, and in words why."""

    state: State
    title: str
    words: str

    def chip(self) -> str:
        """Return the state as HTML, by sign and word as well as color."""
        sign = _WORDS[self.state][0]
        return (
            f'<span class="cop-record cop-record-{self.state}">{sign} {escape(self.title)}</span>'
        )


def judge_months(
    outlook: MonthOutlook, horizon: int, declared: SeriesDeclaration, *, place: str = EVERYWHERE
) -> Verdict:
    """Judge the record of a horizon, of one place or of all: a recent break outweighs the rest."""
    if outlook.reason is not None or place in outlook.left_out:
        why = outlook.left_out.get(place) or outlook.reason or ""
        return Verdict(state="missing", title=_WORDS["missing"][1], words=f"{why}.")
    card = find_card(outlook, horizon, place)
    recent = recent_breaks(outlook, horizon, place)
    if recent.empty:
        state = _VERDICTS[str(card["verdict"])]
        return Verdict(state=state, title=_WORDS[state][1], words=_score(card))
    title = f"FAILED {name_months(recent['month'])}"
    words = _score(card)
    if place == EVERYWHERE:
        worst = recent.loc[(recent["truth"] - recent["expected"]).abs().idxmax()]
        words = (
            f"{len(worst['where'])} of {_number(worst['places'])} {declared.place_kind}s were "
            f"{worst['side']} their 80% interval in {format_month(worst['month'])}: "
            f"{worst['expected']:,.0f} {declared.unit} expected in total, {worst['truth']:,.0f} "
            f"observed. History cannot predict such a break. Whole record: {words}"
        )
    return Verdict(state="failed", title=title, words=words)


def find_card(outlook: MonthOutlook, horizon: int, place: str) -> "pd.Series[float]":
    """Return the scores of a horizon at a place."""
    cards = outlook.cards
    return cards[(cards["horizon"] == horizon) & (cards["place"] == place)].iloc[0]


def breaks_of(outlook: MonthOutlook, horizon: int, place: str = EVERYWHERE) -> pd.DataFrame:
    """Return the breaks of a horizon that a place took part in, or all of them."""
    breaks = outlook.breaks[outlook.breaks["horizon"] == horizon]
    if place == EVERYWHERE or breaks.empty:
        return breaks
    return breaks[[place in where for where in breaks["where"]]]


def recent_breaks(outlook: MonthOutlook, horizon: int, place: str = EVERYWHERE) -> pd.DataFrame:
    """Return the breaks of the newest two years."""
    breaks = breaks_of(outlook, horizon, place)
    if outlook.newest is None or breaks.empty:
        return breaks
    return breaks[breaks["month"] > str(outlook.newest - RECENT_MONTHS)]


def describe_outlook(
    outlook: MonthOutlook, horizon: int, names: Mapping[str, str], unit: str
) -> str:
    """Return as HTML where more than usual is expected; usual is the mean of the last 12 months."""
    of_all = outlook.outlook[outlook.outlook["horizon"] == horizon]
    rows = of_all[of_all["place"].isin(list(names))]
    some = len(rows) < len(of_all)
    if rows.empty:
        return "No forecast."
    month = format_month(rows["month"].iloc[0])
    more = rows[rows["sense"] == "more"]
    less = rows[rows["sense"] == "less"]
    if more.empty:
        where = "None of these places" if some else "No place"
        words = f"<b>{where} is clearly above usual for {month}</b>"
    else:
        more = more.assign(by=more["expected"] - more["usual"]).sort_values("by", ascending=False)
        words = f"<b>More than usual expected in {month} in {_named(more, names)}</b>"
        words += f": {_figures(more.iloc[0], names, unit)}"
    if less.empty:
        return f"{words}."
    where = f"in {_named(less, names)}" if len(less) <= _MOST_NAMED else f"in {len(less)}"
    if len(less) == len(rows) > 1:
        where = "in all of these" if some else "everywhere"
    return f"{words}; less {where}."


def describe_age(outlook: MonthOutlook, snapshot: Snapshot) -> str | None:
    """Describe where the figures are so old that nothing forecast lies ahead of now."""
    if outlook.newest is None:
        return None
    current = pd.Period(snapshot.now, freq="M")
    age = (current - outlook.newest).n
    if age <= 2:  # noqa: PLR2004 figures of a month come out in the next one
        return None
    past = outlook.newest + 6 < current
    return (
        f"The figures end {format_month(outlook.newest)}, {age} months ago"
        + (": every forecast month is past." if past else ".")
        + " Load newer figures: `python -m cop ingest statistics FILE --profile NAME`."
    )


def name_months(months: "pd.Series[str]") -> str:
    """Name months by the first and the last, ``FEB - APR 25``."""
    first, last = format_month(min(months)), format_month(max(months))
    if first == last:
        return first
    if first[-2:] == last[-2:]:
        first = first[:3]
    return f"{first} \N{EN DASH} {last}"


def percent(value: float | None) -> str:
    """Write a gain with its sign."""
    if value is None or pd.isna(value):
        return "unknown"
    return f"{value:+.1%}".replace("-", "\N{MINUS SIGN}")


def _score(card: "pd.Series[float]") -> str:
    gain = card["gain"]
    if gain is None or pd.isna(gain):
        error = "no error to compare: the last value never missed"
    else:
        bounds = {"gain": gain, "low": card["low"], "high": card["high"]}
        error = format_skill(str(card["verdict"]), "repeating the last value", **bounds)
    return (
        f"{error}; 80% intervals correct for {card['cover80']:.0%} of "
        f"{_number(card['months'])} forecasts, {card['recent_cover80']:.0%} in the last "
        f"{RECENT_MONTHS} months."
    )


def _named(rows: pd.DataFrame, names: Mapping[str, str]) -> str:
    places = [f"{place} {names[place]}".strip() for place in rows["place"]]
    if len(places) > _MOST_NAMED:
        return escape(f"{', '.join(places[:_MOST_NAMED])} and {len(places) - _MOST_NAMED} more")
    return escape(" and ".join([", ".join(places[:-1]), places[-1]] if places[1:] else places))


def _figures(row: "pd.Series[float]", names: Mapping[str, str], unit: str) -> str:
    return escape(
        f"{row['place']} {row['expected']:,.0f} {unit} "
        f"({format_interval(row['lower'], row['upper'])}), usual {row['usual']:,.0f}"
    )


def _number(value: object) -> str:
    return f"{int(str(value)):,}"
