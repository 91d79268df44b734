"""Everybody can read and operate it: axe-core finds nothing, and a keyboard is enough.

Each page is opened for it in all its states, which also shows that none asks another host.
"""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import FileChooser

from cop.ingest.layer.history import read_uploaded_layers
from cop.model.style import Theme
from cop.settings import StoreSettings
from cop.store.room.alert import Alerts
from cop.ui.app import name_page
from cop.ui.component.address import OWN_ADDRESS
from tests.browser.conftest import Visit, wait
from tests.browser.test_picture import PAGES, look_whole
from tests.support.alert import raise_in
from tests.support.command import CHECKOUT, serving

pytestmark = [pytest.mark.glance, pytest.mark.browser]

Begin = Callable[..., Visit]
Look = Callable[..., list[str]]
AXE = CHECKOUT / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WALL = "/Wall"
ADDRESSED = ("/", WALL)
"""The first page, and the one without the rail."""
FILTERED = "?records=synthetic&sector=RGV&kind=rescue"
MOST_TABS = 15
NOT_OURS = {
    # Streamlit labels the drop zone and takes it out of the tab order; the button in it is named.
    "presentation-role-conflict": "stFileUploaderDropzone",
}
"""What Streamlit's own markup breaks and nothing of ours reaches: rule, and a part of the node."""
_FIND = """tags => axe.run(document,
    {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})
  .then(({violations}) => violations.flatMap(({id, nodes}) => nodes.map((node) =>
    [id, node.html, node.failureSummary, node.target.flat().at(-1)])))"""
_THEME = "getComputedStyle(document.documentElement).colorScheme"
"""The theme that the page was drawn in by its last run."""
_FOCUSED = """(() => {
  let node = document.activeElement;
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  return node;
})()"""
_NAME = f"""((node) => node.matches('body, main, [data-testid=stSidebarNavLink]')
  ? '' : (node.ariaLabel || node.innerText || '').trim())({_FOCUSED})"""
"""What is focused; the rail's links are called as pages are, and main holds everything."""
_OUTLINE = f"getComputedStyle({_FOCUSED}).outlineStyle"


