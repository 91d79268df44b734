"""One rail at the same place on every page, from the first paint; a name is asked once."""

from ast import literal_eval
from collections.abc import Callable
from itertools import chain, zip_longest
from typing import Any

import pytest

from cop.app import list_pages
from cop.server.page import Rail, build_page
from cop.ui.app import BARE, GROUPS, HOME, TITLES
from tests.browser.conftest import Visit, wait
from tests.server.test_page import INDEX

pytestmark = [pytest.mark.glance, pytest.mark.browser]

Begin = Callable[..., Visit]
RAILS = [path.stem for path in list_pages() if path.stem not in BARE]
ORDER = {
    "Watch": ("Picture", "Alerts", "Changes", "Wall"),
    "Assess": ("Sectors", "Coverage", "Impact", "Forecast", "Patterns"),
    "Brief": ("Brief", "Pictures", "Compare", "Hand-out"),
    "Share": ("Reports", "Requests", "Partners", "Sharing"),
    "Data": ("Upload", "Sources", "Release", "Audit"),
}
_RECORD = """(() => {
  window.__rails = [];
  const shown = (css) => [...document.querySelectorAll(css)].filter((node) => node.offsetWidth);
  const box = (node) => {
    const {x, y, width, height} = node.getBoundingClientRect();
    return [x, y, width, height].map(Math.round);
  };
  const framed = (node) => node.closest('a, header') ?? node;
  const look = () => {
    const parts = shown(':is(.cop-rail, [data-testid=stSidebarNav]) :is(p, a)');
    const called = (node) => `${node.closest('a') ? 'page' : 'group'} ${node.textContent.trim()}`;
    const links = parts.map((node) => [called(node), box(framed(node))]);
    const [main, block] = ['stMain', 'stMainBlockContainer'].map(
      (id) => shown(`[data-testid=${id}]`).map(box)[0]?.slice(0, 3));
    const now = JSON.stringify({links: [...new Map(links)], main, block});
    if (now !== window.__rails.at(-1)) window.__rails.push(now);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()"""
"""Records what stands where in every frame in which that differs from the one before."""


def frames(seen: Visit) -> list[dict[str, Any]]:
    """What stood where since the page was opened, without what had not been painted yet."""
    found = seen.ask("window.__rails.map((text) => JSON.parse(text))")
    return [frame for frame in found if frame["links"]]


def differing(rails: set[str]) -> list[str]:
    """What stands otherwise in two of the rails: all of them would be cut short."""
    one, other = sorted(rails)[:2]
    return [f"{a} or {b}" for a, b in zip_longest(literal_eval(one), literal_eval(other)) if a != b]


def open_page(seen: Visit, base: str, name: str) -> None:
    address = f"{base}/{'' if name == HOME else name}?records=synthetic"
    (seen.open if name == HOME else seen.look)(address)


def test_a_rail_that_has_come_in_part_is_not_painted_yet(visit: Begin) -> None:
    """A browser paints what it has parsed: half of the links would stand there for one frame."""
    groups = {group: [(name, f"/{name}") for name in names] for group, names in GROUPS.items()}
    page = build_page(INDEX, Rail(groups=groups), "/")
    half, rest = page[: page.index(">Brief<")], page[page.index(">Brief<") :]
    seen = visit()
    rail = seen.page.locator(".cop-rail")
    seen.page.evaluate("text => { document.open(); document.write(text); }", half)
    assert rail.locator("a").count() > 0, "part of it has come"
    assert not rail.is_visible()
    seen.page.evaluate("text => { document.write(text); document.close(); }", rest)
    assert rail.is_visible()


