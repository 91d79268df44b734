"""The sources as rows: what each is, its records and time span, and whether it is late."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from cop.model.freshness import Freshness
from cop.model.moment import format_age, format_dtg
from cop.store.dataset.source import SourceState
from cop.ui.component.frame import build_chips

CSS = """
<style>
.cop-sources { display: grid; font-size: 0.8rem; line-height: 1.35;
  grid-template-columns: 11.5rem minmax(12rem, 4fr) 5.2rem 6rem minmax(11rem, 4fr) 9.6rem 8.4rem;
  font-variant-numeric: tabular-nums; }
.cop-sources > div { display: contents; }
.cop-sources > div > * { padding: 0.3rem 0.9rem 0.3rem 0; min-width: 0; overflow-wrap: anywhere;
  border-top: 1px solid rgba(128, 140, 152, 0.28); }
.cop-sources > .cop-heads > * { border: 0; opacity: 0.72; padding-bottom: 0; align-self: end; }
.cop-sources small { display: block; opacity: 0.75; font-size: 0.72rem; }
.cop-state { white-space: nowrap; padding: 0 0.45rem; border-radius: 3px; font-weight: 650; }
.cop-state-current { background: #009e73; color: #000; }
.cop-state-late { background: #d55e00; color: #000; }
.cop-state-unscheduled, .cop-state-empty { border: 1px solid rgba(128, 140, 152, 0.7); }
.cop-sources .cop-chip { display: inline-block; white-space: nowrap; font-size: 0.68rem;
  margin-left: 0.3rem; }
.cop-time { position: relative; display: block; height: 12px; margin-top: 3px;
  background: rgba(128, 140, 152, 0.16); border-radius: 2px; }
.cop-time > i { position: absolute; top: 1px; bottom: 1px; min-width: 3px; background: #56b4e9;
  border-radius: 2px; }
.cop-time > i.cop-synthetic-span { background: #e69f00; }
.cop-axis { position: relative; display: block; height: 1.1rem; }
.cop-axis > span { position: absolute; white-space: nowrap; transform: translateX(-50%); }
.cop-axis > span:last-child { transform: translateX(-100%); }
@media (max-width: 1100px) {
  .cop-sources { grid-template-columns:
    6rem minmax(0, 3fr) 4rem 5rem minmax(0, 2fr) minmax(0, 2fr) minmax(0, 2fr); }
  .cop-axis > span:not(:first-child, :last-child) { display: none; }
}
</style>
"""
_WORDS = {
    "current": ("\N{CHECK MARK}", "current"),
    "late": ("\N{WARNING SIGN}", "late"),
    "unscheduled": ("\N{EN DASH}", "no update interval"),
    "empty": ("\N{WHITE CIRCLE}", "no records"),
}
_KINDS = ("events", "sensors", "statistics", "places", "lines", "terrain", "layers")
_ORDER = ("late", "current", "unscheduled", "empty")
_HEADS = ("State", "Source", "Kind", "Records", "", "Newest", "Loaded")
_TICKS = 6
_NOW_FROM = 84


@dataclass(frozen=True, kw_only=True)
class SourceRow:
    """A source with what is loaded of it and how fresh that is."""

    state: SourceState
    fresh: Freshness


def build_rows(states: Iterable[SourceState], *, now: datetime) -> list[SourceRow]:
    """Judge every source; the late ones come first, real ones before synthetic ones."""
    rows = [SourceRow(state=state, fresh=state.judge(now)) for state in states]
    return sorted(
        rows,
        key=lambda row: (
            _ORDER.index(row.fresh.state),
            row.state.source.synthetic,
            _KINDS.index(row.state.source.kind),
            row.state.source.title,
        ),
    )


def build_source_list(
    rows: Sequence[SourceRow], refused: Mapping[str, int], *, now: datetime
) -> str:
    """Return the rows as HTML, their times on one axis; every word is escaped.

    ``refused`` counts refused rows by source.
    """
    moments = [m for row in rows for m in (row.state.oldest, row.state.newest) if m is not None]
    first, last = min([now, *moments]), max([now, *moments])
    first = datetime(first.year, 1, 1)
    axis = f"<span>{_axis(first, last)}</span>"
    heads = "".join(f"<span>{head}</span>" if head else axis for head in _HEADS)
    body = "".join(
        f"<div>{_row(row, refused.get(row.state.source.id, 0), first, last)}</div>" for row in rows
    )
    return f'<div class="cop-sources"><div class="cop-heads">{heads}</div>{body}</div>'


def describe_state(fresh: Freshness) -> str:
    """Describe the state in words, ``late by 3 d 4 h``."""
    word = _WORDS[fresh.state][1]
    return word if fresh.late_by is None else f"{word} by {format_age(fresh.late_by)}"


def describe_cadence(days: float | None) -> str:
    """Describe how often an update is expected."""
    if days is None:
        return "no update expected"
    return "expected daily" if days == 1 else f"expected every {days:g} d"


def _row(row: SourceRow, refused: int, first: datetime, last: datetime) -> str:
    source, fresh = row.state.source, row.fresh
    icon = _WORDS[fresh.state][0]
    chips = build_chips(row.state.marking, synthetic=source.synthetic)
    credit = f"; credit: {source.attribution}" if source.attribution else ""
    newest, aged = _newest(row)
    return (
        f'<span><span class="cop-state cop-state-{fresh.state}">{icon} '
        f"{escape(describe_state(fresh))}</span></span>"
        f"<span><b>{escape(source.title)}</b>{chips}"
        f"<small>{escape(source.publisher)}; {escape(source.terms)}{escape(credit)}</small></span>"
        f"<span>{source.kind}</span>"
        f"<span>{row.state.n:,}{f'<small>{refused:,} rejected</small>' if refused else ''}</span>"
        f"<span>{_strip(row, first, last)}</span>"
        f"<span>{newest}<small>{aged}</small>"
        f"<small>{escape(describe_cadence(source.cadence_days))}</small></span>"
        f"<span>{format_dtg(row.state.loaded_at)}</span>"
    )


def _newest(row: SourceRow) -> tuple[str, str]:
    """Describe when the newest record is of, and its age or that of the list."""
    newest, age = row.state.newest, format_age(row.fresh.age)
    if newest is None:
        return "undated", f"loaded {age} ago"
    if row.state.source.kind == "sensors":
        return format_dtg(newest), f"installed; list {age} old"
    return format_dtg(newest), f"{age} old"


def _strip(row: SourceRow, first: datetime, last: datetime) -> str:
    oldest, newest = row.state.oldest, row.state.newest
    if oldest is None or newest is None:
        return '<span class="cop-time"></span><small>undated</small>'
    left, right = _place(oldest, first, last), _place(newest, first, last)
    mark = ' class="cop-synthetic-span"' if row.state.source.synthetic else ""
    days = dict.fromkeys((_day(oldest), _day(newest)))
    return (
        f'<span class="cop-time"><i{mark} style="left:{min(left, 99.5):.2f}%;'
        f'width:{right - left:.2f}%"></i></span>'
        f"<small>{' to '.join(days)}</small>"
    )


def _day(moment: datetime) -> str:
    return moment.strftime("%d %b %y").upper()


def _place(moment: datetime, first: datetime, last: datetime) -> float:
    return 100 * (moment - first) / max(last - first, timedelta(seconds=1))


def _axis(first: datetime, last: datetime) -> str:
    """Return the axis above the strips: years, and now at its right end."""
    years = last.year - first.year + 1
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100) if years / s <= _TICKS)
    ticks = [
        (year, _place(datetime(year, 1, 1), first, last))
        for year in range(first.year - first.year % step, last.year + 1, step)
        if year >= first.year
    ]
    words = "".join(
        f'<span style="left:{place:.2f}%">{year}</span>'
        for year, place in ticks
        if place < _NOW_FROM
    )
    return f'<span class="cop-axis">{words}<span style="left:100%">now</span></span>'
