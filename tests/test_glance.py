"""Every figure of every page under random filters, against a count by hand from the files."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from cop.analysis.forecast.segment import bound_sum
from cop.export.brief import HandoutScene, build_brief
from cop.model.alert import Alert
from cop.model.area import Area
from cop.model.filter import Filter
from cop.model.picture import Picture
from cop.model.window import TimeWindow
from cop.query.alert.open_alert import find_alerts
from cop.query.alert.watch import watch_version
from cop.query.change import CHANGES, read_changes
from cop.query.figure import read_figures
from cop.query.forecast.week import build_week_outlook
from cop.query.headline import read_headline
from cop.query.hour import read_hour_of_week
from cop.query.impact import read_impacts
from cop.query.pattern import read_patterns
from cop.query.scope import read_scope
from cop.query.sector import read_sector_figures
from cop.query.service import QueryService
from cop.query.summary import BY, read_summary
from cop.query.table import count_events
from cop.query.text import format_figure
from cop.query.view import View
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from cop.ui.component.event_table import build_csv
from cop.ui.component.event_timeline import build_timeline
from tests.support.published import passing, read_published

pytestmark = pytest.mark.glance

FILTERS = int(os.environ.get("COP_GLANCE_FILTERS", "8"))
DAY = timedelta(days=1)
HELP = ["rescue", "death"]


@dataclass
class Books:
    """The published files, read past the program, and the service that is checked against them."""

    service: QueryService
    events: gpd.GeoDataFrame
    segments: gpd.GeoDataFrame

    def view(self, requested: Filter) -> View:
        return self.service.view(requested)

    def rows(self, requested: Filter) -> gpd.GeoDataFrame:
        return passing(self.events, requested, synthetic=requested.records == "synthetic")

    def inside(self, requested: Filter) -> "pd.Series[bool]":
        """Which segments lie within the places of a filter."""
        keep = pd.Series(True, index=self.segments.index)
        if requested.sectors:
            keep &= self.segments["sector"].isin(requested.sectors)
        if requested.counties:
            keep &= self.segments["county"].isin(requested.counties)
        if requested.area is not None:
            keep &= self.segments.intersects(requested.area.polygon)
        return keep

    def looked(self, requested: Filter) -> set[tuple[str, str]]:
        """The sectors and counties that some source of a filter reports on in its window."""
        own = self.events[self.events["synthetic"] == (requested.records == "synthetic")]
        found = set()
        for source, rows in own.groupby("source"):
            state = self.service.warehouse.snapshot.sources[str(source)]
            allowed = timedelta(days=(state.source.cadence_days or 0) * 1.25) or 3 * DAY
            first, last = rows["occurred_at"].min().normalize(), rows["occurred_at"].max() + allowed
            window = requested.window
            reaches = (window.end is None or first < window.end) and (
                window.start is None or last >= window.start
            )
            named = not requested.sources or source in requested.sources
            kinds = not requested.kinds or rows["kind"].isin(requested.kinds).any()
            if reaches and named and kinds:
                found |= set(zip(rows["sector"], rows["county"], strict=True))
        return found


@pytest.fixture(scope="module")
def books(warehouse_dir: Path) -> Iterator[Books]:
    warehouse = Warehouse(StoreSettings(data=warehouse_dir))
    service = QueryService(warehouse, tile_cache_mb=16)
    watch_version(service)
    segments = read_published(warehouse_dir, "segments").sort_values("km_from", ignore_index=True)
    yield Books(service, read_published(warehouse_dir), segments)
    warehouse.close()


def draw_filter(chance: Random, books: Books) -> Filter:
    """A filter as people choose them: a window, now and then places, kinds, sources, an area."""
    synthetic = chance.random() < 0.8
    own = books.events[books.events["synthetic"] == synthetic]
    newest = own["occurred_at"].max().to_pydatetime().replace(minute=0, second=0, microsecond=0)
    end = newest - chance.choice([-1, 0, 0, 0, 3, 40, 150]) * DAY
    if chance.random() < 0.5:
        end = datetime(end.year, end.month, end.day) + DAY
    start = end - chance.choice([1, 3, 7, 30, 30, 60, 120]) * DAY

    def some(values: list[str], likely: float, most: int) -> tuple[str, ...]:
        wanted = min(len(values), chance.randint(1, most))
        return tuple(sorted(chance.sample(values, wanted) if chance.random() < likely else []))

    counties = sorted(books.segments["county"].unique())
    middle = books.segments.geometry.iloc[chance.randrange(len(books.segments))].centroid
    side = chance.choice([0.2, 0.7, 2.0])
    box = Area(
        vertices=(
            (middle.x - side, middle.y - side),
            (middle.x + side, middle.y - side),
            (middle.x + side, middle.y + side),
            (middle.x - side, middle.y + side),
        )
    )
    return Filter(
        window=TimeWindow(start=start, end=end),
        sectors=some(sorted(books.segments["sector"].unique()), 0.5, 3),
        counties=some(counties, 0.3, 3),
        kinds=some(sorted(own["kind"].unique()), 0.3, 3),
        sources=some(sorted(own["source"].unique()), 0.1, 1),
        records="synthetic" if synthetic else "real",
        area=box if chance.random() < 0.15 else None,
    )


@pytest.mark.parametrize("number", range(FILTERS))
def test_shown_every_figure_is_the_count_of_the_files(books: Books, number: int) -> None:
    requested = draw_filter(Random(number), books)  # noqa: S311 drawn the same in every run
    view = books.view(requested)
    check_headline(books, requested, view)
    check_segments(books, requested, view)
    check_sectors(books, requested, view)
    check_summaries(books, requested, view)
    check_timeline(books, requested, view)
    check_forecast(books, requested, view)
    check_impacts(books, requested, view)
    check_alerts(books, requested, view)
    check_patterns(books, requested, view)
    check_changes(books, requested, view)
    check_surfaces(books, requested, view)


def check_headline(books: Books, requested: Filter, view: View) -> None:
    rows, figures = books.rows(requested), {f.key: f for f in read_headline(books.service, view)}
    looked = any(
        (not requested.sectors or sector in requested.sectors)
        and (not requested.counties or county in requested.counties)
        for sector, county in books.looked(requested)
    )
    by_hand = {
        "events": len(rows),
        "people": int(rows.loc[rows["unit"] == "people", "count"].sum()),
        "help": int(rows["kind"].isin(HELP).sum()),
    }
    for key, amount in by_hand.items():
        found = figures[key].amount  # type: ignore[index]
        if not len(rows) and requested.area is None:
            assert found == (0 if looked else None), (key, requested)
        else:
            assert found in ({amount} if len(rows) else {0, None}), (key, requested)
    if figures["events"].before is not None:
        assert requested.window.start is not None
        assert requested.window.length is not None
        start = requested.window.start - requested.window.length
        earlier = requested.within(TimeWindow(start=start, end=requested.window.start))
        assert figures["events"].before == len(books.rows(earlier)), requested


def check_segments(books: Books, requested: Filter, view: View) -> None:
    found = read_figures(books.service, view)
    assert found is not None
    table = found.table.set_index("segment_id")
    assert list(table.index) == list(books.segments["segment_id"])
    inside, rows = books.inside(requested).to_numpy(), books.rows(requested)
    assert ((table["state"] == "outside").to_numpy() == ~inside).all(), requested
    by_segment = rows.groupby("segment_id").size().reindex(table.index, fill_value=0)
    people = rows[rows["unit"] == "people"].groupby("segment_id")["count"].sum()
    looked = books.looked(requested)
    places = zip(books.segments["sector"], books.segments["county"], strict=True)
    seen = inside & (np.array([place in looked for place in places]) | (by_segment > 0).to_numpy())
    expected = by_segment.where(pd.Series(seen, index=table.index)).astype(float)
    pd.testing.assert_series_equal(table["n"], expected, check_names=False)
    counted = people.reindex(table.index, fill_value=0).astype(float).where(expected.notna())
    pd.testing.assert_series_equal(table["people"], counted, check_names=False)
    for name in ("risk", "coverage", "change", "n"):
        if name in table:
            assert table.loc[~inside, name].isna().all(), (name, requested)


def check_sectors(books: Books, requested: Filter, view: View) -> None:
    everywhere = replace(requested, sectors=())
    found = read_sector_figures(books.service, view)
    rows, looked = books.rows(everywhere), books.looked(everywhere)
    inside = books.segments[books.inside(everywhere)]
    for row in found.table.to_dict("records"):
        sector = row["sector"]
        own = rows[rows["sector"] == sector]
        assert row["n"] == len(own), (sector, requested)
        assert row["people"] == own.loc[own["unit"] == "people", "count"].sum()
        if sector == "NONE":
            continue
        counties = set(inside.loc[inside["sector"] == sector, "county"])
        reported = {county for county in counties if (sector, county) in looked}
        state = "outside" if not counties else "observed" if reported else "unknown"
        assert row["state"] == state, (sector, requested)
        assert (row["counties"], row["reported"]) == (len(counties), len(reported))
    bins = found.bins[~found.bins["earlier"]]
    assert bins["n"].sum() == len(rows), requested


def check_summaries(books: Books, requested: Filter, view: View) -> None:
    rows = books.rows(requested)
    columns = {"segment": "segment_id"}
    for by in BY:
        summary = read_summary(books.service, view, by)
        assert summary.total == len(rows)
        assert summary.counts == rows.groupby("unit")["count"].sum().to_dict()
        if by in ("day", "year"):
            shape = "%Y-%m-%d" if by == "day" else "%Y"
            sizes = rows["occurred_at"].dt.strftime(shape).value_counts().to_dict()
        else:
            sizes = rows[columns.get(by, by)].value_counts().to_dict()
        assert {row.key: row.n for row in summary.rows} == sizes, (by, requested)
    assert count_events(books.service, view, None) == len(rows)


def check_timeline(books: Books, requested: Filter, view: View) -> None:
    spec = build_timeline(books.service, view, "dark")
    if spec is None:
        return
    for bar in spec.bars:
        rows = books.rows(requested.within(TimeWindow(start=bar.start, end=bar.end)))
        assert bar.n == len(rows), (bar, requested)
        by_unit = rows.groupby("unit")["count"].sum()
        assert {unit: n for unit, n in bar.counts.items() if n} == by_unit[by_unit > 0].to_dict()


def check_forecast(books: Books, requested: Filter, view: View) -> None:
    figures = read_figures(books.service, view)
    assert figures is not None
    if figures.risk.reason is not None:
        return
    outlook = build_week_outlook(figures, view.snapshot)
    inside = books.inside(requested).to_numpy()
    expected = figures.risk.forecast.expected[:, 0]
    known = inside & np.isfinite(expected)
    headline = {f.key: f for f in read_headline(books.service, view)}["expected"].amount
    if not known.any():
        assert outlook.total is headline is None
        return
    assert outlook.total == bound_sum(figures.risk.forecast, 0, known)
    assert headline == outlook.total[0]
    assert headline == pytest.approx(np.nansum(expected[inside])), requested
    assert outlook.is_whole == bool(inside.all())
    weeks = outlook.records[-4:]
    usual = 0
    for week in weeks:
        start = outlook.week_of(week.period)
        span = replace(
            Filter(window=TimeWindow(start=start, end=start + 7 * DAY)),
            kinds=requested.kinds,
            sources=requested.sources,
            records=requested.records,
        )
        rows = books.rows(span)
        fine = rows["time_precision"].isin(["minute", "hour", "day", "week"])
        ids = books.segments.loc[inside, "segment_id"]
        usual += int((rows["segment_id"].isin(ids) & fine).sum())
    assert outlook.usual == pytest.approx(usual / len(weeks)), requested


def check_impacts(books: Books, requested: Filter, view: View) -> None:
    impacts = read_impacts(books.service, view)
    assert impacts is not None
    inside = set(books.segments.loc[books.inside(requested), "segment_id"])
    own = impacts.within(view)
    assert {level.proposal.segment_id for level in own.levels} == inside
    assert sum(own.counts.values()) == len(inside)
    grouped = [level.proposal.segment_id for group in own.by_sector.values() for level in group]
    assert sorted(grouped) == sorted(inside)


def check_alerts(books: Books, requested: Filter, view: View) -> None:
    store = books.service.warehouse.room.alerts
    every = [a for a in store.list(view.records) if a.finding.sector in view.snapshot.sectors]
    inside = [alert for alert in every if in_filter(alert, requested, books)]
    found = find_alerts(books.service, view)
    assert {alert.id for alert in found.inside} == {alert.id for alert in inside}, requested
    left = {alert.id for alert in every} - {alert.id for alert in inside}
    assert found.outside == len(left)


def in_filter(alert: Alert, requested: Filter, books: Books) -> bool:
    found, ids = alert.finding, books.segments["segment_id"]
    stretch = books.segments[
        (books.segments["sector"] == found.sector)
        & ids.between(found.first_segment, found.last_segment)
    ]
    start, end = requested.window.start, requested.window.end
    return (
        (not requested.sectors or found.sector in requested.sectors)
        and (not requested.counties or bool(stretch["county"].isin(requested.counties).any()))
        and (not requested.kinds or any(kind in requested.kinds for kind in found.kinds))
        and (requested.area is None or requested.area.polygon.intersects(outline(found.area)))
        and (end is None or found.started_at < end)
        and (start is None or found.until >= start)
    )


def outline(ring: Any) -> Any:
    return gpd.GeoSeries.from_wkt(
        [f"POLYGON (({', '.join(f'{lon} {lat}' for lon, lat in ring)}))"]
    ).iloc[0]


def check_patterns(books: Books, requested: Filter, view: View) -> None:
    total = len(books.rows(requested))
    hours = read_hour_of_week(books.service, view)
    assert hours.table["n"].sum() + hours.missing == total, requested
    patterns = read_patterns(books.service, view)
    if patterns.days.first is not None:
        assert patterns.weekdays.n + sum(patterns.left_out.values()) == total, requested
        assert patterns.season.n + sum(patterns.season_left_out.values()) == total, requested


def check_changes(books: Books, requested: Filter, view: View) -> None:
    versions = books.service.warehouse.versions
    first, last = min(versions), max(versions)
    changes = read_changes(books.service, replace(view, since=versions[first]))
    rows = books.rows(requested.within(TimeWindow()))
    # The first version has the region alone: every event came after it.
    assert (changes.older, changes.newer) == (first, last)
    assert changes.total == len(rows) == sum(changes.counted(name) for name in CHANGES)
    by_sector = changes.totals.groupby("sector")["n"].sum().to_dict()
    assert by_sector == rows["sector"].value_counts().to_dict(), requested


def check_surfaces(books: Books, requested: Filter, view: View) -> None:
    """Page, wall and hand-out carry the same figures and the same scope."""
    picture = Picture(filter=view.filter)
    scene = HandoutScene(
        service=books.service,
        view=view,
        picture=picture,
        title="x",
        picture_id="a" * 10,
        revision=1,
    )
    brief = build_brief(scene, created_at=view.snapshot.now)
    texts = [format_figure(figure) for figure in read_headline(books.service, view)]
    assert list(brief.figures) == texts
    scope = read_scope(books.service, view)
    assert brief.scope.area == scope.area
    for value in (*requested.sectors, *requested.counties):
        assert value in scope.area, requested
    head = build_csv(books.service, view, None).decode().splitlines()
    assert head[1] == f"# {scope.line}"
    assert head[3] == f"# {len(books.rows(requested))} of {len(books.rows(requested))} events"
