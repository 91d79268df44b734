"""What the Patterns page says and draws: counts, significance in words, cells, charts."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cop.analysis.cycle import Profile
from cop.model.filter import Filter
from cop.model.picture import Picture
from cop.model.window import TimeWindow
from cop.query.hotspot import read_hotspots
from cop.query.hour import HourOfWeek, read_hour_of_week
from cop.query.pattern import DailyCounts, Patterns, read_patterns
from cop.query.service import QueryService
from cop.query.view import View
from cop.ui.component.overlay import build_map
from cop.ui.page.pattern.chart import (
    build_hour_chart,
    build_moon_chart,
    build_season_chart,
    build_weekday_chart,
)
from cop.ui.page.pattern.page import HOTSPOTS, shown_with_hotspots
from cop.ui.page.pattern.word import (
    describe_found,
    describe_hotspots,
    describe_hours,
    describe_moon,
    describe_season,
    describe_sources,
    describe_weekdays,
    format_p,
)
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.sources


def profile(p: float | None, positions: int = 7, reason: str | None = None) -> Profile:
    rates = np.linspace(1, 2, positions)
    table = pd.DataFrame(
        {
            "position": np.arange(positions),
            "n": (rates * 100).astype(int),
            "days": 100,
            "per_day": rates,
            "ratio": rates / rates.mean(),
            "low": np.nan,
            "high": np.nan,
        }
    )
    return Profile(table=table, n=1050, days=700, cycles=100, p=p, reason=reason)


def patterns(p: float | None, reason: str | None = None) -> Patterns:
    empty = DailyCounts(table=pd.DataFrame(), first=None, last=None)
    return Patterns(
        season=profile(p, 12, reason),
        season_left_out={},
        weekdays=profile(p, 7, reason),
        moon=profile(p, 8, reason),
        left_out={"coarse": 12, "edge": 3},
        days=empty,
    )


def test_significance_is_said_in_plain_words() -> None:
    even, uneven = patterns(0.4), patterns(0.001)
    assert "**No difference between moon phases beyond chance** (p = 0.40)" in describe_moon(even)
    assert "**The weekdays differ beyond chance** (p ≤ 0.001): most on Sun" in describe_weekdays(
        uneven
    )
    assert "most in Dec, 1.33 times the daily mean, least in Jan" in describe_season(uneven)
    assert "Left out: 12 dated to a week or more, 3 on partial days" in describe_moon(even)


def test_what_was_not_tested_says_why() -> None:
    short = patterns(None, "whole years in the window: 1; needed: 3")
    assert "**Not tested**: whole years in the window: 1" in describe_season(short)


@pytest.mark.parametrize(
    ("p", "text"), [(0.001, "≤ 0.001"), (0.0001, "≤ 0.001"), (0.004, "0.004"), (0.23, "0.23")]
)
def test_a_p_has_the_digits_that_matter(p: float, text: str) -> None:
    assert format_p(p) == text


def test_records_without_an_hour_are_said() -> None:
    table = pd.DataFrame(columns=["sector", "weekday", "hour", "n", "count"])
    none = HourOfWeek(table=table, zones={}, left_out={"TCA": 7})
    assert "the sources of all 7 records give only" in describe_hours(none)
    assert "No records" in describe_hours(replace(none, left_out={}))


def test_the_page_says_how_many_and_how_sure(service: QueryService, year: Picture) -> None:
    figures = read_hotspots(service, service.view(year.filter))
    words = describe_hotspots(figures)
    assert f"{figures.n:,} records" in words
    assert "17.0 km (10.5 mi)" in words
    assert "5% of hot steps may be chance" in words
    assert f"of {len(figures.table):,} cells" in describe_found(figures)
    hours = read_hour_of_week(service, service.view(year.filter))
    assert f"{hours.missing:,} left out" in describe_hours(hours)


def test_the_map_shows_the_trends_over_the_background(service: QueryService, year: Picture) -> None:
    views = build_map(
        service,
        service.view(year.filter),
        shown_with_hotspots(service, service.view(year.filter), year),
        "dark",
    ).layers
    shown = {view.layer.id for view in views if view.visible}
    assert HOTSPOTS in shown
    assert not shown & {"events", "segments", "coverage", "risk"}
    own = next(view for view in views if view.layer.id == HOTSPOTS)
    assert own.status == "ok"
    assert own.synthetic
    plain = {
        view.layer.id
        for view in build_map(service, service.view(year.filter), year, "dark").layers
        if view.visible
    }
    assert HOTSPOTS not in plain


def test_a_short_window_is_said_on_the_layer(service: QueryService, year: Picture) -> None:
    end = year.filter.window.end
    assert end is not None
    window = TimeWindow(start=end - timedelta(days=5), end=end)
    short = replace(year, filter=year.filter.within(window))
    views = build_map(
        service,
        service.view(short.filter),
        shown_with_hotspots(service, service.view(short.filter), short),
        "dark",
    ).layers
    own = next(view for view in views if view.layer.id == HOTSPOTS)
    assert own.status == "unknown"
    assert "too few for a trend" in own.status_note


def test_a_source_that_ends_inside_the_window_is_a_caution(service: QueryService) -> None:
    snapshot = service.warehouse.snapshot
    wide = TimeWindow(start=datetime(2000, 1, 1), end=datetime(2100, 1, 1))
    wanted = snapshot.resolve(Filter(window=wide, records="real"))
    assert describe_sources(snapshot, wanted, read_hotspots(service, service.view(wanted))) == []
    states = dict(snapshot.sources)
    name, state = next((n, s) for n, s in states.items() if not s.source.synthetic and s.newest)
    assert state.oldest is not None
    assert state.newest is not None
    middle = state.oldest + (state.newest - state.oldest) / 2
    cut = replace(snapshot, sources=states | {name: state.model_copy(update={"newest": middle})})
    words = describe_sources(cut, wanted, read_hotspots(service, service.view(wanted)))
    assert len(words) == 1
    assert "decline may only reflect its end" in words[0]


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_charts_hold_the_figures(service: QueryService, year: Picture, theme: str) -> None:
    found = read_patterns(
        service,
        View.of(service.warehouse.snapshot, service.warehouse.snapshot.resolve(year.filter)),
    )
    for build, of, rows in (
        (build_season_chart, found.season, 12),
        (build_weekday_chart, found.weekdays, 7),
        (build_moon_chart, found.moon, 8),
    ):
        data = next(iter(build(of, theme).to_dict()["datasets"].values()))
        assert len(data) == rows
        assert sum(row["n"] for row in data) == of.n
        assert sum(row["share"] for row in data) == pytest.approx(100)
    hours = read_hour_of_week(service, service.view(year.filter))
    data = next(iter(build_hour_chart(hours, theme).to_dict()["datasets"].values()))
    assert len(data) == 168
    assert sum(row["n"] for row in data) == hours.table["n"].sum()


@pytest.mark.usefixtures("standing")
def test_a_short_window_shows_a_wider_one_and_says_so(
    run_page: RunPage, warehouse_dir: Path
) -> None:
    address = {"records": "synthetic", "window": "72 h"}
    page = run_page("Patterns", warehouse_dir, **address)
    assert not page.exception
    (words,) = (info.value for info in page.info)
    assert words.startswith(
        "The last 72 h have too few records for a trend: the page shows 30 d to"
    )
    scope = next(part.proto.body for part in page.get("html") if "cop-scope" in part.proto.body)
    assert "last 30 d to" in scope
    assert "72 h" not in scope
    drawn = " ".join(part.proto.json for part in page.get("bidi_component"))
    assert "hotspots" in drawn
    assert "too few for a trend" not in drawn
    # Whether a cell is hot depends on when the demo was made; that cells were judged does not.
    said = " ".join(part.value for part in page.markdown)
    judged = r"\d+ of \d+ cells (are|is a) hot|No hot-spot trend in any of the \d+ cells"
    assert re.search(judged, said)
    assert page.query_params["window"] == address["window"]
    assert "from" not in page.query_params
