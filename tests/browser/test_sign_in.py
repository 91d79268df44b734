"""Signing in and out in a browser: the page asked for, its data, and the end of the session."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cop.access.identity import SESSION_COOKIE
from tests.browser.conftest import Visit, wait
from tests.support.access import PASSWORD, add_people, serving_people
from tests.support.command import run_cop
from tests.support.warehouse import copy_warehouse

pytestmark = [pytest.mark.access, pytest.mark.browser]

ASKED = "/?records=synthetic&sector=TCA"
_FOCUSED = "document.activeElement.id"
"""A page that is loaded moves the focus when it is painted, not before."""


@pytest.fixture(scope="module")
def data(warehouse_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = copy_warehouse(warehouse_dir, tmp_path_factory.mktemp("people") / "warehouse")
    add_people(data, "ana", "ben", "eva")
    add_people(data, "cora", roles=("commander",))
    add_people(data, "dora", roles=("curator",))
    return data


@pytest.fixture(scope="module")
def people(data: Path) -> Iterator[str]:
    with serving_people(data, data.parent) as base:
        yield base


def shows_form(seen: Visit) -> bool:
    return seen.page.get_by_label("Login").is_visible()


def sign_in(seen: Visit, login: str) -> None:
    seen.page.get_by_label("Login").fill(login)
    seen.page.get_by_label("Password").fill(PASSWORD)
    seen.page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
def test_shown_who_signs_in_gets_the_page_that_was_asked_for_until_signing_out(
    people: str, visit: Callable[..., Visit], dark: bool
) -> None:
    seen = visit(dark=dark, size=(1366, 768))
    seen.page.goto(people + ASKED)
    assert shows_form(seen)
    wait(lambda: seen.ask(_FOCUSED) == "login", "the focus")
    assert seen.ask("document.documentElement.scrollHeight <= innerHeight")
    seen.page.get_by_label("Login").fill("ana")
    seen.page.get_by_label("Password").fill("not the password")
    seen.page.keyboard.press("Enter")
    wait(lambda: seen.page.get_by_text("Wrong login or password").is_visible(), "the word of it")
    sign_in(seen, "ana")
    wait(lambda: seen.address() == people + ASKED, "the page that was asked for")
    seen.rest()
    assert seen.tiles
    assert seen.page.get_by_text("Ana (JTF)").is_visible()
    cookies = {cookie["name"]: cookie for cookie in seen.page.context.cookies()}
    assert cookies[SESSION_COOKIE]["httpOnly"]
    assert cookies[SESSION_COOKIE]["sameSite"] == "Lax"
    assert SESSION_COOKIE not in seen.ask("document.cookie")
    other = Visit(seen.page.context.new_page()).open(f"{people}/?records=synthetic")
    seen.page.get_by_role("link", name="Sign out").click()
    wait(lambda: seen.page.get_by_text("You are Ana").is_visible(), "the page of signing out")
    seen.page.get_by_role("button", name="Sign out").click()
    wait(lambda: shows_form(seen), "the form")
    wait(lambda: shows_form(other), "the form in the other tab too")
    assert "records%3Dsynthetic" in urlsplit(other.address()).query, "its picture is kept"
    assert SESSION_COOKIE not in {cookie["name"] for cookie in seen.page.context.cookies()}
    assert seen.faults == []


def test_shown_a_page_of_who_is_disabled_leads_to_the_form_within_a_minute(
    people: str, data: Path, visit: Callable[..., Visit]
) -> None:
    seen = visit(size=(1366, 768))
    seen.page.goto(f"{people}/Wall?records=synthetic")
    sign_in(seen, "ben")
    seen.rest()
    done = run_cop("people", "disable", "ben", "--data", data)
    assert done.returncode == 0, done.stderr
    start = time.monotonic()
    wait(lambda: shows_form(seen), "the form")
    assert time.monotonic() - start < 60
    sign_in(seen, "ben")
    wait(lambda: seen.page.get_by_text("Wrong login or password").is_visible(), "the word of it")


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
def test_shown_a_viewer_is_offered_neither_present_nor_draw(
    people: str, visit: Callable[..., Visit], dark: bool
) -> None:
    offered = {}
    for login in ("ana", "cora"):
        seen = visit(dark=dark, size=(1366, 768))
        seen.page.goto(people + ASKED)
        sign_in(seen, login)
        bar = seen.page.locator(".copmap .board .row")
        bar.wait_for()
        seen.rest()
        buttons = bar.locator("button").all_inner_texts()
        offered[login] = [text.strip() for text in buttons if not text.strip().isdigit()]
        seen.page.context.clear_cookies()
    assert offered == {"ana": [], "cora": ["Present", "Draw"]}


def test_shown_an_open_page_begins_anew_with_changed_rights(
    people: str, data: Path, visit: Callable[..., Visit]
) -> None:
    seen = visit(size=(1366, 768))
    seen.page.goto(people + ASKED)
    sign_in(seen, "eva")
    seen.rest()
    link = seen.page.get_by_role("link", name="View as another agency")
    assert not link.is_visible()
    done = run_cop("people", "change", "eva", "--role", "curator", "--by", "op", "--data", data)
    assert done.returncode == 0, done.stderr
    wait(link.is_visible, "the page of a curator, without a reload")
    seen.rest()
    assert not seen.page.get_by_text("Your rights changed").is_visible()
    assert "records=synthetic" in seen.address(), "its picture is kept"
    seen.page.context.clear_cookies()


def test_shown_who_views_as_another_agency_sees_it_and_comes_back(
    people: str, visit: Callable[..., Visit]
) -> None:
    """Each choice begins a session anew; what was drawn before is not gone on with."""
    seen = visit(size=(1366, 768))
    seen.page.goto(people + ASKED)
    sign_in(seen, "dora")
    seen.rest()
    strip = seen.page.get_by_text("VIEW AS DPS")
    for agency, is_shown in (("DPS", True), ("", False)):
        seen.page.get_by_role("link", name="View as another agency").click()
        seen.page.get_by_label("Agency").select_option(agency)
        seen.page.get_by_role("button", name="View").click()
        wait(lambda: seen.page.get_by_text("Dora (JTF)").is_visible(), "the page")
        seen.rest()
        assert strip.is_visible() is is_shown
        assert not seen.page.get_by_text("Your rights changed").is_visible()
        assert seen.tiles
    assert seen.faults == []
    seen.page.context.clear_cookies()


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
def test_what_a_viewer_may_not_press_can_be_read(
    people: str, visit: Callable[..., Visit], dark: bool
) -> None:
    seen = visit(dark=dark, size=(1366, 768))
    seen.page.goto(f"{people}/Impact?records=synthetic")
    sign_in(seen, "ana")
    colors = {}
    for name in ("Save decision", "Clear decision"):
        button = seen.page.get_by_role("button", name=name)
        button.wait_for()
        assert button.is_disabled()
        colors[name] = button.evaluate("button => getComputedStyle(button).color")
    assert colors["Save decision"] == colors["Clear decision"]
    seen.page.context.clear_cookies()
