"""What the viewer of a page may do: controls say why they are not for somebody."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cop.access.access import Access
from cop.access.identity import SESSION_COOKIE
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.room.room import Room
from cop.ui.component.context import CONTEXT
from tests.support.access import PASSWORD, Recorded
from tests.support.context import make_context
from tests.support.page_run import PATIENCE_SECONDS

pytestmark = pytest.mark.access


def script() -> None:
    import streamlit as st

    from cop.errors import AccessError
    from cop.ui.component.permit import may, need
    from cop.ui.component.press import take_press

    pressed = take_press("Publish", key="own", action="publish")
    st.text(f"{pressed} {may('publish')} {may('save')}")
    try:
        need("publish")
    except AccessError as fault:
        st.error(str(fault))


def run(
    service: QueryService, folder: Path, monkeypatch: pytest.MonkeyPatch, *roles: str
) -> tuple[AppTest, Recorded]:
    recorded = Recorded()
    access = Access(Room(StoreSettings(data=folder)), sign_in=["local"], record=recorded)
    access.accounts.add("ana", PASSWORD, name="Ana", agency="JTF", roles=roles, by="t")
    viewer = access.accounts.find_viewer("local:ana")
    assert viewer is not None
    token = access.sessions.issue(viewer)
    cookies = {SESSION_COOKIE: token}
    monkeypatch.setattr(type(st.context), "cookies", property(lambda _: cookies))
    monkeypatch.setattr(type(st.context), "headers", property(lambda _: {}))
    page = AppTest.from_function(script, default_timeout=PATIENCE_SECONDS)
    page.session_state[CONTEXT] = make_context(service, access=access)
    return page.run(), recorded


def test_who_may_not_sees_why_and_a_press_of_theirs_does_nothing(
    service: QueryService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, recorded = run(service, tmp_path, monkeypatch, "commander")
    assert page.button[0].disabled
    assert page.button[0].help.startswith("You may not publish: it needs the role curator")
    assert page.text[0].value == "False False True"
    # A browser may send a press of what was never drawn for it.
    page.session_state["pressed"] = "own"
    page.run()
    assert page.text[0].value == "False False True"
    assert page.error[0].value.startswith("you may not publish")
    assert recorded.briefly()[-1] == ("local:ana", "publish", "refused")


def test_who_may_presses_it(
    service: QueryService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, _ = run(service, tmp_path, monkeypatch, "curator")
    assert not page.button[0].disabled
    page.button[0].click().run()
    assert page.text[0].value == "True True True"
    assert not page.error
