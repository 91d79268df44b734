"""Tests of the headline of a page, and of the layers beside it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from cop.model.filter import Filter
from cop.model.picture import Picture
from cop.model.text import FigureText
from cop.model.window import TimeWindow
from cop.query.headline import read_headline
from cop.query.service import QueryService
from cop.query.text import format_figure
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from cop.ui.component.address import settle
from cop.ui.component.overlay import build_map

pytestmark = pytest.mark.picture

SYNTHETIC = Picture(filter=Filter(records="synthetic"))
REAL = Picture(filter=Filter(records="real"))


@pytest.fixture(scope="module")
def service(warehouse_dir: Path) -> Iterator[QueryService]:
    warehouse = Warehouse(StoreSettings(data=warehouse_dir))
    yield QueryService(warehouse, tile_cache_mb=16)
    warehouse.close()


@pytest.fixture(scope="module")
def events(service: QueryService) -> pd.DataFrame:
    files = service.warehouse.snapshot.catalogue.files_of("events")
    return pd.concat([gpd.read_parquet(path) for path in files], ignore_index=True)


def within(events: pd.DataFrame, window: TimeWindow | None, *, synthetic: bool) -> pd.DataFrame:
    assert window is not None
    moments = events["occurred_at"]
    held = (moments >= window.start) & (moments < window.end)
    return events[held & (events["synthetic"] == synthetic)]


def words_of(service: QueryService, picture: Picture) -> dict[str, FigureText]:
    """The headline in words by title."""
    return {
        text.title: text
        for text in map(format_figure, read_headline(service, service.view(picture.filter)))
    }


def test_the_headline_counts_the_window_and_the_one_before(
    service: QueryService, events: pd.DataFrame
) -> None:
    picture = settle(SYNTHETIC, service.view(SYNTHETIC.filter))
    window = picture.filter.window
    now = within(events, window, synthetic=True)
    before = within(events, window.previous(), synthetic=True)
    figures = words_of(service, picture)
    assert figures["Events"].value == f"{len(now):,}"
    assert f"({len(before):,} before)" in str(figures["Events"].change)
    people = now[now["unit"] == "people"]["count"].sum()
    assert figures["People"].value == f"{people:,}"
    help_needed = now["kind"].isin(["rescue", "death"]).sum()
    assert figures["Rescues and deaths"].value == f"{help_needed:,}"
    assert figures["24-h coverage"].value.endswith("%")


def test_real_records_are_not_watched_by_synthetic_sensors(service: QueryService) -> None:
    picture = settle(REAL, service.view(REAL.filter))
    view = service.view(picture.filter)
    figures = words_of(service, picture)
    assert figures["24-h coverage"].value == "unknown"
    views = {v.layer.id: v for v in build_map(service, view, picture, "dark").layers}
    assert views["coverage"].status == "unknown"
    assert not views["events"].synthetic


def test_a_period_the_records_do_not_reach_is_no_comparison(service: QueryService) -> None:
    oldest = service.warehouse.snapshot.oldest("synthetic")
    assert oldest is not None
    start = datetime(oldest.year, oldest.month, oldest.day) + timedelta(days=3)
    window = TimeWindow(start=start, end=start + timedelta(days=10))
    picture = replace(SYNTHETIC, filter=SYNTHETIC.filter.within(window))
    first = read_headline(service, service.view(picture.filter))[0]
    assert format_figure(first).change == "no full period before"
