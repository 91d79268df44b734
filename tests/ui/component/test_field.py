"""Fields that others set too: what a browser has not heard of yet is no choice of its viewer."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.support.page_run import PATIENCE_SECONDS

pytestmark = pytest.mark.table


def script() -> None:
    import streamlit as st

    from cop.ui.component.field import apply_choice, renew_field

    def take(value: object) -> None:
        st.session_state["chosen"].append(value)
        st.session_state["shown"] = value

    st.session_state.setdefault("chosen", [])
    shown = st.session_state["shown"]
    field = renew_field("of", shown)
    if isinstance(shown, list):
        options, draw = ["a", "b", "c"], st.multiselect
        draw("Of", options, shown, key=field, on_change=apply_choice, args=("of", field, take))
    else:
        st.text_input("Of", shown, key=field, on_change=apply_choice, args=("of", field, take))


def begin(shown: object) -> AppTest:
    page = AppTest.from_function(script, default_timeout=PATIENCE_SECONDS)
    page.session_state["shown"] = shown
    return page.run()


def test_what_is_chosen_is_heard_once_in_the_same_field() -> None:
    page = begin("a")
    page.text_input(key="of").set_value("b").run()
    page.run()
    assert (page.session_state["chosen"], page.text_input[0].key) == (["b"], "of")
    page.text_input(key="of").set_value("a").run()
    assert page.session_state["chosen"] == ["b", "a"]


def test_a_report_with_the_value_before_is_no_choice() -> None:
    page = begin("a")
    page.text_input(key="of").set_value("a")
    before = page._tree  # What the browser has until it hears of the other value.
    page.session_state["shown"] = "b"
    page.run()
    assert (page.text_input[0].key, page.text_input[0].value) == ("of-1", "b")
    page._tree = before
    page.run()
    assert page.session_state["chosen"] == []
    assert (page.text_input[0].key, page.text_input[0].value) == ("of-1", "b")
    page.text_input(key="of-1").set_value("a").run()
    assert (page.session_state["chosen"], page.text_input[0].key) == (["a"], "of-1")


def test_several_are_the_same_in_any_order() -> None:
    page = begin(["a", "b"])
    page.session_state["shown"] = ["b", "a"]
    assert page.run().multiselect[0].key == "of"
    page.session_state["shown"] = ["a", "c"]
    assert page.run().multiselect[0].key == "of-1"
    assert page.multiselect[0].value == ["a", "c"]
