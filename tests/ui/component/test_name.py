"""Who the viewer is: known from the browser, typed once, the same in every field, bounded."""

from types import SimpleNamespace

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import TextInput

from cop.model.saved import MOST_AUTHOR
from cop.ui.component import name
from cop.ui.component.name import COOKIE, FIELD, tidy_name
from tests.support.page_run import PATIENCE_SECONDS


def script() -> None:
    import streamlit as st

    from cop.ui.component.name import ask_name, own_name, render_name
    from cop.ui.page.save import ask_author, typed_author

    render_name()
    if st.session_state.get("elsewhere"):
        ask_name("Signed", key="elsewhere-name")
    st.text(f"{own_name()}|{ask_author()}|{typed_author()}")


def field(page: AppTest, label: str) -> TextInput:
    (found,) = [one for one in page.text_input if one.label == label]
    return found


def remember(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Let the browser send a cookie."""

    monkeypatch.setattr(name.st, "context", SimpleNamespace(cookies={COOKIE: value}))


def test_nobody_is_known_at_first_and_is_asked_at_the_place_too() -> None:
    page = AppTest.from_function(script, default_timeout=PATIENCE_SECONDS).run()
    assert [box.label for box in page.sidebar.text_input] == ["Who are you?"]
    assert field(page, "Your name").value == ""
    assert page.text[0].value == "||"


def test_a_name_is_typed_once_wherever_and_is_in_every_field() -> None:
    page = AppTest.from_function(script, default_timeout=PATIENCE_SECONDS).run()
    page.session_state["elsewhere"] = True
    field(page, "Who are you?").input(" Avery\u202e  Lee ").run()
    assert page.text[0].value == "Avery Lee|Avery Lee|Avery Lee"
    assert field(page, "Signed").value == "Avery Lee"
    field(page, "Your name").input("Ben").run()
    assert field(page, "Who are you?").value == "Ben"
    field(page, "Who are you?").input("").run()
    assert page.text[0].value == "||"
    assert not page.exception


def test_a_name_is_kept_where_the_browser_has_not_heard_of_it_yet() -> None:
    """A press right after it sends every other field as it was."""
    page = AppTest.from_function(script, default_timeout=PATIENCE_SECONDS).run()
    page.session_state["elsewhere"] = True
    page.run()
    before = page._tree.get_widget_states()
    for label, own in (("Your name", "Ben"), ("Who are you?", "Ana")):
        typed = field(page, label)
        typed.input(own).run()
        late = WidgetStates()
        late.CopyFrom(before)
        for state in late.widgets:
            if state.id == typed.id:
                state.string_value = own
        page._run(late)
        assert page.text[0].value == "|".join([own] * 3)
        assert {one.value for one in page.text_input} == {own}
        before = page._tree.get_widget_states()


def test_what_the_browser_remembers_is_not_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    remember(monkeypatch, "%C3%81vila%20*Lee*")
    page = AppTest.from_function(script, default_timeout=PATIENCE_SECONDS).run()
    assert field(page, "Who are you?").value == "Ávila *Lee*"
    assert [box.key for box in page.text_input] == [FIELD]
    assert page.caption[0].value == r"As **Ávila \*Lee\***"
    assert page.text[0].value == "Ávila *Lee*|Ávila *Lee*|Ávila *Lee*"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  A \t\n B ", "A B"),
        ("x" * 99, "x" * MOST_AUTHOR),
        ("\u0000\u200b\u202e", ""),
        ("<script>", "<script>"),
        (f"{'x' * (MOST_AUTHOR - 1)} y", "x" * (MOST_AUTHOR - 1)),
    ],
)
def test_a_name_is_one_printable_line_of_a_bounded_length(typed: str, kept: str) -> None:
    assert tidy_name(typed) == kept


def test_every_run_tells_the_name_and_none_writes_over_what_is_being_typed() -> None:
    """A browser may see the last of several runs alone."""
    page = AppTest.from_function(script, default_timeout=PATIENCE_SECONDS).run()
    assert [box.proto.set_value for box in page.text_input] == [False, False]
    field(page, "Who are you?").input("Ben").run()
    for _ in range(2):
        assert [box.proto.default for box in page.text_input] == ["Ben", "Ben"]
        assert [box.proto.set_value for box in page.text_input] == [False, False]
        page.run()
