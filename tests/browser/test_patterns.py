"""The Patterns page as a viewer meets it."""

import re
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cop.model.event import CLOCK_PRECISIONS
from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.hour import read_hour_of_week
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.browser.conftest import Visit, wait
from tests.support.http import Caller
from tests.support.published import passing, read_published

pytestmark = [pytest.mark.sources, pytest.mark.browser]

Begin = Callable[..., Visit]


def words(visit: Visit) -> str:
    return str(visit.page.locator("[data-testid=stMain]").inner_text())


def test_shown_hour_by_weekday(server: str, warehouse_dir: Path, visit: Begin) -> None:
    """The page's hours, the service's and pandas' are one; with what is left out, the summary."""
    events = read_published(warehouse_dir)
    newest = events.loc[events["synthetic"], "occurred_at"].max().to_pydatetime()
    end = newest.replace(hour=0, minute=0, second=0)
    wanted = Filter(
        window=TimeWindow(start=end - timedelta(days=300), end=end),
        sectors=("RGV", "TCA"),
        records="synthetic",
    )
    own = passing(events, wanted, synthetic=True)
    clock = own[own["time_precision"].isin(CLOCK_PRECISIONS)]
    warehouse = Warehouse(StoreSettings(data=warehouse_dir))
    service = QueryService(warehouse, tile_cache_mb=8)
    hours = read_hour_of_week(service, service.view(wanted))
    local = [
        moment.tz_localize("UTC").tz_convert(ZoneInfo(service.view().zones[sector]))
        for moment, sector in zip(clock["occurred_at"], clock["sector"], strict=True)
    ]
    warehouse.close()
    for row in hours.total().itertuples():
        expected = sum((m.weekday(), m.hour) == (row.weekday, row.hour) for m in local)
        assert row.n == expected
    with closing(Caller(server)) as caller:
        total = caller.ask("/api/summary", [("by", "kind"), *wanted.to_pairs()]).json()["total"]
    assert len(clock) + hours.missing == total == len(own)
    assert hours.missing > 0
    query = "&".join(f"{name}={value}" for name, value in wanted.to_pairs())
    seen = visit().open(f"{server}/Patterns?{query}")
    said = f"{len(clock):,} records in the local time of their sector"
    wait(lambda: said in words(seen), "the hours")
    assert f"{hours.missing:,} left out (only the day or less is known)" in words(seen)


def test_the_page_shows_trends_and_profiles(server: str, visit: Begin) -> None:
    seen = visit(size=(1920, 1080)).open(f"{server}/Patterns?records=synthetic")
    wait(lambda: "Moon" in words(seen), "the page")
    text = words(seen)
    assert re.search(r"of (the )?[\d,]+ cells", text)
    assert "false discovery rate" in text
    assert "SYNTHETIC" in text
    shown = {layer["id"] for layer in seen.ask("__copMap.layers()") if layer["visible"]}
    assert "hotspots" in shown
    assert "events" not in shown
    assert any("/tiles/hotspots/" in url for url in seen.tiles)
    wait(lambda: seen.page.locator("canvas.marks, svg.marks").count() >= 4, "four charts")
    assert seen.faults == []


def test_the_filters_go_along_to_another_page(server: str, visit: Begin) -> None:
    seen = visit().open(f"{server}/Patterns?records=synthetic&sector=RGV&kind=rescue")
    seen.page.get_by_role("link", name="Picture", exact=True).click()
    wait(lambda: "/Patterns" not in seen.address(), "the other page")
    wait(lambda: "sector=RGV" in seen.address(), "the filter")
    assert "kind=rescue" in seen.address()
    assert "records=synthetic" in seen.address()


def test_a_short_window_is_told_and_the_map_stays(server: str, visit: Begin) -> None:
    seen = visit().open(f"{server}/Patterns?records=synthetic&window=7+d")
    wait(lambda: "The last 7 d have too few records for a trend" in words(seen), "the reason")
    seen.settle()
    shown = {layer["id"]: layer for layer in seen.ask("__copMap.layers()") if layer["visible"]}
    assert shown["background"]["loaded"] > 0
    assert seen.faults == []


def test_an_empty_window_is_told(server: str, visit: Begin) -> None:
    seen = visit().open(f"{server}/Patterns?records=synthetic&from=1999-01-01&to=1999-03-01")
    wait(lambda: "No records in this window" in words(seen), "the words")
    wait(lambda: "no records in this window" in words(seen), "the words beside the map")
    assert seen.faults == []
