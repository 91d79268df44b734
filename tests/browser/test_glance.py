"""The picture says what it shows: outside is no zero, the wall names its filter, stale is loud."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from playwright.sync_api import Locator

from cop.model.moment import utc_now
from tests.browser.conftest import OLD_DAYS, Visit, wait
from tests.browser.test_picture import PAGES
from tests.support.published import read_published

pytestmark = [pytest.mark.glance, pytest.mark.browser]

Begin = Callable[..., Visit]
WITHOUT_FILTER = (
    *("/Audit", "/Compare", "/Data", "/Partners", "/Pictures", "/Release", "/Reports"),
    *("/Requests", "/Sharing", "/Upload"),
)
WEBB = "county=Webb%2C+TX"


@pytest.fixture(scope="module")
def segments(warehouse_dir: Path) -> gpd.GeoDataFrame:
    """The segments with the middle of each, and the synthetic events on it."""
    table = read_published(warehouse_dir, "segments")
    events = read_published(warehouse_dir)
    counted = events[events["synthetic"]].groupby("segment_id").size()
    middle = table.to_crs(5070).geometry.interpolate(0.5, normalized=True).to_crs(4326)
    n = table["segment_id"].map(counted).fillna(0)
    return table.assign(lon=middle.x, lat=middle.y, n=n)


def metric(seen: Visit, title: str) -> Locator:
    return seen.page.get_by_test_id("stMetric").filter(has_text=title).first


def details(seen: Visit, base: str, segment: pd.Series, query: str) -> str:
    """What the map's card says of a segment that is clicked."""
    seen.open(f"{base}/?{query}&layers=segments*1&map={segment.lat:.5f},{segment.lon:.5f},12")
    seen.page.mouse.click(*seen.ask(f"__copMap.project({segment.lon}, {segment.lat})"))
    card = seen.page.locator(".copmap .card")
    wait(card.is_visible, "the details")
    return str(card.inner_text())


def test_shown_out_of_scope_is_not_zero(
    server: str, visit: Begin, segments: gpd.GeoDataFrame
) -> None:
    """A1: a segment and a sector outside the filter read so, and are hatched."""
    seen = visit()
    busy = segments[segments["sector"] == "TCA"].nlargest(1, "n").iloc[0]
    said = details(seen, server, busy, "records=synthetic&sector=RGV")
    assert busy["segment_id"] in said
    assert re.search("Events\\s+\N{EN DASH}, outside the filter", said), said
    assert not re.search(r"Events\s+0", said)
    assert not re.search(r"Total count", said)
    inside = details(seen, server, busy, "records=synthetic&sector=TCA")
    assert re.search(r"Events\s+[1-9]", inside), inside
    seen.look(f"{server}/Sectors?records=synthetic&{WEBB}")
    grid = seen.page.locator(".cop-grid").first.inner_text()
    assert grid.count("outside the filter") == 8, "every sector but Laredo"


@pytest.mark.parametrize("page", PAGES)
def test_shown_every_page_names_its_scope(server: str, visit: Begin, page: str) -> None:
    """A2: area, kinds, window, records and data time under the marking, large on the wall."""
    seen = visit(size=(1920, 1080))
    address = f"{server}{page}?records=synthetic&sector=RGV&kind=rescue"
    if page == "/Wall":
        seen.open(address)
        head = seen.page.locator(".copkiosk header").inner_text()
        assert "Southwest border: RGV Rio Grande Valley" in head
        scope = seen.page.locator(".copkiosk .scope")
        assert float(scope.evaluate("n => parseFloat(getComputedStyle(n).fontSize)")) >= 44
        words = scope.inner_text()
    else:
        (seen.open if page == "/" else seen.look)(address)
        words = seen.page.locator(".cop-scope").first.inner_text()
        assert words.startswith("Southwest border")
    if page in WITHOUT_FILTER:
        return
    if page != "/Wall":
        assert "RGV Rio Grande Valley" in words
    assert ("all kinds" if page == "/Impact" else "rescue") in words
    assert "SYNTHETIC records" in words
    assert re.search(r"data to \d{6}Z [A-Z]{3} \d\d, ", words), words
    if page == "/Brief":
        assert re.search(r"last 24 h to \d{6}Z [A-Z]{3} \d\d", words), words
    elif page not in ("/Changes", "/Impact", "/Patterns"):
        assert re.search(r"last 30 d to \d{6}Z [A-Z]{3} \d\d", words), words


