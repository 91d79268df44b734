"""Saved Pictures in a browser: saved, opened as they were seen, changed, compared."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page

from cop.model.moment import format_moment, utc_now
from cop.settings import StoreSettings
from cop.store.room.picture import SavedPictures
from tests.browser.conftest import Visit, wait
from tests.support.command import serving
from tests.support.record import make_frame
from tests.support.store import publish_events
from tests.support.warehouse import copy_warehouse

pytestmark = [pytest.mark.table, pytest.mark.browser]

Begin = Callable[..., Visit]
EVIL = "<b>RGV</b> *week* <img src=x onerror=document.title='evil'>"
CAMERA = {"lat": 31.4, "lon": -110.5, "zoom": 8.25}
END = utc_now().replace(minute=0, second=0) + timedelta(hours=1)


def address(*, days: int = 30, end: timedelta = timedelta()) -> str:
    """A page's address of a Picture in the shared warehouse."""
    until = END - end
    return urlencode(
        [
            ("from", format_moment(until - timedelta(days=days))),
            ("to", format_moment(until)),
            ("records", "synthetic"),
            ("map", ",".join(map(str, CAMERA.values()))),
            ("layers", "background*1,segments*0.8"),
        ]
    )


@pytest.fixture
def own_server(warehouse_dir: Path, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A server over a warehouse of its own, a copy of the shared one."""
    folder = copy_warehouse(warehouse_dir, tmp_path / "own")
    with serving(folder, tmp_path / "log.txt") as base:
        yield base, folder


def save(page: Page, name: str) -> None:
    page.get_by_role("button", name="Save Picture").click()
    page.get_by_label("Your name").fill("Avery")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Purpose").fill("<i>For</i> the table")
    page.get_by_role("button", name="Save as new").click()
    page.get_by_text("revision 1", exact=False).first.wait_for()


def first_figure(seen: Visit) -> str:
    lines = seen.page.get_by_test_id("stMetric").first.inner_text().split("\n")
    return [line for line in lines if line][1]


def test_shown_a_saved_picture_opens_as_it_was_seen_also_when_newer_data_have_come(
    own_server: tuple[str, Path], visit: Begin
) -> None:
    base, folder = own_server
    seen = visit().open(f"{base}/?{address()}")
    before = first_figure(seen)
    save(seen.page, EVIL)
    seen.page.goto(f"{base}/Pictures")
    card = seen.page.locator(".cop-saved").first
    card.wait_for()
    assert EVIL in card.inner_text()
    assert "<i>For</i> the table" in card.inner_text()
    assert "SYNTHETIC" in card.inner_text()
    assert seen.ask("document.title") != "evil"
    link = card.get_by_role("link", name="Open").get_attribute("href")
    publish_events(
        StoreSettings(data=folder),
        make_frame(2, source_id=["x", "y"], synthetic=True, occurred_at=END - timedelta(days=3)),
        source="late",
        synthetic=True,
    )
    again = visit()
    wait(lambda: "AS KNOWN AT" in _opened(again, f"{base}{link}"), "the banner")
    assert first_figure(again) == before
    camera = again.camera()
    assert camera["lon"] == pytest.approx(CAMERA["lon"], abs=1e-5)
    assert camera["lat"] == pytest.approx(CAMERA["lat"], abs=1e-5)
    assert camera["zoom"] == pytest.approx(CAMERA["zoom"], abs=0.01)
    shown = {layer["id"] for layer in again.ask("__copMap.layers()") if layer["visible"]}
    assert shown == {"background", "segments"}
    again.page.get_by_role("button", name="Back to now").first.click()
    more = f"{int(before.replace(',', '')) + 2:,}"
    wait(lambda: first_figure(again) == more, "the figures of now")
    assert again.faults == []
    assert again.away == []


def _opened(seen: Visit, link: str) -> str:
    seen.open(link)
    return str(seen.page.inner_text("body"))


def test_shown_a_picture_is_updated_renamed_and_archived_from_the_page(
    own_server: tuple[str, Path], visit: Begin
) -> None:
    base, folder = own_server
    seen = visit().open(f"{base}/?{address()}")
    save(seen.page, "Brief")
    seen.page.get_by_text("Brief, revision 1").first.wait_for()
    seen.page.get_by_role("link", name="Pictures").first.click()
    seen.page.get_by_role("button", name="More").click()
    dialog = seen.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Save as revision 2").click()
    dialog.get_by_text("Saved Brief, revision 2").wait_for()
    dialog.get_by_label("Name", exact=True).fill("Evening brief")
    dialog.get_by_role("button", name="Save changes").click()
    seen.page.get_by_text("Evening brief").wait_for()
    seen.page.get_by_role("button", name="More").click()
    dialog.get_by_text("revision 1 by Avery").wait_for()
    dialog.get_by_role("button", name="Archive").click()
    seen.page.get_by_text("No saved Pictures").wait_for()
    saved = SavedPictures(StoreSettings(data=folder))
    (made,) = saved.list(archived=True)
    first, second = (saved.revision(made.id, number) for number in (1, 2))
    saved.close()
    assert (made.name, made.newest.number) == ("Evening brief", 2)
    assert first.picture == second.picture
    assert seen.faults == []


def test_shown_two_pictures_side_by_side_move_together(
    own_server: tuple[str, Path], visit: Begin
) -> None:
    base, folder = own_server
    seen = visit().open(f"{base}/?{address()}")
    save(seen.page, "This month")
    other = visit().open(f"{base}/?{address(end=timedelta(days=30))}")
    save(other.page, "The month before")
    saved = SavedPictures(StoreSettings(data=folder))
    right, left = (picture.id for picture in saved.list())
    saved.close()
    seen.page.goto(f"{base}/Compare?left={left}&right={right}")
    both = "(window.__copMaps ?? []).length === 2 && __copMaps.every((map) => map.settled())"
    wait(lambda: seen.ask(both), "both maps to settle")
    assert_together(seen)
    box = seen.page.locator(".copmap .stage").last.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    seen.page.mouse.move(x, y)
    seen.page.mouse.down()
    seen.page.mouse.move(x - 80, y + 40, steps=8)
    seen.page.mouse.up()
    seen.page.mouse.wheel(0, -300)
    moved = f"Math.abs(__copMaps[0].camera().lon - ({CAMERA['lon']})) > 0.05"
    wait(lambda: seen.ask(moved), "the left map to follow")
    wait(lambda: seen.ask(both), "both maps to settle")
    assert_together(seen)
    for words in ("This month", "The month before", "Differences · SYNTHETIC"):
        wait(lambda words=words: words in seen.page.inner_text("body"), words)
    windows = [[layer["url"] for layer in maps] for maps in seen.ask(
        "__copMaps.map((map) => map.layers().filter((layer) => layer.id === 'segments'))"
    )]  # fmt: skip
    assert windows[0] != windows[1]
    assert seen.faults == []


def assert_together(seen: Visit) -> None:
    left, right = seen.ask("__copMaps.map((map) => map.camera())")
    assert left["lon"] == pytest.approx(right["lon"], abs=1e-6)
    assert left["lat"] == pytest.approx(right["lat"], abs=1e-6)
    assert left["zoom"] == pytest.approx(right["zoom"], abs=1e-4)
