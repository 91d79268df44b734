"""A press of a button is taken once: not lost where a run is cut short, never taken later."""

from streamlit.testing.v1 import AppTest

from tests.support.page_run import PATIENCE_SECONDS
from tests.ui.component.conftest import OpenScript


def script() -> None:
    import streamlit as st

    from cop.ui.component.press import forget_press, take_press, take_submit

    def note(words: str) -> None:
        st.session_state["taken"] = [*st.session_state.get("taken", []), words]

    if st.session_state.pop("cut", False):
        # As where another run begins while this one is under way.
        st.rerun()
    shown = not st.session_state.get("gone", False)
    if st.button("Plain"):
        note("plain")
    if shown and take_press("Publish", key="publish", disabled="off" in st.session_state):
        note("publish")
    if shown and take_press("Undo", key="undo"):
        note("undo")
    with st.form("words"):
        text = st.text_input("Name", key="name")
        if take_submit("Save", key="save"):
            note(f"save {text}")
    forget_press()


def begin(**state: object) -> AppTest:
    page = AppTest.from_function(script, default_timeout=PATIENCE_SECONDS)
    for name, value in state.items():
        page.session_state[name] = value
    return page.run()


def taken(page: AppTest) -> list[str]:
    if "taken" not in page.session_state:
        return []
    return page.session_state["taken"]


def test_a_press_is_taken_once() -> None:
    page = begin()
    page.button(key="publish").click().run()
    assert taken(page) == ["publish"]
    page.run()
    page.button(key="undo").click().run()
    assert taken(page) == ["publish", "undo"]


def test_a_press_is_not_lost_where_its_run_is_cut_short() -> None:
    page = begin()
    page.session_state["cut"] = True
    page.button(key="publish").click().run()
    assert taken(page) == ["publish"]
    page.session_state["cut"] = True
    page.text_input(key="name").input("Gate")
    page.button(key="save").click().run()
    assert taken(page) == ["publish", "save Gate"]
    page.session_state["cut"] = True
    next(one for one in page.button if one.label == "Plain").click().run()
    assert taken(page) == ["publish", "save Gate"], "Streamlit's own loses it"


def test_a_press_of_a_button_that_is_gone_or_disabled_is_forgotten() -> None:
    for state in ("gone", "off"):
        page = begin()
        page.session_state[state] = True
        page.button(key="publish").click().run()
        del page.session_state[state]
        page.run()
        assert taken(page) == []


def failing_script() -> None:
    import streamlit as st

    from cop.errors import FilterError
    from cop.ui.component.frame import render_page
    from cop.ui.component.press import take_press

    def fail() -> None:
        raise FilterError("unknown")

    if st.session_state.pop("fails", False):
        render_page(fail)
    elif take_press("Publish", key="publish"):
        st.text("published")


def test_a_press_of_a_run_that_ended_with_an_error_is_not_taken_later(
    open_script: OpenScript,
) -> None:
    page = open_script(failing_script).run()
    page.session_state["fails"] = True
    page.button(key="publish").click().run()
    assert [error.value for error in page.error] == ["unknown"]
    page.run()
    assert not page.text
    page.button(key="publish").click().run()
    assert [text.value for text in page.text] == ["published"]
