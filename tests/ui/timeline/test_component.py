"""The timeline's description, what it takes from the browser, and the files that it serves."""

import datetime as dt
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from cop.errors import CopError
from cop.model.window import TimeWindow
from cop.ui.timeline import Bar, TimelineSpec
from cop.ui.timeline.component import ASSETS, build_data, parse_brush

pytestmark = pytest.mark.picture

MONDAY = dt.datetime(2026, 11, 23)
DAY = dt.timedelta(days=1)
SVG = "http://www.w3.org/2000/svg"


def build_spec(step: dt.timedelta = DAY, bins: int = 3) -> TimelineSpec:
    edges = [MONDAY + i * step for i in range(bins + 1)]
    bars = tuple(
        Bar(start=a, end=b, n=i, counts={"people": i * 2})
        for i, (a, b) in enumerate(pairwise(edges))
    )
    return TimelineSpec(
        bars=bars,
        window=TimeWindow(start=edges[0], end=edges[1]),
        extent=(edges[0], edges[-1]),
        now=edges[-1],
    )


def stamp(moment: dt.datetime) -> int:
    return int(moment.replace(tzinfo=dt.UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("step", "name"),
    [
        (dt.timedelta(hours=1), "hour"),
        (dt.timedelta(hours=6), "6 hours"),
        (DAY, "day"),
        (2 * DAY, "2 days"),
        (7 * DAY, "week"),
        (30 * DAY, "month"),
        (365 * DAY, "year"),
    ],
)
def test_the_step_is_named(step: dt.timedelta, name: str) -> None:
    assert build_spec(step).step == name


def test_a_cut_first_bin_does_not_rename_the_step() -> None:
    spec = build_spec()
    first = replace(spec.bars[0], start=MONDAY + dt.timedelta(hours=5))
    assert replace(spec, bars=(first, *spec.bars[1:])).step == "day"


def test_the_browser_gets_milliseconds_of_utc_and_edges_in_seconds() -> None:
    data = build_data(replace(build_spec(), window=TimeWindow(start=MONDAY), newest=MONDAY))
    assert data["first"] == data["newest"] == stamp(MONDAY)
    assert data["edges"] == [0, 86_400, 172_800, 259_200]
    assert data["series"] == {"events": [0, 1, 2]}
    counted = build_data(replace(build_spec(), units=("people", "kg")))["series"]
    assert counted == {"events": [0, 1, 2], "people": [0, 2, 4], "kg": [0, 0, 0]}
    lacking = replace(build_spec().bars[0], n=None)
    spec = replace(build_spec(), bars=(lacking, *build_spec().bars[1:]), units=("people",))
    assert build_data(spec)["series"] == {"events": [None, 1, 2], "people": [None, 2, 4]}
    assert data["window"] == [stamp(MONDAY), None]
    assert (data["previous"], data["incompleteAfter"]) == (None, None)


def test_a_gap_between_bars_is_refused_by_name() -> None:
    spec = build_spec()
    with pytest.raises(CopError, match=r"2026-11-25T00:00:00Z does not begin .* n=0"):
        replace(spec, bars=(spec.bars[0], spec.bars[2]))


def test_a_bar_or_an_extent_that_runs_backwards_is_refused() -> None:
    spec = build_spec()
    with pytest.raises(CopError, match="bar 2026-11-23T00:00:00Z ends"):
        replace(spec, bars=(replace(spec.bars[0], end=MONDAY),))
    with pytest.raises(CopError, match="extent 2026-11-23T00:00:00Z"):
        replace(spec, extent=(MONDAY, MONDAY))


def test_a_report_is_read_as_revision_and_window() -> None:
    brush = {"session": "t", "rev": 3, "start": stamp(MONDAY), "end": stamp(MONDAY + DAY)}
    assert parse_brush(brush, session="t") == (3, TimeWindow(start=MONDAY, end=MONDAY + DAY))


@pytest.mark.parametrize(
    "change",
    [
        {"session": "of a session before the restart"},
        {"rev": "x"},
        {"rev": None},
        {"rev": float("inf")},
        {"start": None},
        {"start": "2026"},
        {"start": float("nan")},
        {"start": 1e300},
        {"end": stamp(MONDAY)},
        {"end": {}},
    ],
)
def test_a_malformed_or_foreign_report_counts_as_none(change: dict[str, Any]) -> None:
    brush = {"session": "t", "rev": 3, "start": stamp(MONDAY), "end": stamp(MONDAY + DAY)}
    assert parse_brush(brush | change, session="t") is None
    assert parse_brush(None, session="t") is None
    assert parse_brush({"session": "t"}, session="t") is None


@pytest.mark.parametrize("path", sorted(ASSETS.iterdir()), ids=lambda path: path.name)
def test_no_markup_is_built_from_text_and_no_other_host_is_named(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace(SVG, "")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text)
    assert not re.search(r"https?://|//cdn|url\(", text)
    assert len(text.splitlines()) <= 400
    if path.suffix == ".js":
        assert text.startswith("// "), "a module opens with one sentence saying its job"
