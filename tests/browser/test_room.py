"""Joining a room in a browser, under an address that other machines use."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cop.access.room_key import ROOM_COOKIE as COOKIE
from cop.server.host import own_addresses
from tests.browser.conftest import Visit, wait
from tests.support.room import KEY, serving_room

pytestmark = [pytest.mark.table, pytest.mark.browser]

ASKED = "/Wall?records=synthetic&sector=TCA"
_FOCUSED = "document.activeElement.id"
"""A page that is loaded moves the focus when it is painted, not before."""


@pytest.fixture
def room(warehouse_dir: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a server that asks for its key, not loopback where the machine has another."""
    with serving_room(warehouse_dir, tmp_path, "--host", "0.0.0.0") as base:  # noqa: S104
        yield f"http://{own_addresses()[0]}:{urlsplit(base).port}"


def shows_form(seen: Visit) -> bool:
    return seen.page.get_by_label("Room key").is_visible()


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
def test_shown_the_key_leads_to_the_page_that_was_asked_for(
    room: str, visit: Callable[..., Visit], dark: bool
) -> None:
    seen = visit(dark=dark, size=(1920, 1080))
    seen.page.goto(room + ASKED)
    assert shows_form(seen)
    wait(lambda: seen.ask(_FOCUSED) == "key", "the focus")
    assert seen.ask("parseFloat(getComputedStyle(document.body).fontSize)") >= 44
    assert seen.ask("document.documentElement.scrollHeight <= innerHeight")
    seen.page.keyboard.type("not the key of this room")
    seen.page.keyboard.press("Enter")
    wait(lambda: seen.page.get_by_text("Wrong room key.").is_visible(), "the word of it")
    wait(lambda: seen.ask(_FOCUSED) == "key", "the focus")
    seen.page.keyboard.type(KEY)
    seen.page.get_by_role("button", name="Join").click()
    wait(lambda: seen.address() == room + ASKED, "the page that was asked for")
    seen.settle()
    assert seen.page.get_by_text("SYNTHETIC").count() > 0
    (cookie,) = [c for c in seen.page.context.cookies() if c["name"] == COOKIE]
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["secure"]) == (True, "Lax", False)
    again = Visit(seen.page.context.new_page()).open(f"{room}/?records=synthetic")
    assert again.faults == []
    seen.page.context.clear_cookies()
    again.page.close()
    wait(lambda: shows_form(seen), "the form, to which the page itself leads back")
    assert seen.faults == []
    assert {urlsplit(address).hostname for address in seen.away} <= {urlsplit(room).hostname}
