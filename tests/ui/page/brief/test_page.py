"""The Brief page without a browser: its sections, its files, what is made every day."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cop.ingest.marking import change_marking
from cop.model.moment import utc_now
from cop.settings import StoreSettings
from cop.store.room.room import Room
from cop.ui.component.context import CONTEXT
from tests.support.partner import open_office
from tests.support.record import make_frame
from tests.support.signed import signed_context
from tests.support.store import publish_events
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.exchange


@pytest.fixture
def data(bare_warehouse: Path, tmp_path: Path) -> Iterator[Path]:
    office = open_office(bare_warehouse, tmp_path, "JTF")
    when = [utc_now() - timedelta(hours=2)] * 3
    frame = make_frame(3, source_id=["a", "b", "c"], occurred_at=when, kind="rescue", count=1)
    office.publish(frame.assign(county="Santa Cruz, AZ", marking="TLP:GREEN"))
    office.close()
    yield office.settings.data


def html(page: AppTest) -> str:
    return " ".join(element.body for element in page.get("html"))


def press(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label == label).click()
    return page.run()


def test_a_brief_is_shown_made_and_noted(run_page: RunPage, data: Path) -> None:
    page = run_page("Brief", data, county="Santa Cruz, AZ")
    assert not page.exception
    assert "Brief of county Santa Cruz, AZ" in html(page)
    assert "Rescue: 3 events, 3 people" in html(page)
    assert "This is the first brief of this area." in html(page)
    press(page, "Make brief")
    assert not page.exception
    (made,) = Room(StoreSettings(data=data)).area_briefs.list()
    assert made.place == "county=Santa+Cruz%2C+AZ"
    assert offers_earlier(page)


def test_it_is_made_for_another_agency_by_what_they_may_read(run_page: RunPage, data: Path) -> None:
    page = run_page("Brief", data, county="Santa Cruz, AZ")
    page.selectbox(key="brief-for").select("SO-1").run()
    assert not page.exception
    press(page, "Make brief")
    (made,) = Room(StoreSettings(data=data)).area_briefs.list()
    assert made.made_for == "SO-1"


def test_it_is_made_every_day_until_it_is_removed(run_page: RunPage, data: Path) -> None:
    page = run_page("Brief", data, county="Santa Cruz, AZ")
    press(page, "Make it every day")
    assert not page.exception
    (daily,) = Room(StoreSettings(data=data)).area_briefs.schedules()
    assert (daily.made_for, daily.hour, daily.time_zone) == ("JTF", 6, "America/Phoenix")
    press(page, "Remove")
    assert Room(StoreSettings(data=data)).area_briefs.schedules() == ()


def test_one_that_counts_a_source_which_was_raised_since_is_offered_no_more(
    run_page: RunPage, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own marking is that of then."""
    settings = StoreSettings(data=data)
    publish_events(settings, make_frame(2, source="other"), source="other")
    change_marking(settings, "other", "TLP:GREEN", by="Ana", reason="a test")
    page = run_page("Brief", data, county="Santa Cruz, AZ")
    service = page.session_state[CONTEXT].service
    page.session_state[CONTEXT] = signed_context(service, data, monkeypatch, "analyst")
    page.run()
    press(page, "Make brief")
    assert not page.exception
    assert offers_earlier(page)
    change_marking(settings, "other", "TLP:RED", by="Ana", reason="a test")
    service.warehouse.refresh()
    page.run()
    assert not page.exception
    assert not offers_earlier(page)
    assert len(Room(settings).area_briefs.list()) == 1


def offers_earlier(page: AppTest) -> bool:
    return any(element.value == "## Earlier briefs" for element in page.markdown)