def test_shown_stale_is_loud(stale: str, visit: Begin) -> None:
    """A3: the banner with the data's date, nothing compared, past forecasts, nothing proposed."""
    seen = visit().open(f"{stale}/")
    scope = seen.page.locator(".cop-scope").first.inner_text()
    newest = utc_now() - timedelta(days=OLD_DAYS)
    day = f"{newest:%b %y}".upper()
    assert scope.startswith("STALE: newest record ")
    assert day in scope
    assert "last 30 d of data, ending" in scope
    assert seen.page.locator(".cop-chip", has_text="STALE").count() == 1
    assert "STALE: not compared" in metric(seen, "Events").inner_text()
    assert "%" not in metric(seen, "People").inner_text()
    assert seen.page.get_by_text("Past forecast").or_(seen.page.get_by_text("No forecast")).count()
    seen.look(f"{stale}/Impact")
    assert "Data are STALE: no level is proposed from them." in seen.page.inner_text("body")
    seen.look(f"{stale}/Alerts")
    assert "are not monitored: data are STALE" in seen.page.inner_text("body")
    wall = visit(size=(1920, 1080)).open(f"{stale}/Wall")
    banner = wall.page.locator(".copkiosk .alerts .stale")
    assert banner.inner_text().startswith("STALE: newest record ")
    assert day in banner.inner_text()
    assert "%" not in wall.page.locator(".copkiosk .figures").inner_text()


def test_shown_figures_obey_the_filter_or_say_whole_border(server: str, visit: Begin) -> None:
    """A4: what was of the whole line under any filter is of the filter, or says so."""
    seen = visit()

    def watched(query: str) -> str:
        seen.open(f"{server}/?records=synthetic{query}")
        value = metric(seen, "24-h coverage").get_by_test_id("stMetricValue")
        return str(value.inner_text())

    assert watched("") != watched("&sector=RGV")
    seen.look(f"{server}/Forecast?records=synthetic&{WEBB}")
    lead = seen.page.locator(".cop-lead", has_text="Usual").inner_text()
    found = re.search(r"Expected: ([\d,]+) events in county Webb, TX", lead)
    border = re.search(r"Whole border: ([\d,]+)\.", lead)
    assert found, lead
    assert border, lead
    mine, whole = (int(one[1].replace(",", "")) for one in (found, border))
    assert 0 < mine < whole / 4
    seen.look(f"{server}/Impact?records=synthetic&{WEBB}")
    said = seen.page.locator(".cop-lead").first.inner_text()
    counted = sum(int(n) for n in re.findall(r"(\d+) (?:temporarily|high|medium|low|unk)", said))
    assert 20 < counted < 60, said
    assert "RGV" not in seen.page.get_by_test_id("stMain").inner_text()


def test_shown_units_are_not_added(server: str, visit: Begin) -> None:
    """A5: the timeline counts one unit at a time, which its viewer chooses."""
    seen = visit().open(f"{server}/?records=synthetic")
    line = seen.page.locator(".coptime")
    unit = line.get_by_label("What the bars count")
    assert unit.locator("option").all_inner_texts()[0] == "Events"
    assert {"People", "kg"} <= set(unit.locator("option").all_inner_texts())
    assert "counted" not in line.inner_text()
    most = {}
    for name in ("events", "people", "kg"):
        unit.select_option(name)
        bins = seen.ask("__copTimeline.bins().map(({n}) => n)")
        most[name] = max(n for n in bins if n is not None)
        box = line.locator("svg.plot").bounding_box()
        assert box
        seen.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        tip = line.locator(".tip").inner_text()
        others = {"events", "people", "kg"} - {name}
        assert not any(re.search(rf"\d {other}\b", tip) for other in others), tip
    assert len(set(most.values())) == 3
