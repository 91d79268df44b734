"""Tests of who a page is drawn for: the operator without sign-in, else whose session it is."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cop.access.access import Access
from cop.access.identity import SESSION_COOKIE
from cop.errors import StoreError
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.room.room import Room
from cop.ui.component.context import CONTEXT
from tests.support.access import PASSWORD
from tests.support.context import make_context
from tests.support.page_run import PATIENCE_SECONDS

pytestmark = pytest.mark.access


def tell() -> None:
    import streamlit as st

    from cop.ui.component.viewer import current_viewer, render_viewer

    viewer = current_viewer()
    st.text(f"{viewer.id} {sorted(viewer.roles)[0]}")
    render_viewer(viewer)


def run(service: QueryService, access: Access) -> AppTest:
    page = AppTest.from_function(tell, default_timeout=PATIENCE_SECONDS)
    page.session_state[CONTEXT] = make_context(service, access=access)
    return page.run()


@pytest.fixture
def access(tmp_path: Path) -> Access:
    access = Access(Room(StoreSettings(data=tmp_path)), sign_in=["local"])
    access.accounts.add("ana", PASSWORD, name="A<b>", agency="JTF", roles=["viewer"], by="t")
    return access


def send(monkeypatch: pytest.MonkeyPatch, cookies: Mapping[str, str]) -> None:
    monkeypatch.setattr(type(st.context), "cookies", property(lambda _: cookies))
    monkeypatch.setattr(type(st.context), "headers", property(lambda _: {}))


def test_without_sign_in_it_is_the_operator(service: QueryService, tmp_path: Path) -> None:
    page = run(service, Access(Room(StoreSettings(data=tmp_path))))
    assert [text.value for text in page.text] == ["operator analyst"]
    (line,) = page.get("html")
    assert "Sign out" not in line.proto.body


def test_the_cookie_of_the_page_says_whose_session_it_is(
    service: QueryService, access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = access.accounts.find_viewer("local:ana")
    assert viewer is not None
    token = access.sessions.issue(viewer)
    send(monkeypatch, {SESSION_COOKIE: token})
    page = run(service, access)
    assert [text.value for text in page.text] == ["local:ana viewer"]
    (drawn,) = page.get("html")
    assert "A&lt;b&gt; (JTF)" in drawn.proto.body
    assert 'href="/sign-out"' in drawn.proto.body


def test_without_a_session_the_page_ends(
    service: QueryService, access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    for cookies in ({}, {SESSION_COOKIE: "x" * 43}):
        send(monkeypatch, cookies)
        page = run(service, access)
        assert not page.text
        assert page.error[0].value == "Signed out. Reload the page to sign in."

    def fail(*_asked: object, **_options: object) -> None:
        raise StoreError("/somewhere: locked")

    monkeypatch.setattr(access.identity, "find", fail)
    page = run(service, access)
    assert not page.text
    assert page.error[0].value == "Who you are cannot be checked now. Try again later."
