"""Tests of the page that asks for the room key."""

import pytest
from lxml import html

from cop.server.key_page import render_join

pytestmark = pytest.mark.table


def test_the_form_posts_the_key_and_where_to_go_on() -> None:
    page = html.fromstring(render_join("/join", "/Picture?a=1&b=2"))
    (form,) = page.forms
    assert (form.method, form.action) == ("POST", "/join")
    assert dict(form.form_values())["next"] == "/Picture?a=1&b=2"
    (key,) = form.xpath(".//input[@name='key']")
    assert key.get("type") == "password"
    assert page.xpath("//*[@role='alert']") == []
    assert page.xpath("//script") == []


def test_a_wrong_key_is_announced_and_named_by_the_field() -> None:
    page = html.fromstring(render_join("/join", "/", wrong=True))
    (notice,) = page.xpath("//*[@role='alert']")
    assert notice.text == "Wrong room key. Check it and try again."
    (key,) = page.xpath("//input[@name='key']")
    assert (key.get("aria-describedby"), key.get("aria-invalid")) == (notice.get("id"), "true")


def test_who_must_wait_reads_how_long() -> None:
    page = html.fromstring(render_join("/join", "/", wrong=True, wait_s=9))
    (notice,) = page.xpath("//*[@role='alert']")
    assert notice.text == "Too many wrong keys. Wait 9 s, then try again."


def test_an_address_stays_text() -> None:
    asked = '"><script>alert(1)</script>'
    text = render_join("/join", asked)
    assert "<script>" not in text
    assert dict(html.fromstring(text).forms[0].form_values())["next"] == asked