@cache
def read_axe() -> str:
    """Return axe-core's source, which the page's policy lets no script tag load."""
    assert AXE.exists(), f"{AXE} is missing: run make lint or make test-full, which install it"
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def empty(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over a region without a record."""
    with serving(bare_warehouse, tmp_path_factory.mktemp("empty") / "log.txt") as base:
        yield base


@pytest.fixture
def look_over(visit: Begin) -> Look:
    """Let axe-core look at every page in both themes; it gives what it finds, one line a node.

    Each page has to be whole: nothing failed, and all came from the server. They are opened by
    their addresses in either theme or, ``by_rail``, one from the other, as their readers go; on
    each its reader changes to the other theme. The wall's is its own: it is opened in both.
    """

    def look(base: str, query: str = "", *, by_rail: bool = False) -> list[str]:
        seen = visit(dark=True)
        seen.page.add_init_script(read_axe())
        found = []
        theme: Theme = "dark"
        other: Theme = "light"
        for page in PAGES:
            if by_rail and page not in ADDRESSED:
                go_to(seen, page, query)
            else:
                look_whole(seen, base, page, query)
            found += find_faults(seen, page, theme)
            theme, other = other, theme
            change_theme(seen, page, theme)
            if page == WALL or not by_rail:
                look_whole(seen, base, page, query)
            found += find_faults(seen, page, theme)
        return found

    return look


def find_faults(seen: Visit, page: str, theme: Theme) -> list[str]:
    """What axe-core finds on a page that is drawn."""
    # A map's styles come by themselves: before them its buttons are smaller.
    if seen.page.locator(".copmap").count():
        seen.settle()
    found = []
    for rule, html, why, target in seen.page.evaluate(_FIND, TAGS):
        if NOT_OURS.get(rule, "nothing") not in html:
            about = " ".join(why.split())
            found.append(f"{page} {theme} {rule}: {html[:200]} at {target}: {about}")
    return found


def assert_whole(seen: Visit, page: str) -> None:
    assert seen.page.get_by_test_id("stException").count() == 0, page
    assert (seen.away, seen.faults) == ([], []), page


def change_theme(seen: Visit, page: str, theme: Theme) -> None:
    """Change to another theme on a page, until it is whole; the wall's is its own."""
    seen.page.emulate_media(color_scheme=theme)
    if page != WALL:
        other = seen.page.locator(f'.copmap:not([data-theme="{theme}"])')
        wait(lambda: seen.ask(_THEME) == theme and not other.count(), f"{page} to be {theme}")
    seen.rest_of_script()
    assert_whole(seen, page)


def go_to(seen: Visit, page: str, query: str) -> None:
    """Go to a page by its link in the rail, until it is whole; it takes the Picture along."""
    name = page.removeprefix("/")
    seen.turn_to(name_page(name))
    assert_whole(seen, page)
    stated = urlsplit(seen.address()).query
    assert name in OWN_ADDRESS or {*parse_qsl(query[1:])} <= {*parse_qsl(stated)}, page


def test_shown_no_request_leaves_the_machine_and_axe_finds_nothing(
    server: str, look_over: Look
) -> None:
    """B16: no page breaks a rule of WCAG 2.2 AA or of best practice, nor asks another host."""
    assert look_over(server, "?records=synthetic") == []


def test_shown_axe_finds_nothing_where_filtered(server: str, look_over: Look) -> None:
    """B16: nor where a sector and a kind are chosen."""
    assert look_over(server, FILTERED, by_rail=True) == []


def test_shown_axe_finds_nothing_where_stale(stale: str, look_over: Look) -> None:
    """B16: nor where the data are old."""
    assert look_over(stale, by_rail=True) == []


def test_shown_axe_finds_nothing_where_empty(empty: str, look_over: Look) -> None:
    """B16: nor where there is no record at all."""
    assert look_over(empty, by_rail=True) == []


def tab_to(seen: Visit, name: str, most: int) -> int:
    """Press Tab until what has that name is focused; return how often, and see every focus."""
    names = []
    for pressed in range(1, most + 1):
        seen.page.keyboard.press("Tab")
        names.append(seen.ask(_NAME))
        # Streamlit's icons are words of a font.
        if name in names[-1].split("\n"):
            return pressed
    raise AssertionError(f"{name!r} is not among the first {most} focused: {names}")


def press(seen: Visit, *keys: str) -> None:
    for key in keys:
        seen.page.keyboard.press(key)


@pytest.fixture
def alarmed(own_demo: Path, tmp_path: Path) -> Iterator[str]:
    """A server of its own, with one alert that stands."""
    alerts = Alerts(StoreSettings(data=own_demo))
    raise_in(alerts, "RGV", "v1", days=1)
    alerts.close()
    with serving(own_demo, tmp_path / "log.txt") as base:
        yield base


def test_shown_a_keyboard_is_enough(
    alarmed: str, own_demo: Path, tmp_path: Path, visit: Begin
) -> None:
    """B16: filter, present, draw, publish, decide without a pointer; the map's focus is seen."""
    seen = visit().open(f"{alarmed}/?records=synthetic")
    assert tab_to(seen, "Skip to the board", MOST_TABS) == 2, "the page's first controls"
    tab_to(seen, "Skip to main content", MOST_TABS)
    press(seen, "Enter")
    tab_to(seen, "Filters", MOST_TABS)
    press(seen, "Enter")
    wait(lambda: seen.ask(f"{_FOCUSED}.dataset.testid") == "stPopoverBody", "the filters to open")
    wait(seen.page.get_by_label("Sectors", exact=True).last.is_visible, "the filters to be drawn")
    tab_to(seen, "Sectors", MOST_TABS)
    seen.page.keyboard.type("RGV")
    found = seen.page.get_by_role("option").filter(has_text="RGV")
    wait(found.count, "the sector in the list")
    press(seen, "Enter")
    wait(lambda: "sector=RGV" in seen.address(), "the sector in the address")
    press(seen, "Escape", "Escape")
    seen.rest()
    present_and_draw(seen)
    file = tmp_path / "Towers.csv"
    file.write_text("name,lat,lon\nTower Nine,31.88,-110.31\n")
    publish(seen, alarmed, file)
    (layer,) = read_uploaded_layers(StoreSettings(data=own_demo)).values()
    assert (layer.state, layer.owner, layer.content.points) == ("published", "Ana", 1)
    acknowledge(seen, alarmed)
    alerts = Alerts(StoreSettings(data=own_demo))
    try:
        done = ["acknowledged"]
        wait(lambda: [one.state for one in alerts.list("real")] == done, "the acknowledgement")
    finally:
        alerts.close()


def present_and_draw(seen: Visit) -> None:
    """Begin to present and put a point on the map, from wherever the focus is."""
    seen.page.locator(".cop-skip button").first.focus()
    tab_to(seen, "Skip to the board", 1)
    press(seen, "Enter")
    assert seen.ask(_NAME) == "Present"
    assert seen.ask(_OUTLINE) == "solid"
    press(seen, "Enter")
    wait(lambda: "You are presenting" in seen.page.locator(".board").inner_text(), "the board")
    assert seen.ask(_NAME) == "Point", "the focus stays on the bar"
    tab_to(seen, "Draw", 3)
    press(seen, "Enter")
    tab_to(seen, "Point", 3)
    assert seen.ask(_OUTLINE) == "solid"
    press(seen, "Enter", *["ArrowRight"] * 3, "ArrowUp", "Space")
    wait(lambda: seen.ask(f"{_FOCUSED}.name") == "title", "the form of the point")
    seen.page.keyboard.type("Gate")
    press(seen, "Enter")
    drawn = "(__copMap.annotations() ?? []).map(({properties}) => properties.title)"
    wait(lambda: seen.ask(drawn) == ["Gate"], "the point on the map")


def publish(seen: Visit, base: str, file: Path) -> None:
    """Sign in the rail, choose a file on the page Upload, draft and publish it as a layer."""
    seen.look(f"{base}/Upload")
    tab_to(seen, "Who are you?", 40)
    seen.page.keyboard.type("Ana")
    press(seen, "Enter")
    signed = seen.page.get_by_role("textbox", name="Your name")
    wait(lambda: signed.input_value() == "Ana", "the name to be taken")
    seen.rest_of_script()
    choosers: list[FileChooser] = []

    def hear(chooser: FileChooser) -> None:
        choosers.append(chooser)

    # Chromium cancels a chooser at once where nobody has asked to hear of it before.
    seen.page.on("filechooser", hear)
    tab_to(seen, "Upload", 40)
    press(seen, "Enter")
    wait(lambda: seen.ask("true") and choosers, "the choice of a file")
    choosers[0].set_files(file)
    for name, done in (("Create draft", "rows are in the draft"), ("Publish", "Unpublish")):
        wait(seen.page.get_by_role("button", name=name, exact=True).count, name)
        seen.rest_of_script()
        tab_to(seen, name, 80)
        press(seen, "Enter")
        wait(seen.page.get_by_text(done).count, done)


def acknowledge(seen: Visit, base: str) -> None:
    """Acknowledge the alert on the page Alerts, under the name that the rail knows."""
    seen.look(f"{base}/Alerts?records=real")
    assert tab_to(seen, "Skip to main content", 1) == 1
    press(seen, "Enter")
    tab_to(seen, "Acknowledge", MOST_TABS)
    press(seen, "Enter")
