"""The timeline as a Streamlit component: bars of time go out, a brushed window comes back."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from cop.errors import CopError
from cop.model.moment import format_instant
from cop.model.window import TimeWindow
from cop.ui.component.asset import ignore_change, mount_component

ASSETS = Path(__file__).with_name("asset")
_NAME = "cop.timeline"
_HTML = '<div class="coptime" style="visibility:hidden"></div>'
_STEPS: tuple[tuple[str, timedelta, timedelta], ...] = (
    ("hour", timedelta(hours=1), timedelta(hours=1)),
    ("day", timedelta(days=1), timedelta(days=1)),
    ("week", timedelta(days=7), timedelta(days=7)),
    ("month", timedelta(days=28), timedelta(days=31)),
    ("quarter", timedelta(days=90), timedelta(days=92)),
    ("year", timedelta(days=365), timedelta(days=366)),
)


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A bin ``start <= occurred_at < end`` (naive UTC): ``n`` records, what they count by unit.

    ``n`` is None where some of its records are missing; what is then counted does not matter.
    """

    start: datetime
    end: datetime
    n: int | None
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class TimelineSpec:
    """Everything the timeline needs; times are naive UTC, bars contiguous from old to new.

    A bar is as high as its events, or as what is counted in one of ``units``: the viewer chooses,
    and units are never added. ``present`` names ``now``. ``newest`` is
    the newest record's time, None where there is no record; ``incomplete_after`` is when reports
    begin to be still on their way. ``wall`` leaves out every control and enlarges the words.
    """

    bars: tuple[Bar, ...]
    window: TimeWindow
    extent: tuple[datetime, datetime]
    now: datetime
    previous: TimeWindow | None = None
    newest: datetime | None = None
    incomplete_after: datetime | None = None
    present: str = "now"
    units: tuple[str, ...] = ()
    theme: Literal["dark", "light"] = "dark"
    synthetic: bool = False
    wall: bool = False

    def __post_init__(self) -> None:
        """Refuse an extent or bars that run backwards, and bars that leave a gap or overlap."""
        start, end = self.extent
        if start >= end:
            raise CopError(
                f"timeline extent {format_instant(start)} to {format_instant(end)}: "
                "give an end after the start"
            )
        for bar in self.bars:
            if bar.start >= bar.end:
                raise CopError(
                    f"timeline bar {format_instant(bar.start)} ends at "
                    f"{format_instant(bar.end)}: give an end after the start"
                )
        for one, other in pairwise(self.bars):
            if one.end != other.start:
                raise CopError(
                    f"timeline bar {format_instant(other.start)} does not begin where the one "
                    f"before it ends, {format_instant(one.end)}: give a bar, with n=0 where "
                    "nothing happened, for every bin"
                )

    @property
    def step(self) -> str:
        """Describe the length of the longest bar, ``day`` or ``6 hours``; the first may be cut."""
        longest = max((bar.end - bar.start for bar in self.bars), default=timedelta(days=1))
        for name, least, most in _STEPS:
            if least <= longest <= most:
                return name
        hours = longest / timedelta(hours=1)
        return f"{hours / 24:g} days" if hours % 24 == 0 else f"{hours:g} hours"


def render_timeline(spec: TimelineSpec, *, key: str, height: int = 96) -> TimeWindow | None:
    """Draw the timeline and give the window that was brushed since the last run, once.

    None means that nothing new was brushed, or that ``read_brush`` has already given it. In a
    fragment, which alone is rerun by the brush, call ``st.rerun()`` when there is a window.
    """
    memory = _memory(key)
    known = max(memory["read"], memory["reported"])
    mount = mount_component(_NAME, assets=ASSETS, html=_HTML, css="timeline.css", js="timeline.js")
    mount(
        key=key,
        data=build_data(spec) | {"height": height, "session": memory["session"], "seen": known},
        height=height,
        on_brush_change=ignore_change,
    )
    report = _report(key)
    if report is None or report[0] <= known:
        return None
    memory["reported"] = report[0]
    return report[1]


def read_brush(key: str) -> TimeWindow | None:
    """Return the window brushed since the last call, once, before the timeline is drawn.

    A page that shows something above its timeline calls this first, so that one run suffices.
    What ``render_timeline`` gave to a fragment is given here too, in the run that follows.
    """
    memory = _memory(key)
    report = _report(key)
    if report is None or report[0] <= memory["read"]:
        return None
    memory["read"] = report[0]
    return report[1]


def parse_brush(brush: object, *, session: str) -> tuple[int, TimeWindow] | None:
    """Read the browser's report as (revision, window).

    Anything malformed counts as not reported, and so does a report to another ``session``: after
    a restart of the server the browser repeats its last one, which may be long outdated.
    """
    if not isinstance(brush, Mapping) or brush.get("session") != session:
        return None
    try:
        window = TimeWindow(start=_moment(brush["start"]), end=_moment(brush["end"]))
        return int(brush["rev"]), window
    except (KeyError, TypeError, ValueError, OverflowError, OSError, CopError):
        return None


def build_data(spec: TimelineSpec) -> dict[str, Any]:
    """Build what the browser gets: milliseconds since 1970, edges as seconds after the first."""
    first = spec.bars[0].start if spec.bars else spec.extent[0]
    edges = [*(bar.start for bar in spec.bars), *(bar.end for bar in spec.bars[-1:])]
    return {
        "first": _stamp(first),
        "edges": [int((edge - first).total_seconds()) for edge in edges],
        "series": _series(spec),
        "step": spec.step,
        "extent": [_stamp(edge) for edge in spec.extent],
        "window": _stamps(spec.window),
        "previous": _stamps(spec.previous) if spec.previous else None,
        "now": _stamp(spec.now),
        "present": spec.present,
        "newest": _stamp(spec.newest),
        "incompleteAfter": _stamp(spec.incomplete_after),
        "theme": spec.theme,
        "synthetic": spec.synthetic,
        "wall": spec.wall,
    }


def _series(spec: TimelineSpec) -> dict[str, list[int | None]]:
    """Return the height of every bar by unit, events first; None is unknown."""
    return {"events": [bar.n for bar in spec.bars]} | {
        unit: [None if bar.n is None else bar.counts.get(unit, 0) for bar in spec.bars]
        for unit in spec.units
    }


def _memory(key: str) -> dict[str, Any]:
    """Return this session's name and the last revisions that each of the two functions gave."""
    memory: dict[str, Any] = st.session_state.setdefault(
        f"{key}:brush", {"session": secrets.token_hex(8), "read": 0, "reported": 0}
    )
    return memory


def _report(key: str) -> tuple[int, TimeWindow] | None:
    report = st.session_state.get(key)
    brush = report.get("brush") if isinstance(report, Mapping) else None
    return parse_brush(brush, session=_memory(key)["session"])


def _moment(stamp: float) -> datetime:
    return datetime.fromtimestamp(stamp / 1000, UTC).replace(tzinfo=None)


def _stamp(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.replace(tzinfo=UTC).timestamp() * 1000)


def _stamps(window: TimeWindow) -> list[int | None]:
    return [_stamp(window.start), _stamp(window.end)]
