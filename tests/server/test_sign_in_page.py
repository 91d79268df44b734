"""Tests of the pages of signing in and out."""

from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import html

from cop.server.sign_in_page import (
    SignInChoices,
    describe_lock,
    render_sign_in,
    render_sign_out,
)
from tests.support.access import shipped_policy

pytestmark = pytest.mark.access

ALL = SignInChoices(local="/sign-in", room="/room", provider="/sign-in/oidc?next=%2F")


def test_each_way_in_has_its_form_and_carries_the_address() -> None:
    page = html.fromstring(render_sign_in(ALL, "/Wall?a=1&b=2"))
    assert [form.action for form in page.forms] == ["/sign-in", "/room"]
    assert all(dict(form.form_values())["next"] == "/Wall?a=1&b=2" for form in page.forms)
    assert page.xpath("//a/@href") == ["/sign-in/oidc?next=%2F"]
    assert len(page.xpath("//*[@autofocus]")) == 1
    assert page.xpath("//script") == []
    assert page.xpath("//input[@name='password']/@type") == ["password"]


@pytest.mark.parametrize("way", ["local", "room", "provider"])
def test_only_what_is_offered_is_shown(way: str) -> None:
    page = html.fromstring(render_sign_in(SignInChoices(**{way: f"/{way}"}), "/"))
    shown = [form.action for form in page.forms] + page.xpath("//a/@href")
    assert shown == [f"/{way}"]
    assert len(page.xpath("//*[@autofocus]")) == (0 if way == "provider" else 1)


def test_without_any_the_page_says_why() -> None:
    assert "by certificate" in render_sign_in(SignInChoices(), "/")


def test_what_is_wrong_is_announced() -> None:
    page = html.fromstring(render_sign_in(ALL, "/", message="Wrong <login>."))
    (notice,) = page.xpath("//*[@role='alert']")
    assert notice.text == "Wrong <login>."
    (login,) = page.xpath("//input[@name='login']")
    assert (login.get("aria-describedby"), login.get("aria-invalid")) == (notice.get("id"), "true")


def test_an_address_and_a_name_stay_text() -> None:
    hostile = '"><script>alert(1)</script>'
    assert "<script>" not in render_sign_in(ALL, hostile)
    viewer = replace(shipped_policy().room_viewer("1", name=hostile), agency=hostile)
    assert "<script>" not in render_sign_out("/sign-out", viewer)


def test_signing_out_says_who_is_signed_in() -> None:
    viewer = shipped_policy().room_viewer("1", name="Ana")
    page = html.fromstring(render_sign_out("/sign-out", viewer))
    assert page.xpath("//main/p")[0].text == "You are Ana, not verified (JTF; commander, curator)."
    assert [form.action for form in page.forms] == ["/sign-out"]


@pytest.mark.parametrize(("seconds", "minutes"), [(1, 1), (60, 1), (61, 2), (900, 15), (-5, 1)])
def test_a_lock_is_told_in_minutes(seconds: int, minutes: int) -> None:
    told = describe_lock(timedelta(seconds=seconds))
    assert told == f"Too many wrong passwords. Try again in {minutes} min."
