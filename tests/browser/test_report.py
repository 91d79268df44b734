"""A report from a phone: written without a connection, once on everyone's map, its way shown."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from cop.settings import StoreSettings
from cop.store.room.room import Room
from tests.browser.conftest import PATIENCE_SECONDS, Visit, wait
from tests.browser.test_glance_axe import _FIND, TAGS, read_axe
from tests.support.command import serving
from tests.support.warehouse import copy_warehouse

pytestmark = [pytest.mark.exchange, pytest.mark.browser]
PLACE = {"latitude": 31.35, "longitude": -110.94, "accuracy": 30}


@pytest.fixture
def data(bare_warehouse: Path, tmp_path: Path) -> Path:
    return copy_warehouse(bare_warehouse, tmp_path / "warehouse")


@pytest.fixture
def base(data: Path, tmp_path: Path) -> Iterator[str]:
    with serving(data, tmp_path / "log.txt") as address:
        yield address


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A phone that says where it is."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        has_touch=True,
        geolocation=PLACE,
        permissions=["geolocation"],
    )
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    yield context
    context.close()


def text(page: Page, selector: str) -> str:
    return " ".join(page.inner_text(selector).split())


def fill(page: Page) -> None:
    page.get_by_label("Rescue").check()
    page.get_by_role("button", name="One more").click()
    page.get_by_role("button", name="Where I am").click()
    wait(lambda: "within 30 m" in text(page, "#place"), "the place")
    page.get_by_label("Note").fill("Two on foot near the wash")
    # Within the window of a picture that was opened before.
    page.get_by_label("When").fill(f"{datetime.now() - timedelta(minutes=20):%Y-%m-%dT%H:%M}")


def events(seen: Visit) -> str:
    return " ".join(seen.page.inner_text("body").split())


def test_shown_a_report_written_offline_is_one_event_and_its_way_is_shown(
    base: str, data: Path, phone: BrowserContext, visit: Callable[..., Visit]
) -> None:
    picture = visit().open(base)
    page = phone.new_page()
    page.goto(f"{base}/report")
    wait(lambda: "Connected" in text(page, "#state"), "the server")
    wait(lambda: page.evaluate("caches.has('cop-report-1')"), "the form to be kept")
    wait(
        lambda: (
            page.evaluate("caches.open('cop-report-1').then((c) => c.keys()).then((k) => k.length)")
            == 4
        ),
        "the files of the form",
    )
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.set_offline(True)
    page.reload()
    wait(lambda: "No connection" in text(page, "#state"), "the word that there is no connection")
    fill(page)
    page.get_by_role("button", name="Send report").click()
    wait(lambda: "Waits on this phone" in text(page, "#sent"), "the report to wait")
    assert Room(StoreSettings(data=data)).reports.list() == ()
    phone.set_offline(False)
    wait(lambda: "On the picture, unconfirmed" in text(page, "#sent"), "the report to be sent")
    page.reload()
    wait(lambda: "Connected" in text(page, "#state"), "the server again")
    assert text(page, "#sent").count("Received") == 1
    (report,) = Room(StoreSettings(data=data)).reports.list()
    assert (report.entry.kind, report.entry.count, report.entry.accuracy_m) == ("rescue", 2, 30)
    sent = time.monotonic()
    wait(lambda: "Events 1" in events(picture), "the event on another browser's picture")
    print(f"on another browser's picture {time.monotonic() - sent:.1f} s later")  # noqa: T201

    grading = visit().look(f"{base}/Reports")
    grading.page.get_by_role("button", name="Grade").click()
    wait(lambda: "Graded F6: reliability cannot be judged" in events(grading), "the grade")
    wait(lambda: "Graded F6" in text(page, "#sent"), "the reporter to see the grade")
    assert "Events 1" in events(picture.rest())


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_shown_axe_finds_nothing_on_the_form(base: str, browser: Browser, theme: str) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        color_scheme="dark" if theme == "dark" else "light",
    )
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    page = context.new_page()
    page.add_init_script(read_axe())
    page.goto(f"{base}/report")
    wait(lambda: "Connected" in text(page, "#state"), "the server")
    wait(lambda: page.locator("#map").is_visible(), "the map")
    found = page.evaluate(_FIND, TAGS)
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()