def test_shown_the_rail_stands_at_the_same_place_on_every_page(server: str, visit: Begin) -> None:
    """B9: the same links at the same places in every frame of every page; the page stays put."""
    seen = visit()
    seen.page.add_init_script(_RECORD)
    rails, mains, blocks = set(), set(), set()
    for name in RAILS:
        open_page(seen, server, name)
        recorded = frames(seen)
        assert recorded, name
        rails |= {str(frame["links"]) for frame in recorded}
        mains |= {str(frame["main"]) for frame in recorded if "main" in frame}
        blocks |= {str(frame["block"]) for frame in recorded if "block" in frame}
        current = seen.page.locator("[data-testid=stSidebarNavLink][aria-current=page]")
        assert current.inner_text() == TITLES.get(name, name)
    assert len(rails) == 1, differing(rails)
    assert (len(mains), len(blocks)) == (1, 1), (mains, blocks)
    expected = [(f"group {one}", *(f"page {name}" for name in ORDER[one])) for one in ORDER]
    assert [name for name, _box in frames(seen)[-1]["links"]] == [*chain(*expected)]
    assert [*GROUPS] == [*ORDER]
    seen.page.get_by_role("link", name="Hand-out", exact=True).click()
    wait(lambda: "/Handout" in seen.address(), "the page of the link")
    seen.open(f"{server}/Wall?records=synthetic")
    assert not seen.page.get_by_test_id("stSidebarNav").is_visible()
    assert frames(seen) == [], "the wall has no rail, in no frame"
    phone = visit(size=(390, 844)).look(f"{server}/Alerts?records=synthetic")
    assert phone.page.get_by_test_id("stMain").bounding_box() == {
        "x": 0,
        "y": 0,
        "width": 390,
        "height": 844,
    }
    assert not phone.page.get_by_role("link", name="Sectors", exact=True).is_visible()
    phone.page.get_by_test_id("stExpandSidebarButton").click()
    phone.page.get_by_role("link", name="Sectors", exact=True).click()
    wait(lambda: "/Sectors" in phone.address(), "the page of the folded rail")


def test_shown_a_name_is_asked_once_per_browser(server: str, visit: Begin) -> None:
    """B9: typed once, it signs on every page, on the board and in a new tab, and can be changed."""
    seen = visit().look(f"{server}/Upload?records=synthetic")
    page = seen.page
    asked = page.get_by_role("textbox", name="Your name")
    rail = page.get_by_role("textbox", name="Who are you?")
    assert asked.count() == 1, "nobody is known yet"
    before = page.get_by_test_id("stFileUploader").bounding_box()
    asked.fill("  Avery  <b>Lee</b> ")
    asked.press("Enter")
    wait(lambda: rail.input_value() == "Avery <b>Lee</b>", "the rail to know")
    assert page.get_by_test_id("stFileUploader").bounding_box() == before, "nothing jumps"
    page.get_by_role("link", name="Impact", exact=True).click()
    wait(lambda: "/Impact" in seen.address(), "another page")
    seen.rest_of_script()
    assert rail.input_value() == "Avery <b>Lee</b>"
    other = Visit(page.context.new_page()).look(f"{server}/Upload?records=synthetic")
    assert other.page.get_by_role("textbox", name="Your name").count() == 0
    assert "As Avery <b>Lee</b>" in other.page.get_by_test_id("stMain").inner_text()
    assert other.page.get_by_role("textbox", name="Who are you?").input_value() == (
        "Avery <b>Lee</b>"
    )
    other.open(f"{server}/?records=synthetic")
    wait(
        lambda: other.ask("__copMap.owner.session?.board?.name") == "Avery <b>Lee</b>", "the board"
    )
    field = other.page.get_by_role("textbox", name="Who are you?")
    field.fill("Ben")
    field.press("Enter")
    wait(lambda: other.ask("__copMap.owner.session?.board?.name") == "Ben", "the board to follow")
    wait(lambda: rail.input_value() == "Ben", "the first tab to follow")
    stranger = visit().look(f"{server}/Alerts?records=synthetic")
    assert stranger.page.get_by_role("textbox", name="Who are you?").input_value() == ""
    assert seen.faults == other.faults == []
